"""A camera, a model and a person on the street, scripted: for runs of the whole camera loop."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from recognition.factory import ModelSet, load_profile
from recognition.protocols import KeepGoing, always
from recognition.types import Floats, Frame, Image, StreamState
from tests.factories import DIMENSION
from tests.recognition.scripted_parts import (
    ConstantDetector,
    ScriptedEmbedder,
    frontal_face,
    street,
)

FACE_PX = 120.0


def scripted_models(*people: int) -> ModelSet:
    """Models that see these people side by side, in every picture."""
    profile = replace(load_profile("embedded"), min_face_px=40.0)
    faces = [frontal_face(40 + 200 * place, 80, FACE_PX) for place in range(len(people))]
    embedder = ScriptedEmbedder(embed=lambda chips: np.stack([template_of(c) for c in chips]))
    return ModelSet(profile=profile, detector=ConstantDetector(*faces), embedder=embedder)


def template_of(who: int | Image) -> Floats:
    """The template of a scripted person, by their number or by a chip of them."""
    number = who if isinstance(who, int) else int(who[0, 0, 0])
    template = np.zeros(DIMENSION, np.float32)
    template[number] = 1.0
    return template


def street_with(*people: int) -> Image:
    """Sharp enough to be recognised; the blue channel says who stands where."""
    faces = [frontal_face(40 + 200 * place, 80, FACE_PX) for place in range(len(people))]
    image = street(*zip(people, faces, strict=True))
    noise = np.random.default_rng(1).integers(0, 255, (*image.shape[:2], 2), dtype=np.uint8)
    image[:, :, 1:] = noise
    return image


class ScriptedCamera:
    """Shows one picture again and again until it is closed or told to stop.

    `began` is set when the first picture is asked for, `ended` when the last one was given.
    """

    def __init__(self, image: Image, *, fails_with: Exception | None = None) -> None:
        self.image = image
        self.fails_with = fails_with
        self.dropped = 0
        self.state = StreamState.LIVE
        self.state_words = "Live."
        self.began = threading.Event()
        self.closed = threading.Event()
        self.ended = threading.Event()
        self.given = 0

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        self.began.set()
        try:
            while keep_going() and not self.closed.wait(0.02):
                if self.fails_with is not None:
                    raise self.fails_with
                self.given += 1
                yield Frame(self.image, self.given, time.time(), self.given / 50)
        finally:
            self.ended.set()

    def close(self) -> None:
        self.closed.set()
