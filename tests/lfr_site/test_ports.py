import socket
from collections.abc import Iterator

import pytest

from lfr_site.ports import LOCALHOST, PortTakenError, free_port, require_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server((LOCALHOST, 0)) as server:
        yield server.getsockname()[1]


def test_any_free_port_can_be_listened_on() -> None:
    with socket.create_server((LOCALHOST, free_port())):
        pass


def test_a_free_preferred_port_is_kept() -> None:
    port = free_port()

    assert free_port(port) == port
    assert require_port(port) == port


def test_a_taken_preferred_port_gives_a_later_one(taken: int) -> None:
    found = free_port(taken)

    assert taken < found < taken + 50


def test_a_taken_port_that_was_asked_for_is_refused_in_words(taken: int) -> None:
    with pytest.raises(PortTakenError, match=f"Port {taken} is used by another program: choose"):
        require_port(taken)


def test_no_port_in_reach_is_refused_in_words(taken: int) -> None:
    with pytest.raises(PortTakenError, match="are all taken"):
        free_port(taken, tries=1)


def test_a_number_that_is_no_port_is_refused_in_words() -> None:
    with pytest.raises(PortTakenError, match="is not a port"):
        require_port(70_000)
