"""Writing an application before it is submitted, and what the officer adds with the decision."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from deployments import audit, lifecycle, permissions
from deployments.enums import AuditKind
from deployments.forces import own_force
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Camera, Deployment, DeploymentCamera, User
from deployments.transitions import FROZEN_COLUMNS
from deployments.zones import Zone

# What the applicant writes is what a submission freezes.
WRITABLE = frozenset(FROZEN_COLUMNS) - {"applicant_id"}


def begin(*, by: User) -> Deployment:
    """A new draft with nothing in it. Raises Refused."""
    if not permissions.can_apply(by):
        raise Refused("Only an applicant may write an application.")
    with transaction.atomic():
        draft = Deployment.objects.create(applicant=by, controller_force=own_force())
        _record(draft, "application.begun", by=by, changed=[])
        return draft


def write(deployment: Deployment, values: Mapping[str, object], *, by: User) -> Deployment:
    """Set columns of a draft that is still editable. Raises Refused."""
    if unknown := values.keys() - WRITABLE:
        raise ValueError(f"not part of an application: {sorted(unknown)}")
    with transaction.atomic():
        locked = _lock_editable(deployment, by=by)
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.save(update_fields=changed)
            _record(locked, "application.changed", by=by, changed=changed)
        return locked


def choose_cameras(
    deployment: Deployment,
    cameras: Iterable[Camera],
    *,
    by: User,
    recorded: Iterable[Camera] = (),
) -> None:
    """A camera that stays keeps its zone; a new one has none yet. Those of `recorded` record CCTV,
    the others nothing. Raises Refused."""
    with transaction.atomic():
        locked = _lock_editable(deployment, by=by)
        used = locked.deploymentcamera_set
        before = set(used.values_list("camera_id", "records_cctv"))
        locked.cameras.set(cameras)
        ids = [camera.pk for camera in recorded]
        used.filter(camera_id__in=ids, records_cctv=False).update(records_cctv=True)
        used.exclude(camera_id__in=ids).filter(records_cctv=True).update(records_cctv=False)
        if before != set(used.values_list("camera_id", "records_cctv")):
            _record(locked, "application.changed", by=by, changed=["cameras"])


def draw_zones(deployment: Deployment, zones: Mapping[int, Zone | None], *, by: User) -> None:
    """Set the zones of the deployment's cameras, by the camera's id. Raises Refused."""
    with transaction.atomic():
        locked = _lock_editable(deployment, by=by)
        for camera_id, zone in zones.items():
            columns = dict.fromkeys(("zone_x", "zone_y", "zone_w", "zone_h"), None)
            DeploymentCamera.objects.filter(deployment=locked, camera_id=camera_id).update(
                **(columns if zone is None else zone.columns())
            )
        _record(locked, "application.changed", by=by, changed=["zones"])


def submit_application(deployment: Deployment, *, by: User) -> Deployment:
    """Submit what is complete; an incomplete one is refused with what is missing."""
    return lifecycle.submit(deployment, by=by)


def impose_conditions(deployment: Deployment, *, by: User, conditions: str) -> None:
    """What the authority depends on. Call it in the transaction of the decision."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not (permissions.can_decide(by, locked) or permissions.can_decide_urgently(by, locked)):
            raise Refused("Only the officer who decides an application may impose conditions.")
        locked.decision_conditions = conditions
        locked.save(update_fields=["decision_conditions"])
        audit.record(
            "authority.conditions",
            kind=AuditKind.DECISION,
            by=by,
            deployment=locked,
            reason=conditions,
        )


def withhold_notice(deployment: Deployment, *, by: User, reason: str) -> None:
    """Keep the notice back until after the deployment: very exceptional, in writing, by the
    officer who authorises, before authorising. Call it in the transaction of the decision."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_decide(by, locked):
            raise Refused("Only the officer who decides an application may withhold its notice.")
        if not reason.strip():
            raise Refused("Withholding the notice needs its reason in writing.")
        locked.notice_withheld_reason = reason
        locked.save(update_fields=["notice_withheld_reason"])
        audit.record(
            "notice.withheld",
            kind=AuditKind.DECISION,
            by=by,
            deployment=locked,
            reason=reason,
        )


def _lock_editable(deployment: Deployment, *, by: User) -> Deployment:
    locked = lock(deployment.pk)
    if not permissions.can_edit(by, locked):
        raise Refused("This application can no longer be changed, or it is not yours.")
    return locked


def _record(deployment: Deployment, action: str, *, by: User, changed: list[str]) -> None:
    audit.record(
        action,
        kind=AuditKind.ALTERATION,
        by=by,
        deployment=deployment,
        details={"fields": changed},
    )
