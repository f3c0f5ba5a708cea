"""One watchlist entry: from its encrypted image to its template, or a reason in words."""

from django.db import transaction

from deployments import image_store, watchlist
from deployments.encryption import Unreadable
from deployments.enums import EntryStatus
from deployments.models import WatchlistEntry
from recognition import template_store
from recognition.enrolment import template_from_image
from recognition.factory import build_models, load_profile
from recognition.images import UnusableImage


def enrol(entry_id: int) -> None:
    """Delivered twice, or after a withdrawal, it changes nothing."""
    entry = WatchlistEntry.objects.select_related("deployment", "image").filter(pk=entry_id).first()
    if entry is None or entry.status == EntryStatus.WITHDRAWN:
        return
    models = build_models(load_profile(entry.deployment.profile))
    try:
        template = template_from_image(image_store.read(entry.image), models)
    except (UnusableImage, Unreadable) as error:
        with transaction.atomic():
            watchlist.mark_refused(entry, reason=str(error)[:200])
        return
    with transaction.atomic():
        # The person may have been withdrawn while the image was embedded.
        if not WatchlistEntry.objects.select_for_update().filter(pk=entry_id).exists():
            return
        template_store.save(
            entry,
            template.embedding,
            profile=models.profile.name,
            profile_version=models.profile.model_name,
        )
        watchlist.mark_enrolled(entry)
