"""Who listens on a socket, and whether they still may. Asked again before each push, because a
socket outlives a sign-out and a lost role."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alerts import permissions
from alerts.protocol import HEARTBEAT_S, Audience, CloseCode
from deployments.models import Deployment, User

ANSWERS_WITHIN_S = 4 * HEARTBEAT_S


@dataclass(eq=False, slots=True)
class Viewer:
    """One open socket. `woken` is set when there is something to send, `over` to close it.

    `is_after_end`: it was opened to finish what an ended deployment left open."""

    user_id: int
    name: str
    session_key: str
    session_hash: str
    audience: Audience
    is_after_end: bool
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    over: CloseCode | None = None
    heard_at: float = field(default_factory=monotonic)

    @property
    def is_here(self) -> bool:
        """A console that answers heartbeats. A socket may look open long after its page is gone."""
        return self.audience == Audience.CONSOLE and monotonic() - self.heard_at < ANSWERS_WITHIN_S

    def end(self, code: CloseCode) -> None:
        self.over = code
        self.woken.set()


def refusal(user: User, deployment: Deployment, audience: Audience) -> CloseCode | None:
    """Why this person may not listen; None if they may."""
    if deployment.status not in permissions.CONSOLE_STATES:
        return CloseCode.DEPLOYMENT_CLOSED
    if audience == Audience.HANDHELD:
        allowed = permissions.can_open_handheld(user, deployment)
    else:
        allowed = permissions.can_open_console(user, deployment)
    return None if allowed else CloseCode.FORBIDDEN


def refused(viewers: Iterable[Viewer], deployment: Deployment) -> list[tuple[Viewer, CloseCode]]:
    """Those who may listen no longer, from two reads however many they are."""
    viewers = list(viewers)
    users = User.objects.in_bulk({viewer.user_id for viewer in viewers})
    sessions = set(
        Session.objects.filter(
            pk__in={viewer.session_key for viewer in viewers}, expire_date__gt=timezone.now()
        ).values_list("pk", flat=True)
    )
    found = []
    for viewer in viewers:
        user = users.get(viewer.user_id)
        if code := _standing(viewer, user, deployment, is_signed_in=viewer.session_key in sessions):
            found.append((viewer, code))
    return found


def _standing(
    viewer: Viewer, user: User | None, deployment: Deployment, *, is_signed_in: bool
) -> CloseCode | None:
    if user is None or not is_signed_in:
        return CloseCode.SIGNED_OUT
    if not constant_time_compare(user.get_session_auth_hash(), viewer.session_hash):
        return CloseCode.SIGNED_OUT  # the password was changed
    if code := refusal(user, deployment, viewer.audience):
        return code
    has_just_ended = deployment.has_ended and not viewer.is_after_end
    return CloseCode.DEPLOYMENT_ENDED if has_just_ended else None
