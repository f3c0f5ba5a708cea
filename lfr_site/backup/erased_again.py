"""What was erased one by one since a backup was made, by the journal: erased again by the same
functions, deployment by deployment, before anything can be read."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from alerts import erasure as alert_erasure
from alerts.models import Alert
from deployments import erasure_ledger, image_store, import_erasure, signs, watchlist
from deployments.erasure_journal import Erased
from deployments.footage import holds
from deployments.footage import retention as footage
from deployments.locking import lock
from deployments.models import Deployment, StoredImage, WatchlistEntry
from deployments.subject_access import pictures

REASON = "A backup was restored."
GROUND = "Erased before; a restored backup had brought it back"


def erase_again(erased: Erased) -> int:
    """Returns how many things."""
    return sum(_erase_of(deployment, erased) for deployment in _concerned(erased))


def _concerned(erased: Erased) -> list[Deployment]:
    """One query for each relation: joined, their rows would multiply."""
    named: dict[str, Iterable[UUID]] = {
        "images": erased.images,
        "footage": erased.footage,
        "footage_holds__uuid": erased.released,
        "subject_access__files": erased.pictures,
        "subject_access__uuid": erased.answered,
        "imports__uuid": erased.uploads,
        "imports__files": erased.uploads,
    }
    found: set[int] = set()
    for relation, numbers in named.items():
        rows = Deployment.objects.filter(**{f"{relation}__in": list(numbers)})
        found.update(rows.values_list("pk", flat=True))
    return list(Deployment.objects.filter(pk__in=found).order_by("pk"))


def _erase_of(deployment: Deployment, erased: Erased) -> int:
    with transaction.atomic():
        locked = lock(deployment.pk)
        return (
            _images(locked, erased.images)
            + import_erasure.erase_again(locked, erased.uploads, ground=GROUND)
            + _pictures(locked, erased)
            + _footage(locked, erased)
        )


def _images(locked: Deployment, numbers: Iterable[UUID]) -> int:
    """People whose images were erased one by one: withdrawn entries, alerts, signs."""
    held = StoredImage.objects.filter(deployment=locked, pk__in=list(numbers))
    count = held.count()
    for entry in WatchlistEntry.objects.filter(deployment=locked, image__in=held):
        watchlist.withdraw(locked, entry.pk, by=None, reason=REASON)
    alerts = Alert.objects.filter(Q(probe__in=held) | Q(context__in=held), deployment=locked)
    alert_erasure.forget(locked, alerts, ground=GROUND)
    signs_left = image_store.erase(held)
    erasure_ledger.record(signs.KIND, count=signs_left, ground=GROUND, deployment=locked)
    return count


def _pictures(locked: Deployment, erased: Erased) -> int:
    """Of a request that was answered none is kept: how long it may be is not known any more."""
    count = 0
    for request in locked.subject_access.select_related("deployment"):
        is_answered_since = request.uuid in erased.answered and not request.is_over
        again = Q() if is_answered_since else Q(pk__in=list(erased.pictures))
        count += pictures.erase_again(request, again, ground=GROUND)
    return count


def _footage(locked: Deployment, erased: Erased) -> int:
    """No hold was open any more on what was erased."""
    released = Q(uuid__in=list(erased.released)) | Q(segments__in=list(erased.footage))
    holds.release_again(locked, released, reason=REASON)
    return footage.erase_again(locked, erased.footage, ground=GROUND)
