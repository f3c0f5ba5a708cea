"""Counts of a deployment's alerts, from rows that outlive their images."""

from django.db.models import Count, Q

from alerts.enums import AlertKind, AlertStatus, Outcome
from alerts.models import Alert, Engagement
from deployments.models import Deployment
from deployments.publication import Counts

DECIDED = Q(status=AlertStatus.DISMISSED) | Q(decided_at__isnull=False)
CONFIRMED_FALSE = Q(engagement__outcome=Outcome.NOT_THE_PERSON)
FALSE = Q(status=AlertStatus.DISMISSED) | CONFIRMED_FALSE
CONFIRMED_TRUE = Q(engagement__identity_confirmed=True)


def kind_of(alert: Alert) -> AlertKind:
    """Operators judge an alert false or true; officers, once with the person, confirm it."""
    if alert.status == AlertStatus.DISMISSED:
        return AlertKind.FALSE
    if alert.decided_at is None:
        return AlertKind.UNDECIDED
    engagement = alert.engagement if hasattr(alert, "engagement") else None
    if engagement is not None and engagement.outcome == Outcome.NOT_THE_PERSON:
        return AlertKind.CONFIRMED_FALSE
    if engagement is not None and engagement.identity_confirmed:
        return AlertKind.CONFIRMED_TRUE
    return AlertKind.TRUE


def count_alerts(deployment: Deployment, *, watchlist_size: int, faces_seen: int) -> Counts:
    """False alerts are those an operator dismissed or officers found to be another person; true
    alerts are those confirmed and not found false since."""
    totals = Alert.objects.filter(deployment=deployment).aggregate(
        alerts=Count("pk"),
        false_alerts=Count("pk", filter=FALSE),
        confirmed_true_alerts=Count("pk", filter=CONFIRMED_TRUE),
        confirmed_false_alerts=Count("pk", filter=CONFIRMED_FALSE),
        true_alerts=Count("pk", filter=Q(decided_at__isnull=False) & ~FALSE),
        undecided_alerts=Count("pk", filter=~DECIDED),
    )
    engaged = Engagement.objects.filter(alert__deployment=deployment)
    outcomes = dict(
        engaged.exclude(outcome="").values_list("outcome").annotate(Count("pk")).order_by("outcome")
    )
    return Counts(
        watchlist_size=watchlist_size,
        faces_seen=faces_seen,
        engagements=engaged.count(),
        outcomes=outcomes,
        **totals,
    )
