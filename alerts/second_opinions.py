"""Asking a second operator. The first keeps the alert; the second compares without knowing what
the first thinks, and is the only one who answers."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind, Verdict
from alerts.findings import Findings
from alerts.locking import lock_alert
from alerts.models import Alert, FirstLook, SecondOpinion
from alerts.moves import held, move, require_trained_and_briefed
from deployments import permissions
from deployments.lifecycle import Refused
from deployments.models import User


def ask(alert: Alert, *, by: User) -> Alert:
    """After one's own look: a second opinion is no substitute for the first."""
    with transaction.atomic():
        locked = held(alert, by=by)
        if not FirstLook.objects.filter(alert=locked, by=by).exists():
            raise Refused("Record your own first look before you ask a second operator.")
        SecondOpinion.objects.create(alert=locked, asked_by=by)
        return move(locked, "ask_second", EventKind.SECOND_ASKED, by=by)


def answer(alert: Alert, *, by: User, verdict: str, findings: Findings) -> Alert:
    """Once, by another operator; whoever comes second learns who has answered."""
    with transaction.atomic():
        locked = lock_alert(alert)
        if not permissions.can_operate(by) or locked.claimed_by_id == by.pk:
            raise Refused("Only another operator answers.")
        require_trained_and_briefed(locked, by=by)
        if locked.status != AlertStatus.SECOND_LOOK:
            raise Refused(_why_not_asked(locked))
        if verdict not in Verdict.values:
            raise Refused("Say whether it is likely the same person.")
        if findings.is_empty:
            raise Refused("Record what you compared before you answer.")
        _open_question(locked).update(
            answered_by=by, answered_at=timezone.now(), verdict=verdict, **findings.columns()
        )
        return move(locked, "end_second", EventKind.SECOND_GIVEN, by=by)


def take_back(alert: Alert, *, by: User) -> Alert:
    """Nobody is there to answer: the first operator goes on alone."""
    with transaction.atomic():
        locked = lock_alert(alert)
        if locked.claimed_by_id != by.pk:
            raise Refused("Only the operator who asked takes the question back.")
        if locked.status != AlertStatus.SECOND_LOOK:
            raise Refused(_why_not_asked(locked))
        _open_question(locked).update(ended_at=timezone.now())
        return move(locked, "end_second", EventKind.SECOND_ENDED, by=by)


def _open_question(alert: Alert) -> QuerySet[SecondOpinion]:
    return SecondOpinion.objects.filter(alert=alert, answered_at=None, ended_at=None)


def _why_not_asked(alert: Alert) -> str:
    last = alert.second_opinions.exclude(answered_at=None).last()
    if last is not None:
        return f"{last.answered_by} has answered already."
    return "Nobody asks for a second operator on this alert."
