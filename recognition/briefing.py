"""What was measured of a deployment's model at its threshold, in sentences for the briefing."""

from deployments.models import Deployment
from recognition.operating_points import latest_points
from recognition.profiles import OperatingPoint as PublishedPoint
from recognition.profiles import UnknownProfile, UnusableProfile, load_profile


def accuracy_of(deployment: Deployment) -> list[str]:
    """From the highest measured threshold that is not above the deployment's: at the deployment's
    own, false alerts are no more frequent than there, and people are found no more often."""
    try:
        profile = load_profile(deployment.profile)
    except (UnknownProfile, UnusableProfile):
        return []
    points = _measured_here(profile.model_name) or list(profile.operating_points)
    below = [point for point in points if point.threshold <= deployment.threshold]
    sentences = [_sentence(max(below, key=lambda each: each.threshold))] if below else []
    return [*sentences, profile.live_use_note] if profile.live_use_note else sentences


def _measured_here(profile_version: str) -> list[PublishedPoint]:
    return [
        PublishedPoint(
            fpir=row.fpir,
            threshold=row.threshold,
            tpir=row.tpir,
            tpir_low=row.tpir_low,
            tpir_high=row.tpir_high,
            enrolled=row.watchlist,
            mated=row.mated,
            non_mated=row.non_mated,
            dataset=row.dataset,
        )
        for row in latest_points(profile_version)
        if row.is_carried
    ]


def _sentence(point: PublishedPoint) -> str:
    faces = round(1 / point.fpir) if point.fpir > 0 else point.non_mated
    return (
        f"Measured on {point.dataset} with {point.enrolled} people on the list, at a threshold of "
        f"{point.threshold:.4f}: one false alert in about {faces:,} faces, and "
        f"{point.tpir:.0%} of the people sought found ({point.tpir_low:.0%} to "
        f"{point.tpir_high:.0%}). A street is harder than photographs."
    )
