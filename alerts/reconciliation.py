"""Alerts stay as statistics: each that says it was erased is one that the ledger counts."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from alerts.models import Alert
from deployments import reconciliation
from deployments.enums import Status
from deployments.reconciliation import Finding

DIFFERENT = """
    WITH emptied AS (
        SELECT deployment_id, count(*) AS alerts FROM alerts_alert
        WHERE erased_at IS NOT NULL GROUP BY deployment_id
    ), told AS (
        SELECT deployment_id, sum(count) AS alerts FROM deployments_erasurerecord
        WHERE kind IN ('alert', 'false_alert') GROUP BY deployment_id
    )
    SELECT count(*) FROM emptied FULL JOIN told USING (deployment_id)
    WHERE COALESCE(emptied.alerts, 0) <> COALESCE(told.alerts, 0)
"""


def register() -> None:
    reconciliation.register(ledger_against_alerts)
    reconciliation.register(closed_with_alerts)


def ledger_against_alerts(_: datetime) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        count = int(cursor.fetchone()[0])
    yield Finding(
        "ledger_differs_from_alerts",
        f"{count} deployments whose erased alerts are not as many as the ledger says. Keep the "
        "database as it is and tell the data protection officer.",
        count,
    )


def closed_with_alerts(_: datetime) -> Iterator[Finding]:
    left = Alert.objects.filter(deployment__status=Status.CLOSED, erased_at=None)
    count = left.values("deployment").distinct().count()
    yield Finding(
        "erased_with_something_left",
        f"{count} deployments are closed as erased and still hold alerts. Tell the data protection "
        "officer.",
        count,
    )
