"""Who may do what to a deployment, from which status: every address that takes a POST.

`tests/deployments/test_every_action.py` finds the addresses through the URL resolver and fails
where one stands neither in ACTIONS nor in ELSEWHERE. A new one is a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deployments.enums import Status
from deployments.models import Deployment

S = Status
Fields = Mapping[str, object]

APPLICANT = frozenset({"applicant"})
OFFICERS = frozenset({"authorising_officer", "second_superintendent"})
OPERATORS = frozenset({"alice", "bob"})
MANAGERS = frozenset({"watchlist_manager", "second_watchlist_manager"})
FIELD = frozenset({"engagement_officer"})
LISTED = frozenset({S.AUTHORISED, S.READY, S.LIVE, S.SUSPENDED})
RUNS = frozenset({S.LIVE, S.SUSPENDED})
EVERY = frozenset(Status)


def _nothing(_: Deployment) -> Fields:
    return {}


@dataclass(frozen=True)
class Action:
    """`who` may do it from `states`; everybody else, and from every other status, changes nothing.

    `is_whole`: `fields` are all it needs, so those who may are seen to succeed. Of the others only
    the refusals are tried here; that they succeed is in the tests of their own pages."""

    name: str
    who: frozenset[str]
    states: frozenset[Status]
    fields: Callable[[Deployment], Fields] = _nothing
    arguments: Callable[[Deployment], Mapping[str, object]] = field(default=_nothing)
    is_whole: bool = True
    also: frozenset[tuple[str, Status]] = frozenset()

    def may(self, username: str, status: Status) -> bool:
        return (username in self.who and status in self.states) or (username, status) in self.also

    def __str__(self) -> str:
        return self.name


def _move(name: str, who: frozenset[str], states: set[Status], **fields: object) -> Action:
    return Action(
        "move", who, frozenset(states), lambda _: fields, arguments=lambda _: {"name": name}
    )


def _decide(decision: str) -> Action:
    fields = {"decision": decision, "reasons": "As it stands."}
    return Action("decide", OFFICERS, frozenset({S.SUBMITTED}), lambda _: fields)


def _gated(name: str, who: frozenset[str], states: frozenset[Status], **more: object) -> Action:
    return Action(name, who, states, is_whole=False, **more)  # type: ignore[arg-type]


def _entry(deployment: Deployment) -> Mapping[str, object]:
    entry = deployment.entries.order_by("pk").first()
    return {"pk": entry.pk if entry else 0}


def _pair(deployment: Deployment) -> Mapping[str, object]:
    return {**_entry(deployment), "pair": 0}


def _variation(deployment: Deployment) -> Mapping[str, object]:
    variation = deployment.variations.order_by("pk").last()
    return {"pk": variation.pk if variation else 0}


REASON = "As planned."
ACTIONS: tuple[Action, ...] = (
    Action("submit", APPLICANT, frozenset({S.DRAFT, S.RETURNED})),
    *(_decide(decision) for decision in ("authorise", "return", "refuse")),
    # The urgent route is off: nobody takes it.
    Action(
        "decide",
        frozenset(),
        frozenset(),
        lambda _: {"decision": "authorise_urgently", "reasons": REASON},
    ),
    _move("make_ready", MANAGERS | OPERATORS, {S.AUTHORISED}),
    _move("reopen_watchlist", MANAGERS, {S.READY}),
    _move("start", OPERATORS, {S.READY}),
    _move("suspend", OPERATORS | OFFICERS, {S.LIVE}, reason=REASON),
    _move("emergency_stop", OPERATORS | OFFICERS, {S.LIVE}),
    _move("resume", OPERATORS, {S.SUSPENDED}),
    _move("end", OPERATORS | OFFICERS, {S.LIVE, S.SUSPENDED}, reason=REASON),
    Action(
        "move",
        APPLICANT | OFFICERS,
        frozenset({S.SUBMITTED, S.RETURNED, S.AUTHORISED, S.READY}),
        lambda _: {"reason": REASON},
        arguments=lambda _: {"name": "cancel"},
        also=frozenset({("applicant", S.DRAFT)}),  # nobody else sees a draft
    ),
    _move("close", frozenset(), set()),
    # An emergency stop of its own is tried in test_accounting.py: here none waits for a reason.
    Action("explain_stop", frozenset(), frozenset(), lambda _: {"reason": REASON}),
    Action("review_urgent", frozenset(), frozenset(), lambda _: {"decision": "confirm"}),
    _gated("vary", APPLICANT, LISTED),
    Action(
        "variation",
        OFFICERS,
        RUNS,
        lambda _: {"decision": "authorise", "reasons": REASON},
        arguments=_variation,
    ),
    Action("withdraw_variation", APPLICANT, RUNS, arguments=_variation),
    _gated(
        "step",
        APPLICANT,
        frozenset({S.DRAFT, S.RETURNED}),
        arguments=lambda _: {"name": "when"},
    ),
    _gated("briefing", OPERATORS | FIELD, LISTED),
    _gated("check_cameras", OPERATORS | MANAGERS, frozenset({S.READY, S.SUSPENDED})),
    _gated("signs", FIELD | OPERATORS, LISTED),
    _gated("remove_sign", FIELD | OPERATORS, LISTED, arguments=lambda _: {"pk": 0}),
    _gated("watchlist", MANAGERS | OPERATORS, LISTED | {S.ENDED}),
    _gated("add_entry", MANAGERS, LISTED),
    _gated("import", MANAGERS, LISTED),
    _gated("import_decide", MANAGERS, LISTED, arguments=lambda _: {"pk": 0, "name": "confirm"}),
    _gated("withdraw", MANAGERS, LISTED, arguments=_entry),
    _gated("review_watchlist", MANAGERS, LISTED),
    _gated("sought", MANAGERS | OPERATORS, LISTED),
    _gated("entry_sought", MANAGERS | OPERATORS, LISTED, arguments=_entry),
    _gated("send_back", MANAGERS, LISTED, arguments=_entry),
    _gated("approve_under_18", MANAGERS | OFFICERS, LISTED, arguments=_entry),
    _gated("keep_both", MANAGERS, LISTED, arguments=_pair),
)

# Takes a POST, and changes no deployment that there is.
ELSEWHERE: dict[str, str] = {
    "apply": "begins an application: tests/deployments/test_views_application.py",
    "ledger": "asks the ledger, which changes nothing",
    "documents": "policy documents: tests/deployments/test_policy_documents.py",
    "document_draft": "policy documents",
    "publish_document": "policy documents",
}
