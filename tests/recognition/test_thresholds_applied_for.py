"""A threshold that is never acceptable can't be applied for, nor asked for as a change."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments import expected_alerts, lifecycle
from deployments.enums import Status
from deployments.lifecycle import Refused
from recognition.models import OperatingPoint
from recognition.start_checks.operating_point import operating_point_check
from tests.factories import PROFILE, Cast, make_deployment, make_variation
from tests.recognition.measurements import make_operating_points

# FPIR on a list of 100 at each threshold.
MEASURED = {0.5: 0.01, 0.6: 0.0005}


@pytest.fixture(autouse=True)
def _measured(db: None) -> None:
    measure(MEASURED)


def measure(rates: dict[float, float]) -> None:
    OperatingPoint.objects.all().delete()
    make_operating_points(rates)


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"threshold": 0.55},
        "a higher face-match threshold or a shorter watchlist: at 0.55,",
    ),
    ({"threshold": 0.4}, "a higher face-match threshold: nothing was measured at 0.4 or below"),
    ({"threshold": 0.7, "watchlist_cap": 300}, "a shorter watchlist, or a profile that was"),
    ({"profile": "cpu"}, "accuracy was measured: nobody can say .* “cpu” brings"),
    ({"profile": "nothing_of_the_kind"}, "accuracy was measured"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED)
def test_it_is_not_submitted_and_the_refusal_says_what_to_do(
    cast: Cast, changes: dict[str, Any], words: str
):
    draft = make_deployment(**{"threshold": 0.6} | changes)

    with pytest.raises(Refused, match=words):
        lifecycle.submit(draft, by=cast.applicant)

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


@pytest.mark.parametrize(
    "changes", [{}, {"threshold": 0.7}, {"threshold": 0.7, "watchlist_cap": 200}]
)
def test_at_most_one_in_a_thousand_is_submitted(cast: Cast, changes: dict[str, Any]):
    draft = make_deployment(**{"threshold": 0.6} | changes)

    assert lifecycle.submit(draft, by=cast.applicant).status == Status.SUBMITTED


def test_exactly_one_in_a_thousand_is_allowed(cast: Cast):
    """As binary fractions have it, 1 − (1 − 0.001) is more than 0.001."""
    measure({0.6: 0.001})
    submitted = lifecycle.submit(make_deployment(threshold=0.6), by=cast.applicant)

    question = expected_alerts.question_of(submitted, profile=PROFILE, threshold=0.6)

    assert expected_alerts.what_to_give_instead(question) is None
    assert expected_alerts.is_unacceptable(0.00100001)


def test_a_profile_that_nobody_ever_measured_is_not_submitted(cast: Cast):
    """Points that were not carried are no measurement either."""
    OperatingPoint.objects.update(is_carried=False)
    draft = make_deployment(threshold=0.6)

    with pytest.raises(Refused, match=r"nothing was measured at 0\.6 or below"):
        lifecycle.submit(draft, by=cast.applicant)  # what ships begins far above


def test_the_last_step_names_it_and_leads_to_the_threshold(client: Client, cast: Cast):
    draft = make_deployment(threshold=0.55)
    client.force_login(cast.applicant)

    page = client.get(reverse("deployments:review", args=[draft.uuid])).content.decode()

    assert "never acceptable" in page
    assert f'href="{reverse("deployments:step", args=[draft.uuid, "recognition"])}"' in page
    answer = client.post(reverse("deployments:submit", args=[draft.uuid]), follow=True)
    assert "Before you submit, give a higher face-match threshold" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold": 0.55}, "Ask for a higher face-match threshold"),
        ({"threshold": 0.4}, "nothing was measured"),
        ({"watchlist_cap": 5_000}, "a shorter watchlist"),
    ],
)
def test_a_variation_asks_for_no_more(cast: Cast, changes: dict[str, Any], words: str):
    deployment = make_deployment(status=Status.AUTHORISED, threshold=0.6)
    measure(MEASURED)

    with pytest.raises(Refused, match=words):
        make_variation(deployment, **changes)

    assert make_variation(deployment, threshold=0.65).pk


def test_a_variation_of_something_else_is_not_held_up_by_a_later_measurement(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, threshold=0.6)
    measure({0.6: 0.01})

    assert make_variation(deployment, place="Market Row").pk


def test_form_and_start_check_read_the_same_evaluation(cast: Cast):
    """The newest that says something of the threshold, not simply the newest."""
    point = OperatingPoint.objects.get(threshold=0.6)
    OperatingPoint.objects.update(measured_at=timezone.now() - timedelta(days=9))
    point.pk, point.threshold = None, 0.8
    point.save()

    submitted = lifecycle.submit(make_deployment(threshold=0.6), by=cast.applicant)

    assert operating_point_check(submitted).passed
