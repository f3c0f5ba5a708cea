"""The briefing before a deployment: what its figures mean and how errors differ between groups
(REQUIREMENTS 28). Each person acknowledges it before their first claim."""

from collections.abc import Callable

from django.db import transaction
from django.urls import reverse

from deployments import audit, permissions, start_checks, training
from deployments.enums import AuditKind, Status, TrainingKind
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Briefing, Deployment, User
from deployments.start_checks import Check, Link, Subject

CHECK = "Operators trained and briefed"


# What the recogniser's app knows of the model's accuracy; it registers itself as it loads.
_accuracy: list[Callable[[Deployment], list[str]]] = []


def register_accuracy(source: Callable[[Deployment], list[str]]) -> None:
    _accuracy.append(source)


def accuracy_of(deployment: Deployment) -> list[str]:
    return [words for source in _accuracy for words in source(deployment)]


def acknowledge(deployment: Deployment, *, by: User) -> Briefing:
    """On the figures in force now. A second time changes nothing."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_be_briefed(by, locked):
            raise Refused(
                "Operators and engagement officers acknowledge a briefing, from the authority to "
                "the end of the deployment."
            )
        briefing, is_new = Briefing.objects.get_or_create(
            deployment=locked, person=by, threshold=locked.threshold, profile=locked.profile
        )
        if is_new:
            audit.record(
                "briefing.acknowledged",
                kind=AuditKind.ACCESS,
                by=by,
                deployment=locked,
                details={"threshold": locked.threshold, "profile": locked.profile},
            )
        return briefing


def operators_check(deployment: Deployment) -> Check:
    """At least one operator is trained and briefed, so that somebody may claim an alert."""
    briefed = training.briefed_operators(deployment)
    ready = [person for person in briefed if training.is_trained(person, TrainingKind.OPERATOR)]
    if ready:
        names = ", ".join(str(person) for person in ready)
        return Check(CHECK, True, f"Trained and briefed: {names}.")
    page = Link("Briefing", reverse("deployments:briefing", args=[deployment.uuid]))
    if briefed:
        names = ", ".join(str(person) for person in briefed)
        return Check(
            CHECK,
            False,
            f"Briefed, but without current training: {names}.",
            "The system administrator records training once it is renewed.",
        )
    return Check(
        CHECK,
        False,
        "No operator has acknowledged this deployment's briefing.",
        "Each operator reads the briefing and acknowledges it.",
        page,
    )


def register_check() -> None:
    start_checks.register(
        operators_check, subject=Subject.OPERATORS, stages=frozenset({Status.LIVE})
    )
