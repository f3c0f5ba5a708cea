"""The machine's running time, which goes on whatever the clock on the wall is set to."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from unittest import mock

from deployments import strays


@contextmanager
def uptime_ahead(*, seconds: float) -> Iterator[None]:
    """As if so much more of it had passed, for those who sweep."""

    def ahead() -> float:
        return monotonic() + seconds

    with mock.patch.object(strays, "monotonic", ahead):
        yield
