"""Reads that pages share: what a person may see, what waits for them, what is public."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from deployments import permissions
from deployments.enums import Role, Status, VariationStatus
from deployments.footage import holds
from deployments.models import Deployment, User, Variation
from deployments.publication import NOTICE_STATES
from deployments.variation_sql import VARIABLE

PUBLIC_STATES = (*NOTICE_STATES, Status.ENDED, Status.CLOSED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deployments that wait for this person, and for what."""

    title: str
    hint: str
    deployments: Sequence[Deployment]


def deployments_visible_to(person: User) -> QuerySet[Deployment]:
    """Everything that was ever submitted, and the person's own drafts."""
    if not permissions.can_view_deployments(person):
        return Deployment.objects.none()
    return Deployment.objects.exclude(~Q(applicant=person), status=Status.DRAFT)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody looks for: deployments in these states that concern them."""

    title: str
    hint: str
    states: frozenset[Status]
    concerns: Callable[[Deployment], bool] = lambda _: True


def waiting_for(person: User) -> list[Waiting]:
    """In the order of urgency; one query, whatever the number of rows."""
    wishes = _wishes(person)
    waits = Variation.objects.filter(
        deployment=OuterRef("pk"), status=VariationStatus.SUBMITTED
    ).exclude(written_by=person)
    found = list(
        deployments_visible_to(person)
        .filter(status__in={status for wish in wishes for status in wish.states})
        .annotate(
            has_open_variation=Exists(waits),
            has_late_hold=Exists(holds.overdue().filter(deployment=OuterRef("pk"))),
        )
        .select_related("applicant")
        .order_by("starts_at", "pk")
    )
    groups = []
    for wish in wishes:
        mine = [each for each in found if each.status in wish.states and wish.concerns(each)]
        if mine:
            groups.append(Waiting(wish.title, wish.hint, mine))
    return groups


def _wishes(person: User) -> list[_Wish]:
    """Drafts wait for their author only; nothing waits for a decision by its own applicant."""
    running = frozenset({Status.LIVE, Status.SUSPENDED})
    wishes = []
    if permissions.can_operate(person):
        states = running | frozenset({Status.READY})
        wishes.append(_Wish("To run", "Ready to start, or running now.", states))
    elif permissions.can_engage(person):
        wishes.append(_Wish("In the field", "Running now.", running))
    wishes += _decisions(person)
    wishes += _holds_to_review(person)
    if person.has_role(Role.WATCHLIST_MANAGER):
        states = frozenset({Status.AUTHORISED})
        wishes.append(_Wish("To build a watchlist for", "Authorised, not ready.", states))
    if permissions.can_apply(person):
        wishes.append(
            _Wish(
                "To finish",
                "Your drafts, and what was returned to you.",
                frozenset({Status.DRAFT, Status.RETURNED}),
                lambda each: each.applicant_id == person.pk,
            )
        )
    return wishes


def _decisions(person: User) -> list[_Wish]:
    """What waits for this officer: urgent authorities by a deadline, changes, applications."""
    if not person.has_role(Role.AUTHORISING_OFFICER):
        return []
    prefetch_related_objects([person], "trainings")
    return [
        _Wish(
            "To review",
            "Urgent authorities: unreviewed by their deadline, they stop.",
            frozenset(VARIABLE),
            lambda each: permissions.can_review_urgent(person, each),
        ),
        _Wish(
            "Changes to decide",
            "Variations of what is authorised, which stays in force until then.",
            frozenset(VARIABLE),
            lambda each: (
                each.has_open_variation  # type: ignore[attr-defined]
                and permissions.can_decide_variation(person, each)
            ),
        ),
        _Wish(
            "To decide",
            "Applications that wait for an authority.",
            frozenset({Status.SUBMITTED}),
            lambda each: (
                permissions.can_decide(person, each)
                or permissions.can_decide_urgently(person, each)
            ),
        ),
    ]


def _holds_to_review(person: User) -> list[_Wish]:
    """What was kept beyond its period, and was to be looked at again by a day that is over."""
    if not person.has_role(Role.DISCLOSURE_OFFICER) or not holds.overdue().exists():
        return []  # not every closed deployment is read for nothing
    return [
        _Wish(
            "Holds on footage to review",
            "Their review date has passed: keep them until another day, or release them.",
            permissions.HAS_FOOTAGE,
            lambda each: (
                each.has_late_hold  # type: ignore[attr-defined]
                and permissions.can_hold_footage(person, each)
            ),
        )
    ]


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
