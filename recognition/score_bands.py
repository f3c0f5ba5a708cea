"""What was measured of a profile, for the words under an alert's score band: the newest evaluation
that this force has run, or else what came with the profile."""

from collections.abc import Sequence
from functools import cache

from alerts.score_bands import Measured
from recognition.operating_points import latest_points
from recognition.profiles import UnknownProfile, UnusableProfile, load_profile


def measured_of(profile: str, version: str) -> Sequence[Measured]:
    """`version` as an alert carries it: the profile's own, or the model's full name."""
    name = version if version.startswith(f"{profile}-") else f"{profile}-{version}"
    own = [
        Measured(
            threshold=point.threshold,
            fpir=point.fpir,
            tpir=point.tpir,
            enrolled=point.watchlist,
            mated=point.mated,
            non_mated=point.non_mated,
            dataset=point.dataset,
        )
        for point in latest_points(name)
    ]
    return own or _came_with(profile, name)


@cache
def _came_with(name: str, model_name: str) -> tuple[Measured, ...]:
    """A profile that has moved on since says nothing of the version that raised the alert."""
    try:
        profile = load_profile(name)
    except (UnknownProfile, UnusableProfile):
        return ()
    if profile.model_name != model_name:
        return ()
    return tuple(
        Measured(
            threshold=point.threshold,
            fpir=point.fpir,
            tpir=point.tpir,
            enrolled=point.enrolled,
            mated=point.mated,
            non_mated=point.non_mated,
            dataset=point.dataset,
        )
        for point in profile.operating_points
    )
