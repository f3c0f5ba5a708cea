"""From a recogniser's report to an alert: stored before anyone is told (I6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind
from alerts.events import emit
from alerts.models import Alert, OtherCandidate
from deployments import audit, image_store
from deployments.enums import AuditKind, ImageKind, Status
from deployments.locking import lock
from deployments.models import Camera, Deployment, WatchlistEntry

# A sighting that extends an alert is told to consoles at most this often.
SEEN_AGAIN_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Near:
    """Another entry that is almost as similar."""

    entry_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What the recogniser reports: a match above the authorised threshold. Images are JPEG;
    `probe_eyes` is left x, y, right x, y in fractions of the probe; `others` nearest first."""

    entry_id: int
    similarity: float
    is_lookalike: bool
    profile: str
    profile_version: str
    captured_at: datetime
    source_position_s: float | None
    face_box: tuple[float, float, float, float]
    probe: bytes
    context: bytes
    probe_eyes: tuple[float, float, float, float] | None = None
    others: tuple[Near, ...] = ()


def raise_alert(
    deployment: Deployment, camera: Camera, new: NewAlert, *, continues: int | None = None
) -> Alert | None:
    """Store the alert before anyone is told (I6), or extend the one that is open for this person
    and camera. `continues` is the alert that this passer-by, still in view, raised before. None
    when the authority is gone, the entry was withdrawn in the meantime, or that was dismissed."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if locked.status != Status.LIVE or timezone.now() >= locked.authority_ends_at:
            return None
        if not _is_on_its_terms(locked, camera, new) or _was_dismissed(locked, continues):
            return None
        entry = WatchlistEntry.objects.filter(
            pk=new.entry_id, deployment=locked, status="enrolled"
        ).first()
        if entry is None:
            return None
        return _extend(locked, camera, entry, new) or _raise(locked, camera, entry, new)


def _is_on_its_terms(deployment: Deployment, camera: Camera, new: NewAlert) -> bool:
    """A variation may have raised the threshold or taken the camera out since the frame was seen;
    the camera's run hears of it a moment later."""
    return (
        new.similarity >= deployment.threshold and deployment.cameras.filter(pk=camera.pk).exists()
    )


def _was_dismissed(deployment: Deployment, alert_id: int | None) -> bool:
    """Nobody is asked twice about the same face; once a dismissed alert is erased, only whoever
    followed that face knows that it was the same."""
    return (
        alert_id is not None
        and deployment.alerts.filter(pk=alert_id, status=AlertStatus.DISMISSED).exists()
    )


def _extend(
    deployment: Deployment, camera: Camera, entry: WatchlistEntry, new: NewAlert
) -> Alert | None:
    since = new.captured_at - timedelta(seconds=settings.ALERT_MERGE_S)
    alert = (
        Alert.objects.filter(
            deployment=deployment, camera=camera, entry=entry, last_seen_at__gte=since
        )
        .order_by("-last_seen_at")
        .first()
    )
    if alert is None:
        return None
    told = alert.events.order_by("-sequence").values_list("at", flat=True).first()
    alert.last_seen_at = max(alert.last_seen_at, new.captured_at)
    alert.sighting_count += 1
    alert.save(update_fields=["last_seen_at", "sighting_count"])
    if told is None or timezone.now() - told >= SEEN_AGAIN_EVERY:
        emit(alert, EventKind.SEEN_AGAIN)
    return alert


def _raise(deployment: Deployment, camera: Camera, entry: WatchlistEntry, new: NewAlert) -> Alert:
    alert = Alert.objects.create(
        deployment=deployment,
        camera=camera,
        entry=entry,
        category=entry.category,
        response=entry.response,
        similarity=new.similarity,
        threshold=deployment.threshold,
        profile=new.profile,
        profile_version=new.profile_version,
        is_lookalike=new.is_lookalike,
        probe=image_store.put(deployment, new.probe, kind=ImageKind.PROBE),
        context=image_store.put(deployment, new.context, kind=ImageKind.CONTEXT),
        captured_at=new.captured_at,
        last_seen_at=new.captured_at,
        source_position_s=new.source_position_s,
        face_box=list(new.face_box),
        probe_eyes=None if new.probe_eyes is None else list(new.probe_eyes),
    )
    _keep_others(alert, new)
    emit(alert, EventKind.RAISED)
    audit.record(
        "alert.raised",
        kind=AuditKind.COLLECTION,
        by=None,
        deployment=deployment,
        subject=f"alert {alert.pk}",
        details={
            "camera": camera.pk,
            "entry": entry.pk,
            "threshold": deployment.threshold,
            "profile": f"{new.profile}@{new.profile_version}",
        },
    )
    return alert


def _keep_others(alert: Alert, new: NewAlert) -> None:
    """Those near who are still on this deployment's list."""
    listed = set(
        WatchlistEntry.objects.filter(
            pk__in=[near.entry_id for near in new.others],
            deployment_id=alert.deployment_id,
            status="enrolled",
        )
        .exclude(pk=new.entry_id)
        .values_list("pk", flat=True)
    )
    near = [each for each in new.others if each.entry_id in listed]
    OtherCandidate.objects.bulk_create(
        OtherCandidate(alert=alert, entry_id=each.entry_id, rank=rank, similarity=each.similarity)
        for rank, each in enumerate(near, start=1)
    )
