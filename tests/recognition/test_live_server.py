"""The worker's pictures: a token each camera run, no picture without one, nothing in a log."""

import threading
import uuid
from http.client import HTTPConnection

import pytest

from recognition import live_server
from recognition.live_server import Unwatchable, offered, picture_from
from recognition.live_tap import LiveTap
from tests.recognition.test_live_tap import decoded, street


def asked(address: str, path: str, token: str = "") -> int:
    connection = HTTPConnection(address, timeout=5)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse().status


class Camera(threading.Thread):
    """A loop that gives a picture to whoever wants one, until stopped."""

    def __init__(self, tap: LiveTap) -> None:
        super().__init__(daemon=True)
        self.tap = tap
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.01):
            if self.tap.wants():
                self.tap.look(street(), hide=[])


def test_picture_comes_from_memory_with_the_right_token() -> None:
    tap, lease = LiveTap(), uuid.uuid4()
    camera = Camera(tap)
    camera.start()
    try:
        with offered(71, lease, tap) as address:
            assert address.startswith("127.0.0.1:")
            assert decoded(picture_from(address, 71, lease)).shape[1] == 320
            with pytest.raises(Unwatchable):
                picture_from(address, 71, uuid.uuid4())
            assert asked(address, "/71") == 404
            assert asked(address, "/72", live_server.token_of(lease)) == 404
            assert asked(address, "/../71", live_server.token_of(lease)) == 404
            assert asked(address, "/%37%31", live_server.token_of(lease)) == 404
        with pytest.raises(Unwatchable):
            picture_from(address, 71, lease)
    finally:
        camera.over.set()


def test_camera_without_a_picture_says_so() -> None:
    tap, lease = LiveTap(), uuid.uuid4()

    with offered(73, lease, tap) as address, pytest.raises(Unwatchable, match="no picture"):
        picture_from(address, 73, lease)


def test_worker_that_is_gone_cannot_be_reached() -> None:
    with pytest.raises(Unwatchable, match="cannot be reached"):
        picture_from("127.0.0.1:9", 1, uuid.uuid4())
