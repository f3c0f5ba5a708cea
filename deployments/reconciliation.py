"""The ledger of erasures, the database, the file store and the schedule, held against each other:
what one of them says and another does not is a finding. Findings name kinds and counts, nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from deployments import overdue, purge
from deployments.retention import Due


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is its name for scripts, `words` the sentence for people, `count` how many."""

    what: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    at: datetime
    findings: tuple[Finding, ...]
    overdue: tuple[Due, ...]
    held: tuple[Due, ...]

    @property
    def is_clean(self) -> bool:
        return not self.findings


# Each looks for one kind of disagreement, as of the moment it is given. Apps to the right register
# theirs.
Check = Callable[[datetime], Iterable[Finding]]
_checks: list[Check] = []


def register(check: Check) -> None:
    _checks.append(check)


def reconcile(*, now: datetime | None = None) -> Reconciliation:
    at = now or timezone.now()
    found = [each for check in _checks for each in check(at) if each.count]
    return Reconciliation(
        at=at,
        findings=tuple(found),
        overdue=tuple(overdue.beyond_grace(now=at)),
        held=tuple(purge.everything_held()),
    )
