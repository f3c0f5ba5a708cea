"""Watching live: nothing without a watcher, nobody's face, nothing kept."""

import threading

import cv2
import numpy as np

from recognition.live_picture import COLUMNS, live_picture
from recognition.live_tap import LiveTap
from recognition.types import Box, Image

FACE = Box(200.0, 120.0, 120.0, 120.0)


def street(*, seed: int = 1) -> Image:
    """Noise as fine as a face's features are."""
    return np.random.default_rng(seed).integers(0, 255, (360, 640, 3), dtype=np.uint8)


def decoded(picture: bytes | None) -> Image:
    assert picture is not None
    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR))


def flat_share(image: Image, box: Box) -> float:
    """How much of a part is one colour with its right neighbour."""
    scale = image.shape[1] / 640
    x, y, w, h = (round(value * scale) for value in (box.x, box.y, box.w, box.h))
    part = image[y : y + h, x : x + w].astype(int)
    return float((np.abs(np.diff(part, axis=1)).max(axis=2) <= 2).mean())


def test_a_hidden_face_is_flat_blocks_and_the_scene_is_not() -> None:
    shown = live_picture(street(), hide=[FACE], zone=None)

    assert shown.shape[1] == COLUMNS
    assert flat_share(shown, FACE) > 0.8
    assert flat_share(shown, Box(10.0, 10.0, 120.0, 90.0)) < 0.2


def test_two_people_behind_one_blur_look_alike() -> None:
    """What is left of a face does not tell one from another with the same mean colours."""
    one, other = street(seed=1), street(seed=2)
    other[:] = one
    area = np.s_[120:240, 200:320]
    other[area] = one[area][:, ::-1]  # mirrored: another face of the same tone

    pictures = [live_picture(image, hide=[FACE], zone=None) for image in (one, other)]

    difference = np.abs(pictures[0].astype(int) - pictures[1].astype(int)).mean()
    assert difference < 2.0


def test_outside_the_zone_nothing_is_to_be_known() -> None:
    shown = live_picture(street(), hide=[], zone=Box(0.5, 0.0, 0.5, 1.0))

    inside, outside = shown[:, 200:], shown[:, :120]
    assert np.abs(np.diff(outside.astype(int), axis=1)).mean() < 8
    assert np.abs(np.diff(inside.astype(int), axis=1)).mean() > 20


def test_nothing_is_made_while_nobody_watches() -> None:
    tap = LiveTap()

    assert not tap.wants()
    assert tap.take(timeout_s=0.01) is None
    assert tap.wants()


def test_a_picture_goes_to_everyone_who_waits_and_is_made_once() -> None:
    now = [0.0]
    tap = LiveTap(clock=lambda: now[0])
    taken: list[bytes | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(tap.take(timeout_s=10))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    while not tap.wants() or len(tap._changed._waiters) < 3:  # type: ignore[attr-defined]
        threading.Event().wait(0.005)
    tap.look(street(), hide=[FACE])
    for thread in threads:
        thread.join(10)

    assert len(taken) == 3
    assert len(set(taken)) == 1
    assert decoded(taken[0]).shape[1] == COLUMNS
    assert not tap.wants(), "four a second at most"
    now[0] += 0.25
    assert tap.wants()


def test_the_last_picture_goes_when_nobody_watches_any_more() -> None:
    now = [0.0]
    tap = LiveTap(clock=lambda: now[0])
    tap.take(timeout_s=0.0)
    tap.look(street(), hide=[])
    assert tap._picture is not None

    now[0] += 2.1

    assert not tap.wants()
    assert tap._picture is None


def test_a_stopped_camera_answers_at_once() -> None:
    tap = LiveTap()
    answers: list[bytes | None] = []
    waiting = threading.Thread(target=lambda: answers.append(tap.take(timeout_s=30)))
    waiting.start()
    while not tap.wants():
        threading.Event().wait(0.005)

    tap.close()
    waiting.join(5)

    assert answers == [None]
