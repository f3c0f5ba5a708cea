"""A frame with one person in it: everything else goes, whether it was found or not."""

import numpy as np

from recognition.subject_access import hiding
from recognition.types import Box, Face, Image

KEEP = Box(600, 200, 60, 80)
RNG = np.random.default_rng(7)


class Finds:
    """A detector that finds what it is told, in the part that it is given."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        return [Face(box, np.zeros((5, 2), np.float32), 0.9) for box in self.boxes]


def noise() -> Image:
    return RNG.integers(0, 255, (720, 1280, 3)).astype(np.uint8)


def detail(image: Image) -> float:
    """How much neighbours differ: nothing within a flat block."""
    return float((np.abs(np.diff(image.astype(int), axis=1)) > 0).mean())


def test_all_is_flat_blocks_of_few_colours():
    image = hiding.hidden(noise())

    assert image.shape == (720, 1280, 3)
    assert detail(image) < 0.05
    assert len(np.unique(image)) <= 16


def test_the_person_stays_and_a_face_that_nobody_found_goes():
    image = noise()

    result = hiding.only(image, KEEP, [], detector=Finds())

    assert result is not None
    face = np.s_[200:280, 600:660]
    assert (result[face] == image[face]).all()
    for elsewhere in (np.s_[200:280, 300:360], np.s_[400:600], np.s_[:, :500], np.s_[:, 760:]):
        assert detail(result[elsewhere]) < 0.1


def test_a_face_beside_the_persons_is_hidden_too():
    image, other = noise(), Box(690, 210, 20, 24)

    result = hiding.only(image, KEEP, [other], detector=Finds())

    assert result is not None
    assert detail(result[212:232, 692:708]) < 0.5
    assert (result[220:260, 610:650] == image[220:260, 610:650]).all()


def test_a_face_that_cannot_be_hidden_without_the_persons_spoils_the_frame():
    assert hiding.only(noise(), KEEP, [Box(650, 220, 50, 60)], detector=Finds()) is None


def test_a_face_found_at_the_second_look_spoils_the_frame():
    """Places are those of the part that is searched: it begins above and left of the face."""
    stranger = Box(5, 5, 25, 25)

    assert hiding.only(noise(), KEEP, [], detector=Finds(stranger)) is None
    own = Box(0.7 * 60, 0.5 * 80, 60, 80)
    assert hiding.only(noise(), KEEP, [], detector=Finds(own)) is not None


def test_at_the_edge_of_the_picture():
    for keep in (Box(-10, -10, 60, 80), Box(1250, 690, 60, 80)):
        assert hiding.only(noise(), keep, [], detector=Finds()) is not None
