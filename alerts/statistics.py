"""Counts of a deployment's alerts, from rows that outlive their images."""

from django.db.models import Count, Q

from alerts.enums import AlertStatus, Outcome
from alerts.models import Alert, Engagement
from deployments.models import Deployment
from deployments.publication import Counts

DECIDED = Q(status=AlertStatus.DISMISSED) | Q(decided_at__isnull=False)
CONFIRMED_FALSE = Q(engagement__outcome=Outcome.NOT_THE_PERSON)
FALSE = Q(status=AlertStatus.DISMISSED) | CONFIRMED_FALSE


def count_alerts(deployment: Deployment, *, watchlist_size: int, faces_seen: int) -> Counts:
    """False alerts are those an operator dismissed or officers found to be another person; true
    alerts are those confirmed and not found false since."""
    totals = Alert.objects.filter(deployment=deployment).aggregate(
        alerts=Count("pk"),
        false_alerts=Count("pk", filter=FALSE),
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
