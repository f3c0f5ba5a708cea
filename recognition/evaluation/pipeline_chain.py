"""A profile's own code as a chain: what enrols watchlist entries and what cameras run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from recognition.alignment import NoAlignment
from recognition.enrolment import checked_quality, faces_in, searched_picture
from recognition.evaluation.acquisition import Role
from recognition.factory import ModelSet
from recognition.images import UnusableImage
from recognition.quality import QualityLimits, assess
from recognition.types import Face, Floats, Image


class PipelineChain:
    """Detection, quality, alignment and embedding of a profile.

    Where a picture shows several people its label names the one nearest to the middle, as in
    Labeled Faces in the Wild; enrolment of a watchlist would ask for such a picture to be cropped.
    """

    tells_roles_apart = True

    def __init__(self, models: ModelSet) -> None:
        self.models = models
        self.name = models.profile.model_name
        self.title = models.profile.title
        self.dimension = models.embedder.dimension

    def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            prepared = list(pool.map(partial(self._chip, role=role), pictures))
        chips = [each for each in prepared if not isinstance(each, str)]
        embeddings = iter(self.models.embedder.embed(np.stack(chips)) if chips else ())
        return [each if isinstance(each, str) else _checked(next(embeddings)) for each in prepared]

    def _chip(self, picture: Image, *, role: Role) -> Image | str:
        try:
            if role is Role.ENROLMENT:
                picture = searched_picture(picture)
                face = in_the_middle(picture, faces_in(picture, self.models.detector))
                checked_quality(picture, face)
            else:
                face = self._passing_face(picture)
            return self.models.embedder.align(picture, face)
        except (UnusableImage, NoAlignment) as error:
            return str(error)

    def _passing_face(self, picture: Image) -> Face:
        """As the pipeline takes a face of a frame: its sizes, its limits."""
        smallest = self.models.profile.min_face_px
        found = self.models.detector.detect(picture, min_face_px=smallest)
        face = in_the_middle(picture, found)
        quality = assess(picture, face, limits=QualityLimits())
        if not quality.usable:
            raise UnusableImage(f"The face cannot be used: {quality.reason}.")
        return face


def in_the_middle(picture: Image, faces: Sequence[Face]) -> Face:
    """The face that a picture's label names. Raises UnusableImage where there is none."""
    if not faces:
        raise UnusableImage("No face was found.")
    middle = picture.shape[1] / 2, picture.shape[0] / 2
    return min(faces, key=lambda face: float(np.hypot(*np.subtract(face.box.centre, middle))))


def _checked(embedding: Floats) -> Floats | str:
    usable = bool(np.isfinite(embedding).all() and embedding.any())
    return embedding if usable else "The face gave no usable template."
