"""Opening a socket: who asks, whether they may, and what they are sent first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from alerts.catch_up import missed
from alerts.presenters import snapshot
from alerts.protocol import (
    HEARTBEAT_S,
    MAX_MISSED,
    Audience,
    CloseCode,
    Hello,
    agreed_version,
)
from alerts.queries import alerts_for
from alerts.viewers import Viewer, refusal
from deployments import audit, second_factor
from deployments.enums import AuditKind
from deployments.models import Deployment, User


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for: all that is open, or what it missed `since` a sequence, in one of the
    `versions` that it speaks."""

    audience: Audience
    since: int | None = None
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    code: CloseCode


@dataclass(frozen=True, slots=True)
class Opening:
    """`texts` bring the client to `sequence`; the feed goes on from there."""

    deployment_uuid: UUID
    viewer: Viewer
    sequence: int
    texts: tuple[str, ...]


def read_opening(scope: Mapping[str, Any], request: Request) -> Opening | Refusal:
    """Read the person afresh: what the connection's session said may be hours old."""
    audience = request.audience
    version = agreed_version(request.versions)
    if version is None:
        return Refusal(CloseCode.VERSION)
    user = User.objects.filter(pk=scope["user"].pk, is_active=True).first()
    session_key = scope["session"].session_key if "session" in scope else None
    if user is None or not session_key:
        return Refusal(CloseCode.SIGNED_OUT)
    if not second_factor.is_satisfied(scope["session"], user):
        return Refusal(CloseCode.SIGNED_OUT)
    deployment = Deployment.objects.filter(uuid=scope["url_route"]["kwargs"]["uuid"]).first()
    if deployment is None:
        _record(user, None, audience, action="refused")
        return Refusal(CloseCode.NOT_FOUND)
    if code := refusal(user, deployment, audience):
        _record(user, deployment, audience, action="refused")
        return Refusal(code)
    if request.since is None:
        _record(user, deployment, audience, action="opened")
    viewer = Viewer(
        user_id=user.pk,
        name=str(user),
        session_key=session_key,
        session_hash=user.get_session_auth_hash(),
        audience=audience,
        is_after_end=deployment.has_ended,
    )
    sequence, first = _first_messages(deployment, audience, since=request.since)
    texts = (json.dumps(_hello(user, sequence, audience, version=version)), *first)
    return Opening(deployment.uuid, viewer, sequence, texts)


def _first_messages(
    deployment: Deployment, audience: Audience, *, since: int | None
) -> tuple[int, list[str]]:
    """A snapshot, or the events missed since, where they are not too many."""
    sequence = deployment.event_sequence
    if since is not None and 0 <= sequence - since <= MAX_MISSED:
        return sequence, missed(deployment, since, sequence, audience=audience)
    alerts = alerts_for(deployment, audience)
    # The alerts may be newer than the sequence; their events then say again what is shown.
    message = snapshot(alerts, sequence=sequence, resync=since is not None)
    return sequence, [json.dumps(message)]


def read_snapshot(uuid: UUID, audience: Audience) -> tuple[int, str]:
    deployment = Deployment.objects.get(uuid=uuid)
    alerts = alerts_for(deployment, audience)
    message = snapshot(alerts, sequence=deployment.event_sequence, resync=True)
    return deployment.event_sequence, json.dumps(message)


# In threads of the pool: when a server comes back, hundreds of consoles open at once.
open_socket = database_sync_to_async(read_opening, thread_sensitive=False)
snapshot_text = database_sync_to_async(read_snapshot, thread_sensitive=False)


def _hello(user: User, sequence: int, audience: Audience, *, version: int) -> Hello:
    return {
        "type": "hello",
        "version": version,
        "audience": audience.value,
        "sequence": sequence,
        "server_time": timezone.now().timestamp(),
        "heartbeat_s": HEARTBEAT_S,
        "you": {"id": user.pk, "name": str(user)},
    }


def _record(user: User, deployment: Deployment | None, audience: Audience, *, action: str) -> None:
    audit.record(
        f"{audience.value}.{action}", kind=AuditKind.ACCESS, by=user, deployment=deployment
    )
