"""What was measured of a face, for people: each figure with what is asked for."""

from __future__ import annotations

from deployments.watchlist import Measure
from recognition.quality import QualityLimits
from recognition.types import Quality


def measures(quality: Quality, *, limits: QualityLimits) -> list[Measure]:
    return [
        _size(quality, limits),
        _sharpness(quality, limits),
        _pose(quality, limits),
        _exposure(quality, limits),
    ]


def _size(quality: Quality, limits: QualityLimits) -> Measure:
    is_enough = quality.size_px >= limits.min_size_px
    words = "large enough" if is_enough else "too small"
    figure = f"{words}: {quality.size_px:.0f} pixels across, at least {limits.min_size_px:.0f}"
    return Measure("Size of the face", figure, is_enough)


def _sharpness(quality: Quality, limits: QualityLimits) -> Measure:
    is_enough = quality.sharpness >= limits.min_sharpness
    words = "sharp enough" if is_enough else "blurred"
    figure = f"{words}: {quality.sharpness:.3f}, at least {limits.min_sharpness:.3f}"
    return Measure("Sharpness", figure, is_enough)


def _pose(quality: Quality, limits: QualityLimits) -> Measure:
    is_enough = quality.pose <= limits.max_pose
    words = "towards the camera" if is_enough else "turned away"
    figure = (
        f"{words}: {quality.pose:.2f} of the way from the front to the side,"
        f" at most {limits.max_pose:.2f}"
    )
    return Measure("Pose", figure, is_enough)


def _exposure(quality: Quality, limits: QualityLimits) -> Measure:
    low, high = limits.min_exposure, limits.max_exposure
    words = "well lit"
    if quality.exposure < low:
        words = "too dark"
    elif quality.exposure > high:
        words = "too bright"
    figure = f"{words}: {quality.exposure:.0%} of full brightness, {low:.0%} to {high:.0%}"
    return Measure("Exposure", figure, words == "well lit")
