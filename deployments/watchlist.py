"""Building a watchlist: adding, withdrawing, and what enrolment reports back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from deployments import audit, image_store, permissions
from deployments.enums import AuditKind, EntryStatus, ImageKind
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Deployment, User, WatchlistEntry, WatchlistLedger
from deployments.queues import send_enrolment


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One person sought, as the watchlist manager provides them."""

    reference: str
    name: str
    category: str
    response: str
    image: bytes
    image_source: str
    image_date: date
    lawful_basis: str


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    pending: int
    enrolled: int
    refused: int

    @property
    def is_done(self) -> bool:
        return self.pending == 0

    @property
    def percent(self) -> int:
        return 100 if not self.total else round(100 * (self.total - self.pending) / self.total)


def add_entry(deployment: Deployment, new: NewEntry, *, by: User) -> WatchlistEntry:
    """Store the image encrypted, write the entry, and queue its enrolment.
    Raises Refused with the reason in words."""
    try:
        with transaction.atomic():
            locked = lock(deployment.pk)
            _may_add(locked, new, by=by)
            return _store(locked, new, by=by)
    except IntegrityError as error:
        raise Refused("This reference is already on the watchlist.") from error


def _may_add(deployment: Deployment, new: NewEntry, *, by: User) -> None:
    """Under the deployment's lock: it may have ended, or been filled, since the page was opened."""
    if not permissions.can_manage_watchlist(by, deployment):
        raise Refused(
            "Only a watchlist manager may change the watchlist of an authorised deployment."
        )
    if new.category not in deployment.categories:
        raise Refused("This category was not authorised for this deployment.")
    if deployment.entries.count() >= deployment.watchlist_cap:
        raise Refused(f"The watchlist is full: its authorised cap is {deployment.watchlist_cap}.")


def _store(deployment: Deployment, new: NewEntry, *, by: User) -> WatchlistEntry:
    image = image_store.put(deployment, new.image, kind=ImageKind.WATCHLIST)
    entry = WatchlistEntry.objects.create(
        deployment=deployment,
        reference=new.reference,
        name=new.name,
        category=new.category,
        response=new.response,
        image=image,
        image_source=new.image_source,
        image_date=new.image_date,
        lawful_basis=new.lawful_basis,
        added_by=by,
    )
    audit.record(
        "watchlist.added",
        kind=AuditKind.COLLECTION,
        by=by,
        deployment=deployment,
        subject=f"entry {entry.pk}",
        details={"category": new.category, "response": new.response},
    )
    # A broker that is gone loses the request, not the entry: it is asked for again.
    transaction.on_commit(lambda: send_enrolment(entry.pk), robust=True)
    return entry


def withdraw_entry(entry: WatchlistEntry, *, by: User, reason: str) -> None:
    """Take a person off the list at once: template, image and entry go, the ledger row closes."""
    if not reason.strip():
        raise Refused("Say why the entry is withdrawn.")
    with transaction.atomic():
        deployment = lock(entry.deployment_id)
        if not permissions.can_manage_watchlist(by, deployment):
            raise Refused("Only a watchlist manager may change the watchlist.")
        held = WatchlistEntry.objects.select_related("image").filter(pk=entry.pk).first()
        if held is None:
            raise Refused("This entry was withdrawn already.")
        for forget in _on_withdrawal:
            forget(held)
        bump_version(deployment)
        _close_ledger(held)
        subject = f"entry {held.pk}"
        held.delete()
        image_store.erase([held.image])
        audit.record(
            "watchlist.withdrawn",
            kind=AuditKind.ERASURE,
            by=by,
            deployment=deployment,
            subject=subject,
            reason=reason,
        )


def _close_ledger(entry: WatchlistEntry) -> None:
    WatchlistLedger.objects.filter(
        deployment=entry.deployment_id, reference=entry.reference, removed_at=None
    ).update(removed_at=timezone.now())


# Apps to the right hold data about an entry (templates, alerts) and let go of it here.
_on_withdrawal: list[Callable[[WatchlistEntry], None]] = []


def on_withdrawal(forget: Callable[[WatchlistEntry], None]) -> None:
    _on_withdrawal.append(forget)


def mark_enrolled(entry: WatchlistEntry) -> None:
    """From now on this person is searched for; the ledger says since when."""
    WatchlistEntry.objects.filter(pk=entry.pk).update(
        status=EntryStatus.ENROLLED, refusal="", enrolled_at=timezone.now()
    )
    WatchlistLedger.objects.get_or_create(
        deployment=entry.deployment,
        reference=entry.reference,
        removed_at=None,
        defaults={"category": entry.category, "added_at": timezone.now()},
    )
    bump_version(entry.deployment)
    audit.record(
        "watchlist.enrolled",
        kind=AuditKind.COLLECTION,
        by=None,
        deployment=entry.deployment,
        subject=f"entry {entry.pk}",
    )


def mark_refused(entry: WatchlistEntry, *, reason: str) -> None:
    """Keep the entry with the reason; the manager provides a better image or withdraws it. An
    entry that was searched for until now, and lost its template, is no longer."""
    WatchlistEntry.objects.filter(pk=entry.pk).update(status=EntryStatus.REFUSED, refusal=reason)
    _close_ledger(entry)
    audit.record(
        "watchlist.image_refused",
        kind=AuditKind.DECISION,
        by=None,
        deployment=entry.deployment,
        subject=f"entry {entry.pk}",
        reason=reason,
    )


def bump_version(deployment: Deployment) -> None:
    """Tell galleries in memory that the watchlist changed."""
    Deployment.objects.filter(pk=deployment.pk).update(
        watchlist_version=F("watchlist_version") + 1, watchlist_built_at=timezone.now()
    )


def progress(deployment: Deployment) -> Progress:
    counts = deployment.entries.aggregate(
        total=Count("pk"),
        pending=Count("pk", filter=Q(status=EntryStatus.PENDING)),
        enrolled=Count("pk", filter=Q(status=EntryStatus.ENROLLED)),
        refused=Count("pk", filter=Q(status=EntryStatus.REFUSED)),
    )
    return Progress(**counts)
