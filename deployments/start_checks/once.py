"""What several checks of one run need is found out once for all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_answers: ContextVar[dict[str, Any] | None] = ContextVar("start_check_answers", default=None)


@contextmanager
def one_run() -> Iterator[None]:
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(key: str, find: Callable[[], T]) -> T:
    """The answer of `find`, asked at most once a run; outside a run it is asked each time."""
    answers = _answers.get()
    if answers is None:
        return find()
    if key not in answers:
        answers[key] = find()
    found: T = answers[key]
    return found
