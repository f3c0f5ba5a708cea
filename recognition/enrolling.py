"""Watchlist entries, some at a time: from their encrypted images, or from what a dry run found in
them, to their templates; or a reason in words for each."""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias

from django.db import transaction

from deployments import image_store, watchlist, watchlist_review
from deployments.encryption import Unreadable
from deployments.entry_rules import HAS_TEMPLATE
from deployments.enums import EntryStatus
from deployments.locking import lock
from deployments.models import Deployment, WatchlistEntry
from recognition import kept_faces, template_store
from recognition.control import HOLDS_A_WATCHLIST
from recognition.enrolment import LIMITS, UnusableFace, templates_from_images
from recognition.factory import ModelSet, build_models, load_profile
from recognition.images import UnusableImage
from recognition.profiles import Profile
from recognition.quality_words import measures
from recognition.types import Quality, Template

Result: TypeAlias = Template | UnusableImage | Unreadable


def enrol(entry_id: int) -> None:
    enrol_each([entry_id])


def enrol_each(entry_ids: Sequence[int]) -> None:
    """Delivered twice, or after a withdrawal or the end, it changes nothing. Where one of them
    breaks something, it alone is not enrolled."""
    try:
        _together(entry_ids)
    except Exception:
        if len(entry_ids) == 1:
            raise
        _one_by_one(entry_ids)


def _one_by_one(entry_ids: Sequence[int]) -> None:
    faults = []
    for entry_id in entry_ids:
        try:
            _together([entry_id])
        except Exception as fault:  # noqa: BLE001  raised below; the others go first
            faults.append(fault)
    if faults:
        raise ExceptionGroup("entries could not be enrolled", faults)


def _together(entry_ids: Sequence[int]) -> None:
    for deployment_id, entries in groupby(_wanted(entry_ids), key=lambda each: each.deployment_id):
        # Once and not beside each entry: a deployment is a long row.
        deployment = Deployment.objects.get(pk=deployment_id)
        models = build_models(load_profile(deployment.profile))
        results = _results(deployment, list(entries), models)
        with transaction.atomic():
            # While the images were embedded people may have been withdrawn, the deployment may
            # have ended, or another worker may have been faster.
            deployment = lock(deployment_id)
            still = _wanted(list(results))
            _store(deployment, still, results, profile=models.profile)


def _wanted(entry_ids: Sequence[int]) -> list[WatchlistEntry]:
    """Those who wait for their template or lost it in a crash of the database, on watchlists that
    are in use; those of one list together."""
    entries = list(
        WatchlistEntry.objects.select_related("image")
        .filter(pk__in=entry_ids, deployment__status__in=HOLDS_A_WATCHLIST)
        .filter(status__in=(EntryStatus.PENDING, *HAS_TEMPLATE))
        .order_by("deployment_id", "pk")
    )
    enrolled = [entry for entry in entries if entry.status in HAS_TEMPLATE]
    held = template_store.held_of(enrolled) if enrolled else set()
    return [entry for entry in entries if entry.pk not in held]


def _results(
    deployment: Deployment, entries: list[WatchlistEntry], models: ModelSet
) -> dict[int, Result]:
    """For each entry its template, or why there is none. What the dry run of an import found is
    not looked for again."""
    kept = _kept(deployment, entries, model=models.profile.model_name)
    others = [entry for entry in entries if entry.pk not in kept]
    return kept | _looked_for(deployment, others, models)


def _kept(
    deployment: Deployment, entries: list[WatchlistEntry], *, model: str
) -> dict[int, Result]:
    try:
        key = image_store.held_key(deployment)
    except Unreadable:
        return {}
    found = {
        entry.pk: kept_faces.opened(entry, model=model, key=key)
        for entry in entries
        # Nobody is searched for whose picture an operator could not compare with.
        if entry.sealed_face is not None and image_store.is_there(entry.image)
    }
    return {entry_id: template for entry_id, template in found.items() if template is not None}


def _looked_for(
    deployment: Deployment, entries: list[WatchlistEntry], models: ModelSet
) -> dict[int, Result]:
    read = image_store.read_each(deployment, [entry.image for entry in entries])
    images = [image for image in read if isinstance(image, bytes)]
    templates = iter(templates_from_images(images, models))
    return {
        entry.pk: next(templates) if isinstance(image, bytes) else image
        for entry, image in zip(entries, read, strict=True)
    }


def _store(
    deployment: Deployment,
    entries: list[WatchlistEntry],
    results: dict[int, Result],
    *,
    profile: Profile,
) -> None:
    """All in the caller's transaction, under the deployment's lock."""
    enrolled = []
    for entry in entries:
        entry.deployment = deployment
        result = results[entry.pk]
        if isinstance(result, Template):
            enrolled.append((entry, result))
        else:
            found = result.quality if isinstance(result, UnusableFace) else None
            watchlist.mark_refused(entry, reason=str(result)[:200], quality=_measured(found))
    if not enrolled:
        return
    template_store.save_each(
        deployment.pk,
        {entry.pk: template.embedding for entry, template in enrolled},
        profile=profile.name,
        profile_version=profile.model_name,
    )
    ids = [entry.pk for entry, _ in enrolled]
    alike = template_store.alike(
        deployment.pk, ids, similarity=profile.threshold, profile_version=profile.model_name
    )
    watchlist_review.note_likely_same(deployment, alike)
    watchlist.mark_each_enrolled(
        deployment,
        [
            watchlist.Enrolled(entry, template.eyes, _measured(template.quality))
            for entry, template in enrolled
        ],
    )


def _measured(quality: Quality | None) -> list[watchlist.Measure]:
    return [] if quality is None else measures(quality, limits=LIMITS)
