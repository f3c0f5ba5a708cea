"""MTCNN, fed by us: whole pyramid levels, batched refinement, nothing below the face size asked.

The smallest face of interest sets the size of the largest pyramid level, which is where the
time goes: at 48 px a 1280×720 frame is searched at 320×180.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.detectors.mtcnn_networks import (
    output_network,
    proposal_network,
    refinement_network,
)
from recognition.geometry import non_maximum_suppression
from recognition.keras_runtime import Bucketed, compiled
from recognition.types import Box, Face, Floats, Image

CELL_PX = 12
STRIDE_PX = 2
# The network was trained on faces within about a factor of 1.4 of its cell.
PYRAMID_STEP = 0.709
# No passer-by needs a proposal from the millions of cells of a noisy frame.
MAX_PROPOSALS = 400
# Searched in one call: more at once is no faster and takes memory.
PIXELS_AT_ONCE = 500_000
GREY = 128


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least scores of the three stages."""

    proposal: float = 0.7
    refinement: float = 0.7
    output: float = 0.8


class Mtcnn:
    """A detector with five landmarks. Thread-safe."""

    def __init__(self, *, sha256: dict[str, str], thresholds: Thresholds = Thresholds()) -> None:
        """`sha256` of pnet, rnet and onet. Raises MissingWeights or WrongWeights."""
        self.thresholds = thresholds
        self._propose = compiled(proposal_network(sha256["pnet"]), (None, None, None, 3), "uint8")
        self._refine = Bucketed(
            refinement_network(sha256["rnet"]), (24, 24, 3), "uint8", buckets=(4, 16, 32, 64, 128)
        )
        self._output = Bucketed(
            output_network(sha256["onet"]), (48, 48, 3), "uint8", buckets=(1, 4, 16, 64)
        )

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        return self.detect_each([image], min_face_px=min_face_px)[0]

    def detect_each(self, images: Sequence[Image], *, min_face_px: float) -> list[list[Face]]:
        """Of several pictures at once: most of what a small picture costs is the calls. Those of
        one size share all of them."""
        if not images:
            return []
        pictures = [Mipmap(image) for image in images]
        boxes = self._proposals(images, max(min_face_px, float(CELL_PX)))
        boxes = self._refined(pictures, boxes)
        return [
            [face for face in faces if max(face.box.w, face.box.h) >= min_face_px]
            for faces in self._faces(pictures, boxes)
        ]

    def warm_up(self) -> None:
        """Compile what one camera meets, before the first passer-by does."""
        self._propose(np.zeros((1, 180, 320, 3), np.uint8))
        for size in self._refine.buckets:
            self._refine(np.zeros((size, 24, 24, 3), np.uint8))
        for size in self._output.buckets:
            self._output(np.zeros((size, 48, 48, 3), np.uint8))

    def _proposals(self, images: Sequence[Image], min_face_px: float) -> list[Floats]:
        """For each picture its square candidate boxes, N × 4 (left, top, right, bottom)."""
        found: list[list[Floats]] = [[np.zeros((0, 5), np.float32)] for _ in images]
        for levels in _of_one_shape(images, min_face_px):
            batch = np.stack([level.image for level in levels])
            (answers,) = self._propose(np.ascontiguousarray(batch[..., ::-1]))
            for level, answer in zip(levels, answers, strict=True):
                found[level.picture].append(self._cells(answer, level.scale))
        rows = [np.concatenate(each) for each in found]
        return [_square(each[_suppressed(each, overlap=0.7)[:MAX_PROPOSALS], :4]) for each in rows]

    def _cells(self, answer: Floats, scale: float) -> Floats:
        """What the proposal network finds in one pyramid level: box and score, N × 5."""
        score = answer[:, :, 0]
        rows, columns = np.nonzero(score > self.thresholds.proposal)
        if not len(rows):
            return np.zeros((0, 5), np.float32)
        corner = np.stack([columns, rows], axis=1) * STRIDE_PX
        # One pixel more at the left and top: how the weights' own package reads them.
        cell = np.concatenate([corner + 1, corner + CELL_PX], axis=1).astype(np.float32)
        boxes = (cell + answer[rows, columns, 1:5] * (CELL_PX - 1)) / scale
        result = np.concatenate([boxes, score[rows, columns, None]], axis=1)
        return np.asarray(result[_suppressed(result, overlap=0.5)], np.float32)

    def _refined(self, pictures: Sequence[Mipmap], boxes: Sequence[Floats]) -> list[Floats]:
        return [
            self._kept(each, answer)
            for each, answer in zip(boxes, _asked(self._refine, pictures, boxes, 24), strict=True)
        ]

    def _kept(self, boxes: Floats, answer: Floats) -> Floats:
        kept = answer[:, 0] > self.thresholds.refinement
        rows = np.concatenate([_shifted(boxes, answer[:, 1:5]), answer[:, :1]], axis=1)[kept]
        return _square(rows[_suppressed(rows, overlap=0.7), :4])

    def _faces(self, pictures: Sequence[Mipmap], boxes: Sequence[Floats]) -> list[list[Face]]:
        return [
            self._faces_of(each, answer)
            for each, answer in zip(boxes, _asked(self._output, pictures, boxes, 48), strict=True)
        ]

    def _faces_of(self, boxes: Floats, answer: Floats) -> list[Face]:
        kept = answer[:, 0] > self.thresholds.output
        boxes, answer = boxes[kept], answer[kept]
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        points = np.stack([answer[:, 5:10], answer[:, 10:15]], axis=2)
        points = points * sides[:, None, :] + boxes[:, None, :2] - 1
        final = _shifted(boxes, answer[:, 1:5])
        order = non_maximum_suppression(final, answer[:, 0], overlap=0.7, by_smaller=True)
        return [_face(final[index], points[index], float(answer[index, 0])) for index in order]


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """One size of one of several pictures."""

    picture: int
    image: Image
    scale: float


