"""Keeping what an operator has begun to write down, until they decide. Nobody else is told of it,
and nothing rests on it: it is no judgement and leaves no event and no audit row."""

from django.db import transaction

from alerts.enums import AlertStatus, DismissalReason
from alerts.findings import FACTORS, Findings
from alerts.locking import lock_alert_alone
from alerts.models import Adjudication, Alert, JudgementDraft
from alerts.moves import why_not_claimed
from alerts.protocol import DraftFacts
from deployments import permissions
from deployments.lifecycle import Refused
from deployments.models import User


def keep(alert: Alert, *, by: User, findings: Findings, reason: str = "") -> None:
    if reason and reason not in DismissalReason.values:
        raise Refused("Choose why the alert is dismissed.")
    with transaction.atomic():
        locked = lock_alert_alone(alert)
        if not _weighs(by, locked):
            raise Refused(why_not_claimed(locked))
        values = findings.columns() | {"reason": reason}
        JudgementDraft.objects.update_or_create(alert=locked, by=by, defaults=values)


def begin_again(judgement: Adjudication) -> None:
    """A decision that was taken back is where its operator goes on."""
    JudgementDraft.objects.create(
        alert=judgement.alert,
        by=judgement.by,
        in_favour=judgement.in_favour,
        against=judgement.against,
        reason=judgement.dismissal_reason,
        **{f"{name}_factors": getattr(judgement, f"{name}_factors") for name in FACTORS},
    )


def discard(alert: Alert, *, by: User) -> None:
    JudgementDraft.objects.filter(alert=alert, by=by).delete()


def draft_of(alert: Alert, *, by: User) -> DraftFacts | None:
    """One's own, and no other's."""
    draft = alert.drafts.filter(by=by).first()
    if draft is None:
        return None
    return {
        "in_favour": draft.in_favour,
        "against": draft.against,
        "subject": draft.subject_factors,
        "system": draft.system_factors,
        "environment": draft.environment_factors,
        "reason": draft.reason,
    }


def _weighs(person: User, alert: Alert) -> bool:
    if alert.is_erased or not permissions.can_operate(person):
        return False
    is_holder = alert.claimed_by_id == person.pk
    return alert.status == (AlertStatus.CLAIMED if is_holder else AlertStatus.SECOND_LOOK)
