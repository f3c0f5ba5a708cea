"""What the application form asks of recognition: profiles there are, false alerts to expect."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments import expected_alerts, recognition_profiles
from deployments.expected_alerts import Question, Side
from recognition import application_facts, model_files
from tests.factories import Cast, make_deployment
from tests.recognition.measurements import make_operating_points

LOW, HIGH = 0.5, 0.6


@pytest.fixture
def _measured(db: None) -> None:
    """A made-up evaluation: FPIR 1 in 100 at the lower threshold, 1 in 2,000 at the higher."""
    make_operating_points({LOW: 0.01, HIGH: 0.0005})


def asked(threshold: float, *, profile: str = "embedded") -> Question:
    return Question(profile=profile, threshold=threshold, faces=10_000, watchlist=100)


def test_the_profiles_offered_are_those_whose_weights_are_there(monkeypatch: pytest.MonkeyPatch):
    names = [choice.name for choice in recognition_profiles.installed()]
    assert "embedded" in names

    monkeypatch.setattr(application_facts, "_whole", set())
    monkeypatch.setattr(model_files, "what_is_missing", lambda _: ["weights"])
    assert recognition_profiles.installed() == []


@pytest.mark.usefixtures("_measured")
def test_expected_alerts_follow_the_measurement_and_its_interval():
    at_low, at_high = (expected_alerts.expect(asked(each)) for each in (LOW, HIGH))

    assert at_low is not None
    assert at_high is not None
    assert at_low.count == pytest.approx(100)
    assert at_low.low == pytest.approx(50)
    assert at_low.high == pytest.approx(200)
    assert at_high.count == pytest.approx(5)
    assert at_low.side is Side.WITHIN
    assert [point.threshold for point in at_low.measured] == [LOW, HIGH]


@pytest.mark.usefixtures("_measured")
def test_outside_the_measured_thresholds_the_figure_is_a_bound():
    below, above = (expected_alerts.expect(asked(each)) for each in (0.4, 0.7))

    assert below is not None
    assert above is not None
    assert below.count == pytest.approx(100)
    assert below.side is Side.BELOW
    assert above.count == pytest.approx(5)
    assert above.side is Side.ABOVE


def test_a_profile_that_nobody_measured_promises_nothing(db: None):
    assert expected_alerts.expect(asked(0.5, profile="cpu")) is None
    assert expected_alerts.expect(asked(0.5, profile="nothing_of_the_kind")) is None


@pytest.mark.usefixtures("_measured")
def test_the_page_works_it_out_as_the_threshold_changes(client: Client, cast: Cast):
    draft = make_deployment(expected_footfall=30_000, watchlist_cap=100)  # 4 of 12 busy hours
    client.force_login(cast.applicant)
    address = reverse("deployments:expected", args=[draft.uuid])

    def answer(threshold: float, profile: str = "embedded") -> dict[str, object]:
        response = client.get(address, {"profile": profile, "threshold": str(threshold)})
        found: dict[str, object] = response.json()
        return found

    assert answer(LOW)["count"] == "102"  # of 10,209: the window has five minutes more
    assert answer(HIGH)["count"] == "5.1"
    assert "never acceptable" in str(answer(LOW)["html"])
    assert "never acceptable" not in str(answer(0.7)["html"])
    assert answer(0.5, "cpu")["is_measured"] is False
    assert "No accuracy was measured" in str(answer(0.5, "cpu")["html"])
    assert client.get(address, {"profile": "embedded", "threshold": "nan"}).status_code == 400


@pytest.mark.usefixtures("_measured")
def test_who_may_not_see_the_deployment_is_told_nothing(client: Client, cast: Cast):
    draft = make_deployment()
    client.force_login(cast.charlie)

    address = reverse("deployments:expected", args=[draft.uuid])
    assert client.get(address, {"profile": "embedded", "threshold": "0.5"}).status_code == 404
