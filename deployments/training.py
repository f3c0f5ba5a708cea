"""Who is trained and briefed, now. The database asks the same of whoever claims an alert or
authorises a deployment."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from deployments import audit
from deployments.enums import AuditKind, TrainingKind
from deployments.models import Briefing, Deployment, Training, User


def record(
    person: User, *, kind: TrainingKind, completed_on: date, expires_on: date, by: User
) -> Training:
    with transaction.atomic():
        training = Training.objects.create(
            person=person,
            kind=kind,
            completed_on=completed_on,
            expires_on=expires_on,
            recorded_by=by,
        )
        audit.record(
            "training.added",
            kind=AuditKind.ALTERATION,
            by=by,
            subject=f"user {person.pk}",
            details={"training": training.pk, "kind": kind, "expires_on": expires_on},
        )
    return training


def is_trained(person: User, kind: TrainingKind, *, on: date | None = None) -> bool:
    """Reads the person's trainings, once where they were prefetched."""
    day = on or timezone.localdate()
    return any(
        training.kind == kind and training.completed_on <= day <= training.expires_on
        for training in person.trainings.all()
    )


def is_briefed(person: User, deployment: Deployment) -> bool:
    """On the threshold and the profile that the deployment has now."""
    return Briefing.objects.filter(
        deployment=deployment,
        person=person,
        threshold=deployment.threshold,
        profile=deployment.profile,
    ).exists()


def briefed_operators(deployment: Deployment) -> list[User]:
    """Operators who acknowledged this deployment's briefing, in the order of doing so."""
    briefings = (
        Briefing.objects.filter(
            deployment=deployment,
            threshold=deployment.threshold,
            profile=deployment.profile,
            person__is_active=True,
            person__roles__contains=[TrainingKind.OPERATOR.value],
        )
        .select_related("person")
        .prefetch_related("person__trainings")
    )
    return [briefing.person for briefing in briefings]


def expiry(person: User, kind: TrainingKind) -> date | None:
    """The last day of the latest training; None where there never was one."""
    days = [training.expires_on for training in person.trainings.all() if training.kind == kind]
    return max(days, default=None)


def why_not_trained(person: User, kind: TrainingKind) -> str:
    """For a refusal: what is wrong with the training, and what to do."""
    ended = expiry(person, kind)
    if ended is None:
        return (
            f"No training as {a_kind(kind)} is on record for you. Ask the system administrator to "
            "record it."
        )
    return (
        f"Your training as {a_kind(kind)} is not current: the last one on record counts until "
        f"{date_format(ended, 'j F Y')}. Renew it and ask the system administrator to record it."
    )


def why_no_alert(person: User) -> str:
    """To an operator who could take no alert for want of training; empty for anybody else."""
    kind = TrainingKind.OPERATOR
    if kind not in person.roles or is_trained(person, kind):
        return ""
    return why_not_trained(person, kind)


def a_kind(kind: TrainingKind) -> str:
    words = str(kind.label).lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