def _of_one_shape(images: Sequence[Image], min_face_px: float) -> Iterator[list[_Level]]:
    """The pyramids' levels, those of one shape together."""
    by_shape: dict[tuple[int, ...], list[_Level]] = defaultdict(list)
    for number, image in enumerate(images):
        for level, scale in pyramid(image, min_face_px):
            by_shape[level.shape].append(_Level(number, level, scale))
    for shape, levels in by_shape.items():
        count = max(1, PIXELS_AT_ONCE // (shape[0] * shape[1]))
        yield from (levels[start : start + count] for start in range(0, len(levels), count))


def _asked(
    network: Bucketed, pictures: Sequence[Mipmap], boxes: Sequence[Floats], side: int
) -> Iterable[Floats]:
    """What a network says of the patches under the boxes of each picture, asked in one go."""
    patches = [picture.patches(each, side) for picture, each in zip(pictures, boxes, strict=True)]
    together = np.concatenate(patches) if patches else np.zeros((0, side, side, 3), np.uint8)
    answer = network(together)[0] if len(together) else np.zeros((0, 15), np.float32)
    return np.split(answer, np.cumsum([len(each) for each in boxes])[:-1])


def pyramid(image: Image, min_face_px: float) -> Iterator[tuple[Image, float]]:
    """The image at ever smaller sizes, with the scale of each, as long as a cell fits in."""
    scale = CELL_PX / min_face_px
    level = image
    while min(image.shape[:2]) * scale >= CELL_PX:
        size = (int(np.ceil(image.shape[1] * scale)), int(np.ceil(image.shape[0] * scale)))
        # From the level before: the same pixels averaged, a fraction of them read.
        level = np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.uint8)
        yield level, scale
        scale *= PYRAMID_STEP


class Mipmap:
    """A picture and its halves, so that a small patch of a large face reads few pixels."""

    def __init__(self, image: Image) -> None:
        self._levels = [image]

    def patches(self, boxes: Floats, side: int) -> Image:
        """RGB N × side × side × 3 from under square boxes; grey where a box leaves the picture."""
        result = np.full((len(boxes), side, side, 3), GREY, np.uint8)
        for patch, box in zip(result, boxes, strict=True):
            shrinking = max(float(box[2] - box[0]), 1.0) / side
            level = self._level(max(0, int(np.log2(shrinking))))
            scale = level.shape[1] / self._levels[0].shape[1]
            _fill(patch, level, np.rint(box * scale).astype(int))
        return result

    def _level(self, index: int) -> Image:
        while len(self._levels) <= index and min(self._levels[-1].shape[:2]) >= 2:
            height, width = self._levels[-1].shape[:2]
            half = (width // 2, height // 2)
            small = cv2.resize(self._levels[-1], half, interpolation=cv2.INTER_AREA)
            self._levels.append(np.asarray(small, np.uint8))
        return self._levels[min(index, len(self._levels) - 1)]


def _fill(patch: Image, image: Image, box: NDArray[np.int_]) -> None:
    side = patch.shape[0]
    low, high = np.maximum(box[:2], 0), np.minimum(box[2:], image.shape[1::-1])
    scale = side / np.maximum(box[2:] - box[:2], 1)
    (x0, y0), (x1, y1) = low, high
    (u0, v0), (u1, v1) = (np.rint((corner - box[:2]) * scale).astype(int) for corner in (low, high))
    if x1 > x0 and y1 > y0 and u1 > u0 and v1 > v0:
        part = cv2.resize(image[y0:y1, x0:x1], (u1 - u0, v1 - v0), interpolation=cv2.INTER_LINEAR)
        patch[v0:v1, u0:u1] = part[:, :, ::-1]


def _suppressed(rows: Floats, *, overlap: float) -> NDArray[np.intp]:
    """Indices to keep of box and score rows, best first, by OpenCV's compiled suppression."""
    if not len(rows):
        return np.zeros(0, np.intp)
    sides = np.concatenate([rows[:, :2], rows[:, 2:4] - rows[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), rows[:, 4].tolist(), 0.0, overlap)
    return np.asarray(kept, np.intp).reshape(-1)


def _shifted(boxes: Floats, offsets: Floats) -> Floats:
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    return np.asarray(boxes + offsets * np.concatenate([sides, sides], axis=1), np.float32)


def _square(boxes: Floats) -> Floats:
    """The same centres, both sides as long as the longer."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0.0, keepdims=True) / 2
    return np.asarray(np.concatenate([centres - half, centres + half], axis=1), np.float32)


def _face(box: Floats, points: Floats, score: float) -> Face:
    left, top, right, bottom = (float(value) for value in box)
    return Face(Box(left, top, right - left, bottom - top), points.astype(np.float32), score)
