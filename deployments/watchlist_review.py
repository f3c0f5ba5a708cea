"""A second person looks at each entry before it is searched for: accepts it or sends it back."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from deployments import audit, ledger, permissions
from deployments.enums import AuditKind, EntryStatus
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Deployment, LikelySamePerson, User, WatchlistEntry
from deployments.watchlist import bump_version

NOT_YOURS = "You added this entry. Somebody else reviews it."


def waiting_for(person: User, deployment: Deployment) -> QuerySet[WatchlistEntry]:
    """What this person may review now, in the order in which it came."""
    return (
        deployment.entries.filter(status=EntryStatus.TO_REVIEW)
        .exclude(added_by=person)
        .select_related("added_by")
        .order_by("pk")
    )


def accept(deployment: Deployment, entry_ids: Iterable[int], *, by: User) -> int:
    """From the commit on these people are searched for. All of them, or none with the reason.
    Returns how many; what somebody else reviewed or withdrew meanwhile is left out."""
    with transaction.atomic():
        locked = _locked(deployment, by=by)
        entries = list(locked.entries.filter(pk__in=entry_ids, status=EntryStatus.TO_REVIEW))
        for entry in entries:
            _may_be_accepted(entry, by=by)
        now = timezone.now()
        WatchlistEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(
            status=EntryStatus.ENROLLED, reviewed_by=by, reviewed_at=now
        )
        ledger.open_rows(entries)
        if entries:
            bump_version(locked)
        for entry in entries:
            _record("watchlist.reviewed", entry, by=by)
        return len(entries)


def send_back(entry: WatchlistEntry, *, by: User, reason: str) -> None:
    """It is not searched for. Whoever added it withdraws it, and adds the person anew."""
    if not reason.strip():
        raise Refused("Say what is wrong with the entry.")
    with transaction.atomic():
        held = _held(entry, by=by)
        if held.added_by_id == by.pk:
            raise Refused(f"{NOT_YOURS} You may withdraw it.")
        WatchlistEntry.objects.filter(pk=held.pk).update(
            status=EntryStatus.RETURNED, refusal=reason.strip()[:200]
        )
        _record("watchlist.sent_back", held, by=by, reason=reason)


def approve_under_18(entry: WatchlistEntry, *, by: User) -> None:
    """The second approval that somebody under 18 needs, beside the review (Bridges CA)."""
    with transaction.atomic():
        held = _held(entry, by=by)
        if held.added_by_id == by.pk:
            raise Refused("You added this entry. Somebody else approves it.")
        if not held.lacks_approval:
            raise Refused("This entry needs no further approval.")
        WatchlistEntry.objects.filter(pk=held.pk).update(
            under_18_approved_by=by, under_18_approved_at=timezone.now()
        )
        _record("watchlist.under_18_approved", held, by=by, reason=held.under_18_rationale)


def note_likely_same(deployment: Deployment, pairs: Iterable[tuple[int, int]]) -> None:
    """Recognition found the two entries of each pair to look like the same person."""
    found = sorted({(min(pair), max(pair)) for pair in pairs})
    if not found:
        return
    with transaction.atomic():
        LikelySamePerson.objects.bulk_create(
            (
                LikelySamePerson(deployment=deployment, earlier_id=earlier, later_id=later)
                for earlier, later in found
            ),
            ignore_conflicts=True,
        )
        audit.record_each(
            "watchlist.looked_alike",
            [audit.Event(f"entry {earlier} and {later}", {}) for earlier, later in found],
            kind=AuditKind.COMBINATION,
            by=None,
            deployment=deployment,
            reason="Nobody is on a list twice unseen.",
        )


def pairs_of(entry: WatchlistEntry) -> QuerySet[LikelySamePerson]:
    return LikelySamePerson.objects.filter(Q(earlier=entry) | Q(later=entry)).select_related(
        "earlier", "later", "kept_by"
    )


def keep_both(pair: LikelySamePerson, *, by: User, reason: str) -> None:
    """Two people who look alike, or one who is rightly on the list twice. The other answer is to
    withdraw one of them."""
    if not reason.strip():
        raise Refused("Say why both entries stay.")
    with transaction.atomic():
        deployment = lock(pair.deployment_id)
        if not permissions.can_manage_watchlist(by, deployment):
            raise Refused("Only a watchlist manager decides this.")
        kept = LikelySamePerson.objects.filter(pk=pair.pk, kept_by=None).update(
            kept_by=by, kept_at=timezone.now(), kept_reason=reason.strip()[:500]
        )
        if not kept:
            raise Refused("This was decided already.")
        audit.record(
            "watchlist.both_kept",
            kind=AuditKind.DECISION,
            by=by,
            deployment=deployment,
            subject=f"entries {pair.earlier_id} and {pair.later_id}",
            reason=reason,
        )


def _locked(deployment: Deployment, *, by: User) -> Deployment:
    locked = lock(deployment.pk)
    if not permissions.can_manage_watchlist(by, locked):
        raise Refused("Only a watchlist manager reviews the watchlist of an authorised deployment.")
    return locked


def _held(entry: WatchlistEntry, *, by: User) -> WatchlistEntry:
    deployment = _locked(entry.deployment, by=by)
    held = deployment.entries.filter(pk=entry.pk, status=EntryStatus.TO_REVIEW).first()
    if held is None:
        raise Refused("This entry does not wait for a review.")
    return held


def _may_be_accepted(entry: WatchlistEntry, *, by: User) -> None:
    if entry.added_by_id == by.pk:
        raise Refused(NOT_YOURS)
    if entry.lacks_approval:
        raise Refused("Somebody on this page is under 18: open that entry and approve it first.")
    if pairs_of(entry).filter(kept_by=None).exists():
        raise Refused(
            "Two entries look like the same person: open them and keep both with a reason, or "
            "withdraw one."
        )


def _record(action: str, entry: WatchlistEntry, *, by: User, reason: str = "") -> None:
    audit.record(
        action,
        kind=AuditKind.DECISION,
        by=by,
        deployment=entry.deployment,
        subject=f"entry {entry.pk}",
        reason=reason,
    )
