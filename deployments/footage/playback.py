"""Looking at footage: for a stated reason, for a while, and on record before the first picture."""

import time
from collections.abc import Iterable
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from deployments import audit, permissions
from deployments.audit import Event
from deployments.enums import AuditKind, FootageGround
from deployments.models import Deployment, FootageSegment, SubjectAccessRequest, User
from deployments.moving import Refused, require

# After so long the reason is asked for again.
OPEN_FOR_S = 3600
# An hour of one camera at once: what is looked at is chosen, not browsed.
MAX_SEGMENTS = 60
KEY = "footage"


def open_segments(
    deployment: Deployment,
    segments: Iterable[FootageSegment],
    *,
    ground: FootageGround,
    reason: str,
    by: User,
    session: SessionBase,
    request: SubjectAccessRequest | None = None,
) -> list[FootageSegment]:
    """One consultation for each segment that may now be played. What is looked at for a request is
    an hour at most, in however many segments it lies. Raises Refused."""
    if not permissions.can_play_footage(by, deployment):
        raise Refused("Only a disclosure officer plays footage.")
    require(reason, "Say why you look at it.")
    chosen = [segment for segment in segments if segment.is_there]
    if not chosen:
        raise Refused("Nothing is left of what you chose: choose segments that are there.")
    if request is None and len(chosen) > MAX_SEGMENTS:
        raise Refused(f"Choose at most {MAX_SEGMENTS} segments at once: you chose {len(chosen)}.")
    with transaction.atomic():
        audit.record_each(
            "footage.viewed",
            [
                Event(f"footage {segment.number}", {"camera": segment.camera_id, "ground": ground})
                for segment in chosen
            ],
            kind=AuditKind.CONSULTATION,
            by=by,
            deployment=deployment,
            reason=reason,
        )
    session[KEY] = {
        "deployment": str(deployment.uuid),
        "until": time.time() + OPEN_FOR_S,
        "segments": [str(segment.pk) for segment in chosen],
        "reason": reason,
        "request": request and request.pk,
    }
    return chosen


def opened_ids(session: SessionBase, deployment: Deployment) -> list[UUID]:
    """What this person opened last in this deployment, while that lasts."""
    given = session.get(KEY)
    if not given or given["deployment"] != str(deployment.uuid) or given["until"] < time.time():
        return []
    return [UUID(each) for each in given["segments"]]


def reason_of(session: SessionBase) -> str:
    given = session.get(KEY)
    return str(given["reason"]) if given else ""


def request_of(session: SessionBase, deployment: Deployment) -> SubjectAccessRequest | None:
    """The request for access that it is looked at for, while that waits for its answer."""
    wanted = session.get(KEY, {}).get("request")
    return deployment.subject_access.filter(pk=wanted, ended_at=None).first() if wanted else None
