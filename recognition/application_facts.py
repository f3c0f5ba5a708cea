"""What the application form asks of this app: the profiles there are and what a threshold costs."""

from deployments import expected_alerts, recognition_profiles
from deployments.expected_alerts import Expectation, Measured, Question
from deployments.recognition_profiles import ProfileChoice
from recognition import model_files
from recognition.operating_points import expected_false_alerts, latest_points
from recognition.profiles import (
    Profile,
    UnknownProfile,
    UnusableProfile,
    load_profile,
    profile_names,
)

# Hashing the weights of every profile takes seconds; what was once whole is not hashed again.
_whole: set[str] = set()


def register() -> None:
    recognition_profiles.register(installed_profiles)
    expected_alerts.register(expect)


def installed_profiles() -> list[ProfileChoice]:
    """Every profile whose weights are on this machine, by name."""
    return [
        ProfileChoice(
            name=profile.name,
            title=profile.title,
            version=profile.version,
            threshold=profile.threshold,
            may_run_live=profile.live_use,
        )
        for name in profile_names()
        if (profile := _usable(name)) is not None
    ]


def expect(question: Question) -> Expectation | None:
    """None where no operating point of this profile's version was measured."""
    try:
        version = load_profile(question.profile).model_name
    except (UnknownProfile, UnusableProfile):
        return None
    points = latest_points(version)
    found = expected_false_alerts(
        points,
        threshold=question.threshold,
        faces=question.faces,
        watchlist=question.watchlist,
    )
    if found is None:
        return None
    return Expectation(
        count=found.count,
        low=found.low,
        high=found.high,
        is_extrapolated=found.is_extrapolated,
        dataset=found.basis.dataset,
        measured=tuple(
            Measured(point.threshold, each.count, each.low, each.high)
            for point in points
            if point.is_carried
            and (
                each := expected_false_alerts(
                    points,
                    threshold=point.threshold,
                    faces=question.faces,
                    watchlist=question.watchlist,
                )
            )
        ),
    )


def _usable(name: str) -> Profile | None:
    try:
        profile = load_profile(name)
    except UnusableProfile:
        return None
    if profile.model_name not in _whole:
        if model_files.what_is_missing(profile):
            return None
        _whole.add(profile.model_name)
    return profile
