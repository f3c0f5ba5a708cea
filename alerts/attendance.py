"""Who has a console open, from the database: every process and the supervisor's page read the same,
and an alert whose holder has none any more is given back whatever became of the socket."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from alerts.enums import AlertStatus
from alerts.models import Alert, ConsolePresence
from deployments import retention
from deployments.models import Deployment
from deployments.retention import RULES, Due

# What a list of names shows: two heartbeats may be lost.
HERE_FOR = timedelta(seconds=4)
HELD = (AlertStatus.CLAIMED, AlertStatus.SECOND_LOOK, AlertStatus.CONFIRMED)


def register() -> None:
    retention.register("console_presence", find=find_presences, erase=erase_presences)


def note(deployment_id: int, user_ids: Iterable[int]) -> None:
    """These people's consoles were heard of just now."""
    now = timezone.now()
    ConsolePresence.objects.bulk_create(
        [
            ConsolePresence(deployment_id=deployment_id, user_id=pk, seen_at=now)
            for pk in sorted(set(user_ids))
        ],
        update_conflicts=True,
        unique_fields=["deployment", "user"],
        update_fields=["seen_at"],
    )


def present(deployment: Deployment) -> dict[int, str]:
    """Operators by id and name."""
    recent = deployment.console_presences.filter(seen_at__gt=timezone.now() - HERE_FOR)
    return {each.user_id: str(each.user) for each in recent.select_related("user")}


def abandoned(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """Alerts whose holder's console was not heard of since, for longer than a reload takes."""
    gone_since = timezone.now() - timedelta(seconds=settings.CONSOLE_GONE_S)
    heard = ConsolePresence.objects.filter(
        deployment=OuterRef("deployment"), user=OuterRef("claimed_by"), seen_at__gt=gone_since
    )
    held = alerts.filter(status__in=HELD, claimed_at__lte=gone_since, sending_at=None)
    return held.exclude(Exists(heard))


def find_presences() -> list[Due]:
    rule = RULES["console_presence"]
    first = ConsolePresence.objects.order_by("seen_at").first()
    if first is None or rule.period is None:
        return []
    count = ConsolePresence.objects.count()
    return [Due(None, rule, first.seen_at + rule.period, count)]


def erase_presences(due: Due) -> int:
    until: datetime = timezone.now() - (due.rule.period or timedelta())
    return ConsolePresence.objects.filter(seen_at__lte=until).delete()[0]
