"""Writing an application before it is submitted, and what the officer adds with the decision."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from deployments import audit, lifecycle, permissions, policy_documents
from deployments.enums import AuditKind
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Camera, Deployment, Force, User
from deployments.zones import WHOLE_FRAME

# What a submitted application must say; a draft may still lack it. In the order of the form.
REQUIRED_TEXTS = {
    "title": "a title",
    "controller_force": "the controller force",
    "categories": "who is sought",
    "place": "the place",
    "place_ground": "the ground for the place",
    "place_intelligence": "what supports the ground for the place",
    "watchlist_criteria": "the watchlist criteria",
    "necessity": "why it is necessary",
    "proportionality": "why it is proportionate",
    "alternatives": "what else was considered",
    "community_impact": "the community impact",
    "signs_plan": "where the signs will stand",
    "notice_plan": "how the public will be told",
    "expected_footfall": "how many people pass in a day",
}


@dataclass(frozen=True, slots=True)
class Application:
    """Purpose before: who is sought, where, when, why and with what."""

    title: str
    controller_force: Force
    categories: list[str]
    place: str
    place_ground: str
    place_intelligence: str
    starts_at: datetime
    ends_at: datetime
    cameras: Sequence[Camera]
    watchlist_criteria: str
    watchlist_cap: int
    necessity: str
    proportionality: str
    alternatives: str
    community_impact: str
    signs_plan: str
    notice_plan: str
    expected_footfall: int | None
    profile: str
    threshold: float


def save_application(
    application: Application, *, by: User, deployment: Deployment | None = None
) -> Deployment:
    """Write a new draft, or change one that is still editable. Raises Refused."""
    with transaction.atomic():
        target = _new(by) if deployment is None else _lock_editable(deployment, by=by)
        changed = _assign(target, application)
        target.save()
        if _set_cameras(target, application.cameras):
            changed.append("cameras")
        audit.record(
            "application.written" if deployment is None else "application.changed",
            kind=AuditKind.ALTERATION,
            by=by,
            deployment=target,
            details={"fields": changed},
        )
        return target


def submit_application(deployment: Deployment, *, by: User) -> Deployment:
    """Submit what is complete; an incomplete one is refused with what is missing."""
    if missing := what_is_missing(deployment):
        raise Refused(f"Before you submit, say: {', '.join(missing)}.")
    return lifecycle.submit(deployment, by=by)


def what_is_missing(deployment: Deployment) -> list[str]:
    return [words for name, words in REQUIRED_TEXTS.items() if not getattr(deployment, name)]


def impose_conditions(deployment: Deployment, *, by: User, conditions: str) -> None:
    """What the authority depends on. Call it in the transaction of the decision."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_decide(by, locked):
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


def _new(by: User) -> Deployment:
    if not permissions.can_apply(by):
        raise Refused("Only an applicant may write an application.")
    return Deployment(applicant=by, **policy_documents.relied_on())


def _lock_editable(deployment: Deployment, *, by: User) -> Deployment:
    locked = lock(deployment.pk)
    if not permissions.can_edit(by, locked):
        raise Refused("This application can no longer be changed, or it is not yours.")
    return locked


def _assign(deployment: Deployment, application: Application) -> list[str]:
    """Set every field but the cameras; returns the names of those that changed."""
    changed = []
    for field in fields(application):
        if field.name == "cameras":
            continue
        value = getattr(application, field.name)
        if getattr(deployment, field.name, None) != value:
            setattr(deployment, field.name, value)
            changed.append(field.name)
    return changed


def _set_cameras(deployment: Deployment, cameras: Sequence[Camera]) -> bool:
    before = set(deployment.cameras.values_list("pk", flat=True))
    deployment.cameras.set(cameras, through_defaults=WHOLE_FRAME.columns())
    return before != {camera.pk for camera in cameras}
