"""Errors in logs: where they happened and of what kind they are, never with what.

The words of an error quote what it is about: a database's name the row that it refuses, with the
name, the reference or the template in it. A traceback with local variables would show faces. So a
log gets files, lines, functions and the kinds of the errors, and nothing else."""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from structlog.typing import EventDict, WrappedLogger

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_FRAME = re.compile(r'^\s*File "[^"]+", line \d+, in \S+$', re.MULTILINE)


def trace_of(error: BaseException) -> str:
    """The frames and the kinds of an error and of those that led to it, the first of them first."""
    lines: list[str] = []
    for each in _chain(error):
        lines += traceback.StackSummary.extract(traceback.walk_tb(each.__traceback__)).format()
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}\n")
    return "".join(lines).rstrip("\n")


def _chain(error: BaseException) -> Iterator[BaseException]:
    led_to: list[BaseException] = []
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        led_to.append(each)
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        earlier = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if earlier is not None:
            waiting.append(earlier)
    return reversed(led_to)


class WithoutValues(logging.Formatter):
    """The format of every log of the site."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return trace_of(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have kept its own words
        copy = logging.makeLogRecord(record.__dict__ | _without_words(record))
        return super().format(copy)


def _without_words(record: logging.LogRecord) -> dict[str, object]:
    """What some libraries put into the message itself: words, arguments and results."""
    if record.name.startswith("celery") and isinstance(record.args, Mapping):
        return {"args": {name: _of_task(name, value) for name, value in record.args.items()}}
    if record.name.startswith("celery") and record.exc_info and record.exc_info[1]:
        return {"args": tuple(type(record.exc_info[1]).__name__ for _ in record.args or ())}
    if record.name.startswith("daphne") and record.levelno >= logging.ERROR:
        where = _FRAME.findall(record.getMessage())
        return {"msg": "\n".join([str(record.msg).partition("%")[0].rstrip(), *where]), "args": ()}
    if record.name == "asyncio":
        return {"msg": record.getMessage().partition("\n")[0], "args": ()}
    return {}


def _of_task(name: str, value: object) -> object:
    if name in {"exc", "return_value", "args", "kwargs", "traceback"}:
        return "…"
    return value


def in_structlog(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """structlog's own tracebacks show local variables."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = _error_of(found)
    if error is not None:
        event["exception"] = trace_of(error)
    return event


def _error_of(found: object) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if isinstance(found[1], BaseException) else None
    return sys.exc_info()[1] if found else None


def in_threads(found: threading.ExceptHookArgs) -> None:
    """What ends a thread goes to the log in the same form, not to the screen in Python's own."""
    if found.exc_value is not None and not isinstance(found.exc_value, SystemExit):
        name = found.thread.name if found.thread else "a thread"
        error = found.exc_value
        logging.getLogger(__name__).error(
            "%s ended by an error", name, exc_info=(type(error), error, error.__traceback__)
        )
