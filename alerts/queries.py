"""What consoles and handhelds read."""

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from alerts.enums import AlertStatus, EventKind
from alerts.models import Alert, AlertEvent
from alerts.permissions import FIELD_STATES
from alerts.presenters import camera_facts, deployment_facts, unread_camera
from alerts.protocol import Audience, CameraFacts, DeploymentFacts, OperatorFacts
from alerts.transitions import OPEN
from deployments.enums import EntryStatus, Status
from deployments.models import Camera, Deployment, User

FACTS = ("camera", "claimed_by", "engagement")
OFFICERS = "field_assessments__by"
# How many decided alerts a console still lists below those that wait.
RECENTLY_DECIDED = 20
# What a handheld hears of: nothing that operators still weigh among themselves.
FIELD_KINDS = frozenset(
    {
        EventKind.SEEN_AGAIN,
        EventKind.DISPATCHED,
        EventKind.ACKNOWLEDGED,
        EventKind.ASSESSED,
        EventKind.ENGAGED,
        EventKind.NOT_LOCATED,
        EventKind.RESOLVED,
        EventKind.ERASED,
    }
)
HOLDING = (AlertStatus.CLAIMED, AlertStatus.SECOND_LOOK, AlertStatus.CONFIRMED)


def alerts_for(deployment: Deployment, audience: Audience) -> list[Alert]:
    """What is open, and the last decided; for a handheld only what officers were sent to."""
    alerts = deployment.alerts.filter(erased_at=None).select_related(*FACTS)
    alerts = alerts.prefetch_related(OFFICERS)
    if audience == Audience.HANDHELD:
        alerts = alerts.filter(status__in=FIELD_STATES)
    waiting = list(alerts.filter(status__in=OPEN).order_by("pk"))
    decided = alerts.exclude(status__in=OPEN).order_by("-pk")[:RECENTLY_DECIDED]
    return waiting + list(decided)


def people_of_open_alerts(deployment: Deployment, camera: Camera) -> frozenset[int]:
    """The entries for whom this camera has an alert that is not over. One that was dismissed is."""
    alerts = deployment.alerts.filter(
        camera=camera, status__in=OPEN, erased_at=None, entry__isnull=False
    )
    return frozenset(alerts.order_by().values_list("entry", flat=True))


def alert_with_facts(alert: Alert) -> Alert:
    return Alert.objects.select_related(*FACTS).prefetch_related(OFFICERS).get(pk=alert.pk)


def is_in_field(event: AlertEvent) -> bool:
    """Whether it is for the officers on the ground."""
    return event.kind in FIELD_KINDS and event.alert.status in FIELD_STATES


def log_after(deployment_id: int, sequence: int) -> QuerySet[AlertEvent]:
    return (
        AlertEvent.objects.filter(deployment_id=deployment_id, sequence__gt=sequence)
        .select_related(*(f"alert__{name}" for name in FACTS))
        .prefetch_related(f"alert__{OFFICERS}")
        .order_by("sequence")
    )


def deployment_state(deployment: Deployment) -> DeploymentFacts:
    size = deployment.entries.filter(status=EntryStatus.ENROLLED).count()
    return deployment_facts(deployment, watchlist_size=size)


def cameras_of(deployment: Deployment) -> list[CameraFacts]:
    runs = {run.camera_id: run for run in deployment.camera_runs.select_related("camera")}
    is_live = deployment.status == Status.LIVE
    return [
        camera_facts(runs[camera.pk], is_live=is_live)
        if camera.pk in runs
        else unread_camera(camera)
        for camera in deployment.cameras.all()
    ]


def operators_of(deployment: Deployment, *, present: Mapping[int, str]) -> list[OperatorFacts]:
    """Who has a console open (`present`: user id to name), and who holds how many alerts."""
    holders = deployment.alerts.filter(status__in=HOLDING, erased_at=None)
    held = dict(holders.values_list("claimed_by").annotate(Count("pk")).order_by())
    away = User.objects.filter(pk__in=held.keys() - present.keys()) if held else []
    names = {user.pk: str(user) for user in away} | dict(present)
    return [
        {"name": name, "present": pk in present, "holding": held.get(pk, 0)}
        for pk, name in sorted(names.items(), key=lambda item: item[1])
    ]
