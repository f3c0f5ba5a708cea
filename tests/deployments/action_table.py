"""Who may do what to a deployment, from which status: every address that takes a POST.

`tests/deployments/test_every_action.py` finds the addresses through the URL resolver and fails
where one stands neither in ACTIONS nor in ELSEWHERE. A new one is a line here.

The twin of it, in which raw SQL tries every pair of statuses as the application's role, is
`tests/deployments/test_transitions.py`; that of alerts `tests/alerts/test_transitions.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from deployments import variations, watchlist_review
from deployments.enums import Category, FootageGround, SignPlace, Status
from deployments.footage import holds
from deployments.models import Deployment
from tests.deployments.access_requests import CASE, opened
from tests.deployments.application_data import as_it_is, filled_in
from tests.deployments.recordings import recorded
from tests.deployments.sheets import received, row, sheet, worked
from tests.factories import jpeg, make_entry, new_entry, person, unit_vector

S = Status
Fields = Mapping[str, object]

APPLICANT = frozenset({"applicant"})
OFFICERS = frozenset({"authorising_officer", "second_superintendent"})
OPERATORS = frozenset({"alice", "bob"})
MANAGERS = frozenset({"watchlist_manager", "second_watchlist_manager"})
# Who did not add the entries: the first of them did.
REVIEWER = frozenset({"second_watchlist_manager"})
FIELD = frozenset({"engagement_officer"})
DISCLOSURE = frozenset({"disclosure_officer"})
LISTED = frozenset({S.AUTHORISED, S.READY, S.LIVE, S.SUSPENDED})
RUNS = frozenset({S.LIVE, S.SUSPENDED})
EVERY = frozenset(Status)
RECORDED = frozenset({S.LIVE, S.SUSPENDED, S.ENDED, S.CLOSED})


def _nothing(_: Deployment) -> Fields:
    return {}


@dataclass(frozen=True)
class Action:
    """`who` may do it from `states`; everybody else, and from every other status, changes nothing.

    `first` is what must have happened before, such as an entry that waits for its review."""

    name: str
    who: frozenset[str]
    states: frozenset[Status]
    fields: Callable[[Deployment], Fields] = _nothing
    arguments: Callable[[Deployment], Mapping[str, object]] = field(default=_nothing)
    first: Callable[[Deployment], object] = _nothing
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


def _entry(deployment: Deployment) -> Mapping[str, object]:
    """The last: the one that `first` has made, where it makes one."""
    entry = deployment.entries.order_by("pk").last()
    return {"pk": entry.pk if entry else 0}


def _pair(deployment: Deployment) -> Mapping[str, object]:
    pair = deployment.likely_same.last()
    return {**_entry(deployment), "pair": pair.pk if pair else 0}


def _import(deployment: Deployment) -> Mapping[str, object]:
    made = deployment.imports.last()
    return {"pk": made.pk if made else 0, "name": "confirm"}


def _sign(deployment: Deployment) -> Mapping[str, object]:
    sign = deployment.sign_photographs.last()
    return {"pk": sign.pk if sign else 0}


def _variation(deployment: Deployment) -> Mapping[str, object]:
    variation = deployment.variations.order_by("pk").last()
    return {"pk": variation.pk if variation else 0}


def _hold(deployment: Deployment) -> Mapping[str, object]:
    hold = deployment.footage_holds.last()
    return {"pk": hold.pk if hold else 0}


# What must have happened before.


def _unreviewed(deployment: Deployment) -> None:
    make_entry(deployment, is_reviewed=False)


def _under_18(deployment: Deployment) -> None:
    make_entry(
        deployment, is_reviewed=False, is_under_18=True, under_18_rationale="In danger tonight."
    )


def _alike(deployment: Deployment) -> None:
    same = unit_vector(seed=1)
    one, other = (make_entry(deployment, is_reviewed=False, embedding=same) for _ in range(2))
    watchlist_review.note_likely_same(other.deployment, [(other.pk, one.pk)])


def _no_open_variation(deployment: Deployment) -> None:
    for each in deployment.variations.filter(status="submitted"):
        variations.withdraw(each, by=person("applicant"))


def _held(deployment: Deployment) -> None:
    holds.hold(
        deployment,
        [recorded(deployment, seconds=1)],
        ground=FootageGround.COMPLAINT,
        reason=REASON,
        review_on=timezone.localdate() + timedelta(days=7),
        by=person("disclosure_officer"),
    )


def _uploaded(deployment: Deployment) -> None:
    worked(received(deployment, sheet(row("A1"))))


# What is typed and sent.


def _varied(deployment: Deployment) -> Fields:
    """Everything as it is, but for the place."""
    return as_it_is(deployment) | {"place": "Market Row"}


def _request(deployment: Deployment) -> Mapping[str, object]:
    request = deployment.subject_access.last()
    return {"pk": request.pk if request else 0}


def _asked(deployment: Deployment) -> Fields:
    return {
        "case_number": CASE,
        "received_on": timezone.localdate().isoformat(),
        "identity": "known",
        "camera": deployment.cameras.order_by("pk")[0].pk,
        "begins": "2026-03-02T14:00",
        "ends": "2026-03-02T14:30",
    }


def _new_entry(_: Deployment) -> Fields:
    entry = new_entry()
    image = SimpleUploadedFile("one.jpg", entry.image)
    return {
        "reference": entry.reference,
        "name": entry.name,
        "category": Category.WANTED_BY_COURTS.value,
        "response": "amber",
        "image": image,
        "image_source": entry.image_source,
        "image_date": entry.image_date.isoformat(),
        "lawful_basis": entry.lawful_basis,
    }


def _footage_held(_: Deployment) -> Fields:
    review_on = timezone.localdate() + timedelta(days=7)
    words = {"action": "hold", "ground": "complaint", "reason": "Complaint 12/26."}
    return words | {"review_on": review_on.isoformat()}


def _photograph(_: Deployment) -> Fields:
    picture = SimpleUploadedFile("sign.jpg", jpeg(seed=3, size=(480, 640)))
    return {"place": SignPlace.ZONE.value, "picture": picture}


def _upload(_: Deployment) -> Fields:
    return {"sheet": SimpleUploadedFile("list.csv", sheet(row("A1")))}


def _reviewed(deployment: Deployment) -> Fields:
    return {"entries": [_entry(deployment)["pk"]]}


REASON = "As planned."
SOUGHT = {"source": "pnc", "reference": "CHECK-2"}
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
    Action("vary", APPLICANT, LISTED, _varied, first=_no_open_variation),
    Action(
        "variation",
        OFFICERS,
        RUNS,
        lambda _: {"decision": "authorise", "reasons": REASON},
        arguments=_variation,
    ),
    Action("withdraw_variation", APPLICANT, RUNS, arguments=_variation),
    Action(
        "step",
        APPLICANT,
        frozenset({S.DRAFT, S.RETURNED}),
        lambda deployment: filled_in(deployment.cameras.get())["when"],
        arguments=lambda _: {"name": "when"},
    ),
    # The operators have acknowledged it: a second time changes nothing.
    Action("briefing", FIELD, LISTED),
    Action("check_cameras", OPERATORS | MANAGERS, frozenset({S.READY, S.SUSPENDED})),
    Action("signs", FIELD | OPERATORS | MANAGERS, LISTED, _photograph),
    Action("remove_sign", FIELD | OPERATORS | MANAGERS, LISTED, arguments=_sign),
    # Only what is live records; what was recorded earlier is tried in footage/test_views.py.
    Action(
        "footage",
        OFFICERS | DISCLOSURE,
        frozenset({S.LIVE}),
        _footage_held,
        first=lambda deployment: recorded(deployment, seconds=1),
    ),
    Action(
        "review_hold",
        OFFICERS | DISCLOSURE,
        frozenset({S.LIVE}),
        lambda _: {"action": "release", "reason": REASON},
        arguments=_hold,
        first=_held,
    ),
    Action("open_subject_access", DISCLOSURE, RECORDED, _asked),
    Action(
        "subject_access_request",
        DISCLOSURE,
        RECORDED,
        lambda _: {"action": "nothing"},
        arguments=_request,
        first=opened,
    ),
    Action("add_entry", MANAGERS, LISTED, _new_entry),
    Action("import", MANAGERS, LISTED, _upload),
    Action("import_decide", MANAGERS, LISTED, arguments=_import, first=_uploaded),
    Action(
        "withdraw",
        MANAGERS,
        LISTED,
        lambda _: {"reason": REASON},
        arguments=_entry,
        first=_unreviewed,
    ),
    Action("review_watchlist", REVIEWER, LISTED, _reviewed, first=_unreviewed),
    Action("sought", MANAGERS, LISTED, lambda _: SOUGHT, first=_unreviewed),
    Action("entry_sought", MANAGERS, LISTED, lambda _: SOUGHT, arguments=_entry, first=_unreviewed),
    Action(
        "send_back",
        REVIEWER,
        LISTED,
        lambda _: {"reason": REASON},
        arguments=_entry,
        first=_unreviewed,
    ),
    Action("approve_under_18", REVIEWER, LISTED, arguments=_entry, first=_under_18),
    Action(
        "keep_both", MANAGERS, LISTED, lambda _: {"reason": REASON}, arguments=_pair, first=_alike
    ),
)

# Takes a POST, and changes no deployment that there is.
ELSEWHERE: dict[str, str] = {
    "apply": "begins an application: tests/deployments/test_views_application.py",
    "watchlist": "filters the list, which is a consultation",
    "entry_image": "says why an image is looked at, which is a consultation",
    "ledger": "asks the ledger, which changes nothing",
    "documents": "policy documents: tests/deployments/test_policy_documents.py",
    "document_draft": "policy documents",
    "publish_document": "policy documents",
}
