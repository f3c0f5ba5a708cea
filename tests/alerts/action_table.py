"""Who may do what with an alert, in which status: every address that takes a POST.

`tests/alerts/test_every_action.py` finds the addresses through the URL resolver and fails where
one does not stand here. What raw SQL is refused is in `tests/alerts/test_transitions.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts import field as field_work
from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason, Factor, OfficersView, Outcome, Verdict
from alerts.findings import Findings
from alerts.models import Alert
from deployments.enums import SoughtSource
from tests.factories import person

A = AlertStatus

# Alice has claimed it, wherever somebody has.
HOLDER = frozenset({"alice"})
OTHER = frozenset({"bob"})
OPERATORS = HOLDER | OTHER
OFFICER = frozenset({"engagement_officer"})
SEEN = {"in_favour": [Factor.NOSE.value]}
SOUGHT = {"source": SoughtSource.PNC.value, "reference": "CHECK-2"}
OUTCOME = {
    "outcome": Outcome.ARREST.value,
    "identity_confirmed": "yes",
    "notice_handed_over": "yes",
}


def _nothing(_: Alert) -> None:
    pass


@dataclass(frozen=True)
class AlertAction:
    """`who` may do it in `states`; everybody else, and in every other status, changes nothing.
    `first`: what must have been done before, by the one who may."""

    name: str
    who: frozenset[str]
    states: frozenset[AlertStatus]
    fields: Mapping[str, object] = field(default_factory=dict)
    first: Callable[[Alert], object] = _nothing

    def may(self, username: str, status: AlertStatus) -> bool:
        return username in self.who and status in self.states


def _looked(alert: Alert) -> None:
    lifecycle.look_first(alert, by=person("alice"), findings=Findings(in_favour=(Factor.NOSE,)))


def _assessed(alert: Alert) -> None:
    field_work.assess(alert, by=person("engagement_officer"), view=OfficersView.COULD_BE)


def _action(
    name: str,
    who: frozenset[str],
    *states: AlertStatus,
    fields: Mapping[str, object] | None = None,
    first: Callable[[Alert], object] = _nothing,
) -> AlertAction:
    return AlertAction(name, who, frozenset(states), fields or {}, first)


ACTIONS: tuple[AlertAction, ...] = (
    _action("claim", OPERATORS, A.RAISED),
    _action("release", HOLDER, A.CLAIMED),
    _action("look", HOLDER, A.CLAIMED, fields=SEEN),
    _action("ask_second", HOLDER, A.CLAIMED, first=_looked),
    _action("answer_second", OTHER, A.SECOND_LOOK, fields=SEEN | {"verdict": Verdict.CONFIRMED}),
    _action("take_back_second", HOLDER, A.SECOND_LOOK),
    _action("dismiss", HOLDER, A.CLAIMED, fields={"reason": DismissalReason.DIFFERENT_AGE}),
    _action("confirm", HOLDER, A.CLAIMED, fields=SEEN),
    _action("undo", HOLDER, A.DISMISSED, A.CONFIRMED),
    _action("dispatch", HOLDER, A.CONFIRMED, fields=SOUGHT),
    _action("not_sought", HOLDER, A.CONFIRMED, fields=SOUGHT),
    _action("acknowledge", OFFICER, A.DISPATCHED),
    _action("assess", OFFICER, A.DISPATCHED, fields={"view": OfficersView.COULD_BE}),
    # Operators record what officers say by radio.
    _action("engage", OPERATORS | OFFICER, A.DISPATCHED, first=_assessed),
    _action("not_located", OPERATORS | OFFICER, A.DISPATCHED),
    _action("resolve", OPERATORS | OFFICER, A.ENGAGED, fields=OUTCOME),
)
