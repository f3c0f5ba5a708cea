"""What the site keeps about its own staff's use of it, and erases by the same table."""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from deployments import retention
from deployments.retention import RULES, Due

# Sign-ins become due one by one; erasing a day's at once makes one ledger row of them.
BATCH = timedelta(days=1)
ROWS = 10_000  # in one transaction
SIGN_INS = (AccessAttempt, AccessFailureLog, AccessLog)


def register() -> None:
    retention.register("session", find=find_sessions, erase=erase_sessions)
    retention.register("sign_in", find=find_sign_ins, erase=erase_sign_ins)


def find_sessions() -> list[Due]:
    held = Session.objects.aggregate(first=Min("expire_date"), count=Count("pk"))
    if held["first"] is None:
        return []
    return [Due(None, RULES["session"], held["first"] - _session_is_shortened_by(), held["count"])]


def erase_sessions(_: Due) -> int:
    expired = Session.objects.filter(expire_date__lte=timezone.now() + _session_is_shortened_by())
    return _delete_some(expired)


def find_sign_ins() -> list[Due]:
    rule = RULES["sign_in"]
    rows = [
        model.objects.aggregate(first=Min("attempt_time"), count=Count("pk")) for model in SIGN_INS
    ]
    firsts = [row["first"] for row in rows if row["first"] is not None]
    if not firsts or rule.period is None:
        return []
    return [Due(None, rule, min(firsts) + rule.period, sum(row["count"] for row in rows))]


def erase_sign_ins(due: Due) -> int:
    until = timezone.now() - (due.rule.period or timedelta()) + BATCH
    return sum(_delete_some(model.objects.filter(attempt_time__lte=until)) for model in SIGN_INS)


def _delete_some(rows: QuerySet[Any]) -> int:
    """Nothing hangs on these rows: a larger batch holds nobody up."""
    some = rows.order_by().values("pk")[:ROWS]
    count, _ = rows.model.objects.filter(pk__in=some).delete()
    return int(count)


def _session_is_shortened_by() -> timedelta:
    """A session says when it ends by the cookie's age; the policy may ask for less."""
    period = RULES["session"].period or timedelta()
    return timedelta(seconds=settings.SESSION_COOKIE_AGE) - period
