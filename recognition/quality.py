"""Is this picture of a face worth embedding? Measured in pixels of the face, said in words."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognition.geometry import clipped, pixels
from recognition.types import Face, Floats, Image, Quality

# Sharpness is measured at one size, so that a near face does not count as blurred because
# its edges spread over more pixels.
MEASURED_AT_PX = 64

# Of 255: below it there is fog or darkness rather than a face. Rounding to whole grey levels
# alone gives a flat area edges of this spread.
MIN_CONTRAST = 4.0
ROUNDING_NOISE = 1.0

# How far the nose tip has moved from the middle of the eyes, in distances between the eyes,
# where detectors begin to lose the far eye: about 70 degrees.
PROFILE_SHIFT = 1.2


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a face must reach. Defaults suit passers-by; enrolment asks for more."""

    min_size_px: float = 40.0
    min_sharpness: float = 0.012
    max_pose: float = 0.9
    min_exposure: float = 0.05
    max_exposure: float = 0.97
    min_inside: float = 0.85
    # A detector sees half a face at the edge of a picture as a narrower whole one, and its
    # template is like nobody's: in a whole face no eye, nose or mouth is near the edge. Shares
    # of the face's box.
    min_margin: float = 0.1


def assess(image: Image, face: Face, *, limits: QualityLimits) -> Quality:
    """The quality of one face of a BGR image; `reason` is empty when it is usable."""
    size_px = min(face.box.w, face.box.h)
    pose = pose_of(face.landmarks)
    crop = image[pixels(face.box, image)]
    sharpness, exposure = _sharpness_and_exposure(crop)
    reason = _reason(image, face, size_px, sharpness, pose, exposure, limits)
    value = size_px * (1.0 - pose) * min(1.0, sharpness / (4 * limits.min_sharpness))
    return Quality(
        size_px=size_px,
        sharpness=sharpness,
        pose=pose,
        exposure=exposure,
        usable=not reason,
        reason=reason,
        value=value,
    )


def pose_of(landmarks: Floats) -> float:
    """How far a face is turned away, 0 frontal to 1 profile, from its five points.

    Turning moves the nose along the line between the eyes, nodding moves it between the eyes
    and the mouth; both are measured in the face's own axes, so that a tilted head is frontal.
    """
    points = landmarks.astype(np.float64)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across = points[1] - points[0]
    width = float(np.hypot(*across))
    down = mouth - eyes
    height = float(np.hypot(*down))
    if width < 1.0 or height < 1.0 or not np.isfinite(points).all():
        return 1.0
    nose = points[2] - eyes
    turned = abs(float(nose @ across)) / (width * width) / PROFILE_SHIFT
    # A frontal nose tip sits half way from the eyes to the mouth, or a little below.
    nodded = max(0.0, abs(float(nose @ down) / (height * height) - 0.55) - 0.15) / 0.4
    return min(1.0, max(turned, nodded))


def margin_of(image: Image, face: Face) -> float:
    """How far the five points stay from the picture's edge, in sides of the face's box; negative
    where one lies beyond it, −1 where they are no numbers."""
    height, width = image.shape[:2]
    points = face.landmarks.astype(np.float64)
    if not np.isfinite(points).all():
        return -1.0
    room = np.minimum(points, (width, height) - points).min(axis=0)
    return float((room / (max(1.0, face.box.w), max(1.0, face.box.h))).min())


def _sharpness_and_exposure(crop: Image) -> tuple[float, float]:
    """Spread of the second derivative over the spread of brightness, and mean brightness.

    Dividing by the face's own contrast keeps dark skin and flat light from counting as blur.
    """
    if min(crop.shape[:2]) < 2:
        return 0.0, 0.0
    side = min(MEASURED_AT_PX, *crop.shape[:2])
    grey = cv2.cvtColor(
        cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY
    )
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    contrast = float(grey.std())
    if contrast < MIN_CONTRAST:
        return 0.0, float(grey.mean()) / 255.0
    spread = max(0.0, float(edges.var()) - ROUNDING_NOISE)
    return spread / contrast**2, float(grey.mean()) / 255.0


def _reason(
    image: Image,
    face: Face,
    size_px: float,
    sharpness: float,
    pose: float,
    exposure: float,
    limits: QualityLimits,
) -> str:
    height, width = image.shape[:2]
    inside = clipped(face.box, width=width, height=height).area / max(face.box.area, 1.0)
    checks = (
        (size_px >= limits.min_size_px, f"too small: {size_px:.0f} px"),
        (inside >= limits.min_inside, "cut off by the edge of the picture"),
        (margin_of(image, face) >= limits.min_margin, "cut off by the edge of the picture"),
        (pose <= limits.max_pose, "turned away"),
        (exposure >= limits.min_exposure, "too dark"),
        (exposure <= limits.max_exposure, "too bright"),
        (sharpness >= limits.min_sharpness, "blurred"),
    )
    return next((words for passed, words in checks if not passed), "")
