"""A second operator is asked, and answers blind to what the first thinks."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from alerts import lifecycle, second_opinions
from alerts.details import judgements_of, second_of
from alerts.enums import AlertStatus, Factor, Verdict
from alerts.findings import Findings
from alerts.models import Alert, SecondOpinion
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import Deployment
from tests.concurrency import at_once
from tests.factories import Cast, make_alert, make_cast, make_deployment

pytestmark = pytest.mark.django_db

COMPARED = Findings(in_favour=(Factor.NOSE,), against=(Factor.EARS,))


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def asked(live: Deployment, cast: Cast) -> Alert:
    return make_alert(live, status=AlertStatus.SECOND_LOOK, by=cast.alice)


def test_question_and_answer_are_on_record(asked: Alert, cast: Cast) -> None:
    alert = second_opinions.answer(asked, by=cast.bob, verdict=Verdict.DISMISSED, findings=COMPARED)

    assert (alert.status, alert.claimed_by) == (AlertStatus.CLAIMED, cast.alice)
    opinion = alert.second_opinions.get()
    assert (opinion.asked_by, opinion.answered_by) == (cast.alice, cast.bob)
    assert (opinion.verdict, opinion.against) == (Verdict.DISMISSED, [Factor.EARS])


def test_second_learns_nothing_of_the_first_and_the_first_all_of_the_second(
    asked: Alert, cast: Cast
) -> None:
    second = second_of(asked, seen_by=cast.bob)
    assert second is not None
    assert (second["asked_by"], second["compared"]) == (str(cast.alice), None)
    assert judgements_of(asked, seen_by=cast.bob) == []

    alert = second_opinions.answer(asked, by=cast.bob, verdict=Verdict.CONFIRMED, findings=COMPARED)

    told = second_of(alert, seen_by=cast.alice)
    assert told is not None
    assert told["answered_by"] == str(cast.bob)
    assert told["compared"] is not None
    assert told["compared"]["against"] == ["Ears"]
    others = second_of(alert, seen_by=cast.engagement_officer)
    assert others is not None
    assert others["answered_by"] is None


def test_first_is_blind_until_they_have_looked_themselves(live: Deployment, cast: Cast) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    with pytest.raises(Refused, match="your own first look"):
        second_opinions.ask(alert, by=cast.alice)


def test_nobody_answers_themselves(asked: Alert, cast: Cast) -> None:
    with pytest.raises(Refused, match="another operator"):
        second_opinions.answer(asked, by=cast.alice, verdict=Verdict.CONFIRMED, findings=COMPARED)
    with pytest.raises(IntegrityError, match="another trained and briefed"), transaction.atomic():
        SecondOpinion.objects.filter(alert=asked).update(
            answered_by=cast.alice, answered_at=timezone.now(), verdict=Verdict.CONFIRMED
        )


def test_others_than_operators_are_not_asked(asked: Alert, cast: Cast) -> None:
    for person in (cast.engagement_officer, cast.charlie, cast.auditor):
        with pytest.raises(Refused, match="another operator"):
            second_opinions.answer(asked, by=person, verdict=Verdict.CONFIRMED, findings=COMPARED)


@pytest.mark.parametrize(
    ("verdict", "findings", "words"),
    [
        ("perhaps", COMPARED, "likely the same"),
        (Verdict.CONFIRMED, Findings(), "what you compared"),
    ],
)
def test_answer_is_whole(
    asked: Alert, cast: Cast, verdict: str, findings: Findings, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        second_opinions.answer(asked, by=cast.bob, verdict=verdict, findings=findings)


def test_question_can_be_taken_back_and_asked_again(asked: Alert, cast: Cast) -> None:
    alert = second_opinions.take_back(asked, by=cast.alice)
    assert alert.status == AlertStatus.CLAIMED
    with pytest.raises(Refused, match="Nobody asks"):
        second_opinions.answer(alert, by=cast.bob, verdict=Verdict.CONFIRMED, findings=COMPARED)

    second_opinions.ask(alert, by=cast.alice)

    assert alert.second_opinions.filter(answered_at=None, ended_at=None).count() == 1


def test_first_decides_nothing_while_a_second_is_asked(asked: Alert, cast: Cast) -> None:
    with pytest.raises(Refused, match="second operator"):
        lifecycle.confirm(asked, by=cast.alice, findings=COMPARED)


def test_answer_does_not_change(asked: Alert, cast: Cast) -> None:
    second_opinions.answer(asked, by=cast.bob, verdict=Verdict.CONFIRMED, findings=COMPARED)

    changes: list[dict[str, object]] = [
        {"verdict": Verdict.DISMISSED},
        {"against": []},
        {"answered_by": cast.charlie},
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            SecondOpinion.objects.update(**change)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_does() -> None:
    cast = make_cast()
    live = make_deployment(status=Status.LIVE)
    asked = make_alert(live, status=AlertStatus.SECOND_LOOK, by=cast.alice)

    def answer() -> Alert:
        return second_opinions.answer(
            Alert.objects.get(pk=asked.pk),
            by=cast.bob,
            verdict=Verdict.CONFIRMED,
            findings=COMPARED,
        )

    results = at_once([answer, answer])

    assert sorted(type(each).__name__ for each in results) == ["Alert", "Refused"]
    (refused,) = (each for each in results if isinstance(each, Refused))
    assert str(refused) == f"{cast.bob} has answered already."
