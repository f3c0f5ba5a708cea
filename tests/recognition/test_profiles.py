import pytest

from recognition.alignment import AlignmentTemplate
from recognition.profiles import UnknownProfile, load_profile, profile_names


def test_the_profiles_of_the_design_are_there() -> None:
    assert profile_names() == ["cpu", "embedded", "facenet512", "gpu", "mobilefacenet"]


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_says_all_that_a_deployments_record_needs(name: str) -> None:
    profile = load_profile(name)

    assert profile.model_name == f"{name}-{profile.version}"
    assert 0 < profile.threshold < 1
    assert profile.dimension in (128, 512)
    assert profile.detector.licence
    assert profile.embedder.licence
    assert profile.live_use_note.endswith(".")
    AlignmentTemplate.from_options(profile.embedder.options["template"])
    for part in (profile.detector, profile.embedder):
        if part.weights:
            assert len(part.weights.sha256) == 64
            assert part.weights.source


@pytest.mark.parametrize("name", profile_names())
def test_live_use_rests_on_a_measured_operating_point(name: str) -> None:
    profile = load_profile(name)

    assert profile.operating_points or not profile.live_use
    for point in profile.operating_points:
        assert point.tpir_low <= point.tpir <= point.tpir_high


def test_the_default_needs_no_download() -> None:
    profile = load_profile("embedded")

    assert profile.detector.weights is None
    assert profile.embedder.weights is None


def test_the_defaults_threshold_gives_false_alerts_for_fewer_than_one_in_a_hundred() -> None:
    profile = load_profile("embedded")
    point = next(point for point in profile.operating_points if point.fpir == 0.01)

    assert profile.threshold > point.threshold


def test_an_unknown_profile_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownProfile, match="embedded"):
        load_profile("../embedded")
