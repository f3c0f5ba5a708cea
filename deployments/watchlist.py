"""Building a watchlist: adding, withdrawing, and what enrolment reports back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from deployments import audit, erasure_ledger, image_store, ledger, permissions
from deployments.enums import AuditKind, EntryStatus, ImageKind
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Deployment, StoredImage, User, WatchlistEntry
from deployments.queues import send_enrolments

# Why what belonged to an entry goes before it is due; apps to the right say the same.
WITHDRAWN = "The entry was withdrawn from the watchlist"


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
    is_under_18: bool = False
    under_18_rationale: str = ""
    # What the dry run of an import found in this very image, as `WatchlistEntry.sealed_face`.
    sealed_face: bytes | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """`enrolled` are searched for; `to_review` have a template and wait for a second person."""

    total: int
    pending: int
    to_review: int
    enrolled: int
    refused: int
    returned: int

    @property
    def is_done(self) -> bool:
        return self.pending == 0

    @property
    def percent(self) -> int:
        return 100 if not self.total else round(100 * (self.total - self.pending) / self.total)


def add_entry(deployment: Deployment, new: NewEntry, *, by: User) -> WatchlistEntry:
    """Store the image encrypted, write the entry, and queue its enrolment.
    Raises Refused with the reason in words."""
    return add_entries(deployment, [new], by=by)[0]


def add_entries(
    deployment: Deployment, new: Sequence[NewEntry], *, by: User
) -> list[WatchlistEntry]:
    """All of them or, where one cannot be added, none. Raises Refused."""
    current = Deployment.objects.get(pk=deployment.pk)
    # Before anything is written as well as under the lock.
    _may_add(current, new, by=by)
    key = image_store.data_key(current)
    images = [
        image_store.written(current, each.image, kind=ImageKind.WATCHLIST, key=key) for each in new
    ]
    try:
        with transaction.atomic():
            locked = lock(deployment.pk)
            _may_add(locked, new, by=by)
            return _store(locked, new, images, by=by, key=key)
    except IntegrityError as error:
        image_store.unwrite(images)
        raise Refused(_which_is_twice(error)) from error
    except Refused:
        image_store.unwrite(images)
        raise


def _which_is_twice(error: IntegrityError) -> str:
    if "image_once_a_watchlist" in str(error):
        return "This image is already on the watchlist, under another reference."
    if "reference_once_a_watchlist" in str(error):
        return "This reference is already on the watchlist."
    if "current training" in str(error):
        return "Only a watchlist manager with current training adds entries."
    if "entry_in_one_line" in str(error):
        return "Write reference, name, image source and lawful basis in one line each."
    return "The entry is not complete: it names its reference, image source and lawful basis."


def _may_add(deployment: Deployment, new: Sequence[NewEntry], *, by: User) -> None:
    """It may have ended, or been filled, since the page was opened."""
    if not permissions.can_manage_watchlist(by, deployment):
        raise Refused(
            "Only a watchlist manager may change the watchlist of an authorised deployment."
        )
    if any(each.category not in deployment.categories for each in new):
        raise Refused("This category was not authorised for this deployment.")
    if any(each.is_under_18 and not each.under_18_rationale.strip() for each in new):
        raise Refused("Say why somebody under 18 must be sought in this way.")
    if deployment.entries.count() + len(new) > deployment.watchlist_cap:
        raise Refused(f"The watchlist is full: its authorised cap is {deployment.watchlist_cap}.")


def _store(
    deployment: Deployment,
    new: Sequence[NewEntry],
    images: list[StoredImage],
    *,
    by: User,
    key: bytes,
) -> list[WatchlistEntry]:
    StoredImage.objects.bulk_create(images)
    entries = WatchlistEntry.objects.bulk_create(
        _entry(deployment, each, image, by=by, key=key)
        for each, image in zip(new, images, strict=True)
    )
    audit.record_each(
        "watchlist.added",
        [audit.Event(f"entry {entry.pk}", _facts(entry)) for entry in entries],
        kind=AuditKind.COLLECTION,
        by=by,
        deployment=deployment,
    )
    # A broker that is gone loses the request, not the entries: they are asked for again.
    ids = [entry.pk for entry in entries]
    transaction.on_commit(lambda: send_enrolments(ids), robust=True)
    return entries


def _entry(
    deployment: Deployment, new: NewEntry, image: StoredImage, *, by: User, key: bytes
) -> WatchlistEntry:
    return WatchlistEntry(
        deployment=deployment,
        reference=new.reference,
        name=new.name,
        category=new.category,
        response=new.response,
        image=image,
        image_digest=image_store.digest(new.image, key=key),
        image_source=new.image_source,
        image_date=new.image_date,
        lawful_basis=new.lawful_basis,
        is_under_18=new.is_under_18,
        under_18_rationale=new.under_18_rationale if new.is_under_18 else "",
        sealed_face=new.sealed_face,
        added_by=by,
    )


def _facts(entry: WatchlistEntry) -> dict[str, object]:
    return {
        "category": entry.category,
        "response": entry.response,
        "under_18": entry.is_under_18,
    }


def withdraw_entry(entry: WatchlistEntry, *, by: User, reason: str) -> None:
    """Take a person off the list at once: template, image and entry go, the ledger row closes."""
    if not reason.strip():
        raise Refused("Say why the entry is withdrawn.")
    with transaction.atomic():
        deployment = lock(entry.deployment_id)
        if not permissions.can_manage_watchlist(by, deployment):
            raise Refused("Only a watchlist manager may change the watchlist.")
        withdraw(deployment, entry.pk, by=by, reason=reason)


def withdraw(deployment: Deployment, entry_id: int, *, by: User | None, reason: str) -> None:
    """The withdrawal itself, under the deployment's lock; the caller has asked for the right."""
    held = deployment.entries.select_related("image").filter(pk=entry_id).first()
    if held is None:
        raise Refused("This entry was withdrawn already.")
    for forget in _on_withdrawal:
        forget(held)
    bump_version(deployment)
    ledger.close(held)
    subject = f"entry {held.pk}"
    held.delete()
    image_store.erase([held.image])
    erasure_ledger.record("watchlist", count=1, ground=WITHDRAWN, deployment=deployment)
    audit.record(
        "watchlist.withdrawn",
        kind=AuditKind.ERASURE,
        by=by,
        deployment=deployment,
        subject=subject,
        reason=reason,
    )


