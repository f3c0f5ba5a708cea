"""A score is shown as a band with what was measured at it, never as a figure."""

import pytest

from alerts.models import Alert
from alerts.score_bands import UNMEASURED, band_of
from deployments.enums import Status
from deployments.models import Deployment
from recognition.models import OperatingPoint
from recognition.profiles import load_profile
from recognition.score_bands import measured_of
from tests.factories import PROFILE, PROFILE_VERSION, Cast, make_alert, make_deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def alert_of(live: Deployment, similarity: float) -> Alert:
    return make_alert(live, similarity=similarity)


@pytest.fixture
def unmeasured(live: Deployment) -> None:
    """This force has evaluated nothing itself."""
    OperatingPoint.objects.all().delete()


@pytest.mark.parametrize(
    ("similarity", "words"),
    [
        (0.5, "Just above the threshold"),
        (0.6, "Above the threshold"),
        (0.75, "Far above the threshold"),
        (1.0, "Far above the threshold"),
    ],
)
def test_band_is_words_never_a_figure(live: Deployment, similarity: float, words: str) -> None:
    band = band_of(alert_of(live, similarity))

    assert band.name == words
    assert "%" not in band.name + band.meaning
    assert str(similarity) not in band.name + band.meaning


def test_another_candidate_may_lie_below_the_threshold(live: Deployment) -> None:
    assert band_of(alert_of(live, 0.52), similarity=0.49).name == "Below the threshold"


def test_meaning_is_that_of_the_highest_point_reached(live: Deployment, unmeasured: None) -> None:
    points = sorted(load_profile(PROFILE).operating_points, key=lambda point: point.threshold)
    between = (points[0].threshold + points[1].threshold) / 2

    meaning = band_of(alert_of(live, between)).meaning

    assert f"1 in {round(1 / points[0].fpir):,} " in meaning
    assert f"list of {points[0].enrolled}" in meaning
    assert f"of {points[0].mated} people" in meaning


def test_below_every_measured_point_nothing_is_claimed(live: Deployment, unmeasured: None) -> None:
    assert band_of(alert_of(live, 0.5)).meaning == UNMEASURED


def test_own_evaluation_comes_before_what_came_with_the_profile(
    live: Deployment, unmeasured: None
) -> None:
    OperatingPoint.objects.create(
        profile=PROFILE,
        profile_version=PROFILE_VERSION,
        dataset="Own portraits",
        target_fpir=0.001,
        threshold=0.6,
        fpir=0.001,
        fpir_low=0.0005,
        fpir_high=0.002,
        tpir=0.5,
        tpir_low=0.4,
        tpir_high=0.6,
        is_carried=True,
        watchlist=500,
        mated=200,
        non_mated=4000,
        failure_to_acquire=0.01,
        draws=10,
        seed=1,
        measured_at=live.starts_at,
    )

    meaning = band_of(alert_of(live, 0.7)).meaning

    assert "Own portraits" in meaning
    assert "1 in 1,000" in meaning
    assert "of 200 people who were on it, 100 did" in meaning


def test_alert_of_a_camera_names_the_version_without_the_profile(
    live: Deployment, unmeasured: None
) -> None:
    profile = load_profile(PROFILE)

    assert len(measured_of(PROFILE, profile.version)) == len(profile.operating_points)
    assert measured_of(PROFILE, profile.version) == measured_of(PROFILE, profile.model_name)


def test_version_that_is_not_installed_says_nothing() -> None:
    assert measured_of(PROFILE, "embedded-99") == ()
    assert measured_of("nothing", "nothing-1") == ()
