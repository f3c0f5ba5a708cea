"""Only an operator with current training and the deployment's briefing claims and judges."""

import pytest

from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason, Factor
from alerts.findings import Findings
from alerts.models import Alert
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import Briefing, Deployment
from tests.factories import Cast, lose_training, make_alert, make_deployment
from tests.tampering import refusal_of, triggers_disabled

CLAIM = "UPDATE alerts_alert SET status = 'claimed', claimed_by_id = %s WHERE id = %s"
JUDGE = (
    "INSERT INTO alerts_adjudication (alert_id, by_id, at, verdict, dismissal_reason,"
    " subject_factors, system_factors, environment_factors, in_favour, against)"
    " VALUES (%s, %s, now(), 'confirmed', '', 'Nose.', '', '', '{}', '{}')"
)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def alert(live: Deployment) -> Alert:
    return make_alert(live)


def forget_briefings() -> None:
    with triggers_disabled("deployments_briefing"):
        Briefing.objects.all().delete()


def test_without_current_training_a_claim_is_refused_in_words(alert: Alert, cast: Cast):
    lose_training(cast.alice)

    with pytest.raises(Refused, match="Your training as an operator is not current"):
        lifecycle.claim(alert, by=cast.alice)


def test_without_the_briefing_a_claim_is_refused_in_words(alert: Alert, cast: Cast):
    forget_briefings()

    with pytest.raises(Refused, match="Read the briefing of this deployment"):
        lifecycle.claim(alert, by=cast.alice)


@pytest.mark.parametrize("spoil", ["training", "briefing", "role", "account"])
def test_the_database_refuses_such_a_claim(alert: Alert, cast: Cast, app_role: None, spoil: str):
    people = type(cast.alice).objects.filter(pk=cast.alice.pk)
    if spoil == "training":
        lose_training(cast.alice)
    elif spoil == "briefing":
        with_owner(forget_briefings)
    elif spoil == "role":
        people.update(roles=["engagement_officer"])
    else:
        people.update(is_active=False)

    assert "current training" in refusal_of(CLAIM, cast.alice.pk, alert.pk)
    assert refusal_of(CLAIM, cast.bob.pk, alert.pk) == "" or spoil == "briefing"


def test_the_database_wants_the_judge_to_be_who_holds_the_alert(
    live: Deployment, cast: Cast, app_role: None
):
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    assert "who holds it" in refusal_of(JUDGE, alert.pk, cast.bob.pk)
    assert refusal_of(JUDGE, alert.pk, cast.alice.pk) == ""


def test_training_that_ends_with_an_alert_in_hand_ends_the_judging(live: Deployment, cast: Cast):
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    lose_training(cast.alice)

    with pytest.raises(Refused, match="Your training as an operator is not current"):
        lifecycle.confirm(alert, by=cast.alice, findings=Findings(in_favour=(Factor.NOSE,)))
    assert "who holds it" in refusal_of(JUDGE, alert.pk, cast.alice.pk)
    assert lifecycle.release(alert, by=cast.alice).status == AlertStatus.RAISED


def test_a_briefing_that_no_longer_counts_ends_the_judging(live: Deployment, cast: Cast):
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    forget_briefings()

    for judge in (
        lambda: lifecycle.confirm(
            alert, by=cast.alice, findings=Findings(in_favour=(Factor.NOSE,))
        ),
        lambda: lifecycle.dismiss(alert, by=cast.alice, reason=DismissalReason.POOR_IMAGE),
    ):
        with pytest.raises(Refused, match="Read the briefing of this deployment"):
            judge()


def with_owner(work: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    work()  # type: ignore[operator]
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE lfr_app")
