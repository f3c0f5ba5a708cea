"""A data folder of its own for each test, and nothing left of it anywhere afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lfr_site.embedded import EmbeddedServers, discard


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    discard(folder)


@pytest.fixture
def said() -> list[str]:
    """What the servers told the person who started them."""
    return []


@pytest.fixture
def servers(data_dir: Path, said: list[str]) -> Iterator[EmbeddedServers]:
    """Servers that are not started yet, and stopped in any case."""
    made = EmbeddedServers(data_dir, for_tests=True, say=said.append)
    yield made
    made.stop()