# Apps to the right hold data about an entry (templates, alerts) and let go of it here.
_on_withdrawal: list[Callable[[WatchlistEntry], None]] = []


def on_withdrawal(forget: Callable[[WatchlistEntry], None]) -> None:
    _on_withdrawal.append(forget)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing measured of the face in an image: `figure` in words, with what is asked for."""

    name: str
    figure: str
    is_enough: bool


def mark_enrolled(
    entry: WatchlistEntry,
    *,
    eyes: Sequence[float] | None = None,
    quality: Sequence[Measure] = (),
) -> None:
    """The image gave a template. A second person reviews the entry before it is searched for;
    one that was reviewed already, and lost its template in a crash, is searched for again. `eyes`:
    left x, y, right x, y in fractions of the image."""
    mark_each_enrolled(entry.deployment, [Enrolled(entry, eyes, quality)])


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What enrolment found in an entry's image, beside the template."""

    entry: WatchlistEntry
    eyes: Sequence[float] | None
    quality: Sequence[Measure]

    def columns(self) -> dict[str, object]:
        quality = [asdict(measure) for measure in self.quality]
        return {"id": self.entry.pk, "eyes": self.eyes, "quality": quality}


def mark_each_enrolled(deployment: Deployment, found: Sequence[Enrolled]) -> None:
    """The same for several entries of one list, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deployments_watchlistentry AS entry SET"
            " eyes = found.eyes, image_quality = found.quality, sealed_face = NULL,"
            " status = CASE WHEN status = %(pending)s THEN %(to_review)s ELSE status END,"
            " refusal = CASE WHEN status = %(pending)s THEN '' ELSE refusal END,"
            " enrolled_at = CASE WHEN status = %(pending)s THEN %(now)s ELSE enrolled_at END"
            " FROM jsonb_to_recordset(%(found)s::jsonb)"
            " AS found (id bigint, eyes jsonb, quality jsonb) WHERE entry.id = found.id",
            {
                "pending": EntryStatus.PENDING.value,
                "to_review": EntryStatus.TO_REVIEW.value,
                "now": timezone.now(),
                "found": json.dumps([each.columns() for each in found]),
            },
        )
    if any(each.entry.status != EntryStatus.PENDING for each in found):
        bump_version(deployment)
    audit.record_each(
        "watchlist.enrolled",
        [audit.Event(f"entry {each.entry.pk}", {}) for each in found],
        kind=AuditKind.COLLECTION,
        by=None,
        deployment=deployment,
    )


def mark_refused(entry: WatchlistEntry, *, reason: str, quality: Sequence[Measure] = ()) -> None:
    """Keep the entry with the reason; the manager provides a better image or withdraws it. An
    entry that was searched for until now, and lost its template, is no longer."""
    WatchlistEntry.objects.filter(pk=entry.pk).update(
        status=EntryStatus.REFUSED,
        refusal=reason,
        sealed_face=None,
        image_quality=[asdict(measure) for measure in quality],
    )
    ledger.close(entry)
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
        to_review=Count("pk", filter=Q(status=EntryStatus.TO_REVIEW)),
        enrolled=Count("pk", filter=Q(status=EntryStatus.ENROLLED)),
        refused=Count("pk", filter=Q(status=EntryStatus.REFUSED)),
        returned=Count("pk", filter=Q(status=EntryStatus.RETURNED)),
    )
    return Progress(**counts)
