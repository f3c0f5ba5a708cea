"""From a sighting to an alert: what is stored of the picture, and with whom made unrecognisable."""

from datetime import UTC, datetime

import cv2
import numpy as np

from alerts.raising import Near, NewAlert
from recognition.blurring import blur_others
from recognition.geometry import clipped, eyes_in, grown, pixels
from recognition.profiles import Profile
from recognition.types import Box, Image, Sighting

# The matched person's head and shoulders stay visible, in the crop and in the scene.
CROP_MARGIN = 0.6
CONTEXT_WIDTH_PX = 960
# The scene behind is averaged to so many columns: movement and place remain, no face does,
# including one that the detector missed.
SCENE_COLUMNS = 64
JPEG_QUALITY = 90


def new_alert(sighting: Sighting, profile: Profile) -> NewAlert:
    """Encode what an operator will see. Everyone else is gone before anything is encoded."""
    box = sighting.face.box
    image = sighting.frame.image
    crop = _crop(box, image)
    hidden = blur_others(image, keep=box, others=[face.box for face in sighting.other_faces])
    return NewAlert(
        entry_id=sighting.match.candidate.entry_id,
        similarity=sighting.match.candidate.similarity,
        is_lookalike=sighting.match.lookalike,
        profile=profile.name,
        profile_version=profile.version,
        captured_at=datetime.fromtimestamp(sighting.frame.captured_at, UTC),
        source_position_s=sighting.frame.position_s,
        face_box=(round(box.x, 1), round(box.y, 1), round(box.w, 1), round(box.h, 1)),
        probe=encode(hidden[pixels(crop, image)]),
        context=encode(_scene(hidden, keep=box)),
        probe_eyes=eyes_in(sighting.face, crop),
        others=tuple(Near(near.entry_id, near.similarity) for near in sighting.match.near),
    )


def _crop(box: Box, image: Image) -> Box:
    height, width = image.shape[:2]
    return clipped(grown(box, by=CROP_MARGIN), width=width, height=height)


def _scene(image: Image, *, keep: Box) -> Image:
    height, width = image.shape[:2]
    rows = max(1, round(SCENE_COLUMNS * height / width))
    coarse = cv2.resize(image, (SCENE_COLUMNS, rows), interpolation=cv2.INTER_AREA)
    scene = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    kept = pixels(clipped(grown(keep, by=0.2), width=width, height=height), image)
    scene[kept] = image[kept]
    if width <= CONTEXT_WIDTH_PX:
        return scene
    size = (CONTEXT_WIDTH_PX, round(height * CONTEXT_WIDTH_PX / width))
    return np.asarray(cv2.resize(scene, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode(image: Image) -> bytes:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("the picture could not be encoded")
    return data.tobytes()
