"""How well the shipped people can be told apart in the shipped clip.

    python -m recognition.synthetic.measure_separation recognition/demo_assets

Embeds every walker's usable faces (at least 80 px, in full view, near frontal) and compares
them with all portraits: with dlib's HOG detector, five points and ResNet, or, with
`--profile NAME`, with the detector, alignment and embedder of a profile of the system.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from recognition.synthetic.fields import Array
from recognition.synthetic.finishing import Picture
from recognition.synthetic.likeness import Embed, embedding_of
from recognition.synthetic.truth import TrueFace, Truth, reference

LEAST_PX, LEAST_VISIBLE, MOST_YAW = 80, 0.85, 25
MARGIN_X, MARGIN_Y = 0.5, 0.45


@dataclass(frozen=True, slots=True)
class Separation:
    """For each walker: usable faces, how many were found, and similarities over the track.

    `own` holds those to the walker's own portrait (none for passers-by); `others` the greatest
    to anyone else's, with that reference.
    """

    person: int
    usable: int
    own: tuple[float, ...]
    found: int
    others: float
    nearest: str


def usable(face: TrueFace, *, least_px: int = LEAST_PX) -> bool:
    return face.h >= least_px and face.visible >= LEAST_VISIBLE and abs(face.yaw) < MOST_YAW


def usable_crops(
    folder: Path, truth: Truth, *, every: int, least_px: int
) -> Iterator[tuple[int, Picture]]:
    """Person and crop around each usable face of every n-th frame."""
    with av.open(str(folder / "street.mp4")) as container:
        pictures = zip(truth.frames, container.decode(video=0), strict=False)
        for number, (faces, frame) in enumerate(pictures):
            if number % every:
                continue
            image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for face in faces:
                if usable(face, least_px=least_px):
                    yield face.person, _crop(image, face)


def _crop(image: Picture, face: TrueFace) -> Picture:
    across, down = int(face.w * MARGIN_X), int(face.h * MARGIN_Y)
    rows = slice(max(face.y - down, 0), face.y + face.h + down)
    return image[rows, max(face.x - across, 0) : face.x + face.w + across]


def portraits(folder: Path, truth: Truth, embed: Embed) -> Array:
    """Embeddings (n × d) in the order of the watchlist; raises ValueError without a face."""
    enrolled = []
    for name in truth.watchlist:
        picture = cv2.imread(str(folder / "portraits" / f"{name}.jpg"))
        embedding = None if picture is None else embed(np.asarray(picture, np.uint8))
        if embedding is None:
            raise ValueError(f"no face is found in the portrait {name}")
        enrolled.append(embedding)
    return np.stack(enrolled)


def separation(
    folder: Path, embed: Embed, *, every: int, least_px: int = LEAST_PX
) -> list[Separation]:
    truth = Truth.read(folder / "street.json")
    enrolled = portraits(folder, truth, embed)
    seen: dict[int, int] = {}
    similarities: dict[int, list[Array]] = {}
    for person, crop in usable_crops(folder, truth, every=every, least_px=least_px):
        seen[person] = seen.get(person, 0) + 1
        embedding = embed(crop)
        if embedding is not None:
            similarities.setdefault(person, []).append(enrolled @ embedding)
    return [
        _of_one(person, count, similarities.get(person, []), truth.watchlist)
        for person, count in sorted(seen.items())
    ]


def _of_one(
    person: int, count: int, similarities: Sequence[Array], watchlist: Sequence[str]
) -> Separation:
    if not similarities:
        return Separation(person, count, (), 0, -1.0, "")
    table = np.stack(similarities)
    own: tuple[float, ...] = ()
    if reference(person) in watchlist:
        column = watchlist.index(reference(person))
        own = tuple(float(value) for value in table[:, column])
        table[:, column] = -1
    greatest = table.max(axis=0)
    nearest = int(greatest.argmax())
    return Separation(
        person, count, own, len(similarities), float(greatest[nearest]), watchlist[nearest]
    )


def report(results: Sequence[Separation]) -> Iterator[str]:
    """Lines of plain text, the weakest cases first."""
    mated = sorted((r for r in results if r.own), key=lambda r: max(r.own))
    found, total = sum(r.found for r in results), sum(r.usable for r in results)
    yield f"{len(results)} walkers, {total} usable faces, {found / total:.1%} of them found"
    yield "on the watchlist (greatest and median similarity to their own portrait):"
    for r in mated:
        best, middle = max(r.own), float(np.median(r.own))
        yield f"  {reference(r.person)}  {best:.4f}  {middle:.4f}  {r.found} of {r.usable}"
    yield "most like somebody else on the watchlist:"
    for r in sorted(results, key=lambda r: -r.others)[:8]:
        yield f"  {reference(r.person)}  {r.others:.4f}  {r.nearest}"
    if mated:
        genuine, impostor = max(mated[0].own), max(r.others for r in results)
        yield f"genuine least {genuine:.4f}, impostor greatest {impostor:.4f}"
        yield f"gap {genuine - impostor:.4f}, middle {(genuine + impostor) / 2:.4f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="measure_separation")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=6, help="frames from one sample to the next")
    parser.add_argument("--least", type=int, default=LEAST_PX, help="face height in pixels")
    parser.add_argument("--profile", help="a profile of the system instead of dlib")
    options = parser.parse_args(arguments)
    results = separation(
        options.folder,
        embedding_of(options.profile),
        every=options.every,
        least_px=options.least,
    )
    for line in report(results):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
