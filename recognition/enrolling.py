"""One watchlist entry: from its encrypted image to its template, or a reason in words."""

from django.db import transaction

from deployments import image_store, watchlist, watchlist_review
from deployments.encryption import Unreadable
from deployments.entry_rules import HAS_TEMPLATE
from deployments.enums import EntryStatus
from deployments.locking import lock
from deployments.models import WatchlistEntry
from recognition import template_store
from recognition.control import HOLDS_A_WATCHLIST
from recognition.enrolment import LIMITS, UnusableFace, template_from_image
from recognition.factory import ModelSet, build_models, load_profile
from recognition.images import UnusableImage
from recognition.quality_words import measures
from recognition.types import Quality, Template


def enrol(entry_id: int) -> None:
    """Delivered twice, or after a withdrawal or the end, it changes nothing."""
    entry = _wanted(entry_id)
    if entry is None:
        return
    models = build_models(load_profile(entry.deployment.profile))
    result = _template_of(entry, models)
    with transaction.atomic():
        # While the image was embedded the person may have been withdrawn, the deployment may
        # have ended, or another worker may have been faster.
        lock(entry.deployment_id)
        entry = _wanted(entry_id)
        if entry is None:
            return
        if isinstance(result, Exception):
            found = result.quality if isinstance(result, UnusableFace) else None
            watchlist.mark_refused(entry, reason=str(result)[:200], quality=_measured(found))
            return
        profile = models.profile
        template_store.save(
            entry, result.embedding, profile=profile.name, profile_version=profile.model_name
        )
        watchlist_review.note_likely_same(
            entry, template_store.alike(entry, result.embedding, similarity=profile.threshold)
        )
        watchlist.mark_enrolled(entry, eyes=result.eyes, quality=_measured(result.quality))


def _wanted(entry_id: int) -> WatchlistEntry | None:
    """The entry, if it waits for its template or lost it in a crash of the database, on a
    watchlist that is in use."""
    entry = (
        WatchlistEntry.objects.select_related("deployment", "image")
        .filter(pk=entry_id, deployment__status__in=HOLDS_A_WATCHLIST)
        .first()
    )
    if entry is None or entry.status == EntryStatus.PENDING:
        return entry
    lost = entry.status in HAS_TEMPLATE and not template_store.holds(entry)
    return entry if lost else None


def _template_of(entry: WatchlistEntry, models: ModelSet) -> Template | UnusableImage | Unreadable:
    """The template, or why there is none."""
    try:
        return template_from_image(image_store.read(entry.image), models)
    except (UnusableImage, Unreadable) as error:
        return error


def _measured(quality: Quality | None) -> list[watchlist.Measure]:
    return [] if quality is None else measures(quality, limits=LIMITS)
