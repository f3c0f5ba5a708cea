"""Reads that pages share: what a person may see, what waits for them, what is public."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from deployments import permissions
from deployments.enums import Role, Status
from deployments.models import Deployment, User
from deployments.publication import NOTICE_STATES

PUBLIC_STATES = (*NOTICE_STATES, Status.ENDED, Status.CLOSED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deployments that wait for this person, and for what."""

    title: str
    hint: str
    deployments: list[Deployment]


def deployments_visible_to(person: User) -> QuerySet[Deployment]:
    """Everything that was ever submitted, and the person's own drafts."""
    if not permissions.can_view_deployments(person):
        return Deployment.objects.none()
    return Deployment.objects.exclude(~Q(applicant=person), status=Status.DRAFT)


def waiting_for(person: User) -> list[Waiting]:
    """In the order of urgency; one query, whatever the number of rows."""
    wanted = _wishes(person)
    statuses = {status for _, _, states in wanted for status in states}
    found = list(
        deployments_visible_to(person)
        .filter(status__in=statuses)
        .select_related("applicant")
        .order_by("starts_at", "pk")
    )
    groups = []
    for title, hint, states in wanted:
        mine = [d for d in found if d.status in states and _concerns(person, d)]
        if mine:
            groups.append(Waiting(title, hint, mine))
    return groups


def _wishes(person: User) -> list[tuple[str, str, frozenset[Status]]]:
    running = frozenset({Status.LIVE, Status.SUSPENDED})
    wishes = []
    if permissions.can_operate(person):
        wishes.append(
            ("To run", "Ready to start, or running now.", running | frozenset({Status.READY}))
        )
    elif permissions.can_engage(person):
        wishes.append(("In the field", "Running now.", running))
    if permissions.is_authorising_officer(person):
        wishes.append(
            ("To decide", "Applications that wait for an authority.", frozenset({Status.SUBMITTED}))
        )
    if person.has_role(Role.WATCHLIST_MANAGER):
        wishes.append(
            ("To build a watchlist for", "Authorised, not ready.", frozenset({Status.AUTHORISED}))
        )
    if permissions.can_apply(person):
        wishes.append(
            (
                "To finish",
                "Your drafts, and what was returned to you.",
                frozenset({Status.DRAFT, Status.RETURNED}),
            )
        )
    return wishes


def _concerns(person: User, deployment: Deployment) -> bool:
    """Drafts wait for their author only; an application never for its own applicant."""
    if deployment.status in {Status.DRAFT, Status.RETURNED}:
        return deployment.applicant_id == person.pk
    if deployment.status == Status.SUBMITTED:
        return permissions.can_decide(person, deployment)
    return True


def public_deployments() -> QuerySet[Deployment]:
    """What the public may see: published notices, and those withheld once they are over."""
    return Deployment.objects.filter(
        Q(published_at__isnull=False) | Q(ended_at__isnull=False), status__in=PUBLIC_STATES
    )


def public_notices(now: datetime) -> QuerySet[Deployment]:
    """Running or still to come, the next first."""
    ahead = public_deployments().filter(status__in=NOTICE_STATES, ends_at__gt=now)
    return ahead.order_by("starts_at", "pk")


def public_past(now: datetime) -> QuerySet[Deployment]:
    """Over or cancelled, with their results, the latest first."""
    over = public_deployments().exclude(status__in=NOTICE_STATES, ends_at__gt=now)
    return over.select_related("result").order_by("-starts_at", "-pk")
