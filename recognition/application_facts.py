"""What the application form asks of this app: the profiles there are and what a threshold costs."""

from collections.abc import Sequence

from deployments import expected_alerts, recognition_profiles
from deployments.expected_alerts import Expectation, Measured, Question, Side
from deployments.recognition_profiles import ProfileChoice
from recognition import model_files
from recognition.false_alert_evidence import evaluations
from recognition.models import OperatingPoint
from recognition.operating_points import expected_false_alerts
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
    recognition_profiles.register(installed_profiles, describe=described)
    expected_alerts.register(expect)


def described(name: str) -> str | None:
    """None for a profile that this machine does not know."""
    try:
        profile = load_profile(name)
    except (UnknownProfile, UnusableProfile):
        return None
    return f"{profile.title}, version {profile.version}"


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
        profile = load_profile(question.profile)
    except (UnknownProfile, UnusableProfile):
        return None
    source, points = _carried(profile, question.threshold)
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
        side=_side(question.threshold, points),
        dataset=f"{found.basis.dataset}, {source}",
        measured=tuple(
            Measured(point.threshold, each.count, each.low, each.high)
            for point in points
            if (
                each := expected_false_alerts(
                    points,
                    threshold=point.threshold,
                    faces=question.faces,
                    watchlist=question.watchlist,
                )
            )
        ),
    )


def _carried(profile: Profile, threshold: float) -> tuple[str, list[OperatingPoint]]:
    """As the start check chooses: the newest that says something of this threshold. Where none
    does, the newest of all, whose figures are then too low."""
    carried = [
        (source, rows)
        for source, points in evaluations(profile)
        if (rows := [point for point in points if point.is_carried])
    ]
    telling = (each for each in carried if any(point.threshold <= threshold for point in each[1]))
    return next(telling, carried[0] if carried else ("", []))


def _side(threshold: float, points: Sequence[OperatingPoint]) -> Side:
    measured = [point.threshold for point in points]
    if threshold < min(measured):
        return Side.BELOW
    return Side.ABOVE if threshold > max(measured) else Side.WITHIN


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
