"""An error with a face in a local variable, in its words and in its arguments reaches no log."""

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from lfr_site.error_traces import WithoutValues, in_threads, trace_of

ROOT = Path(__file__).resolve().parents[2]
FACE = "0.12345678"
NAME = "Somebody Sought"


class Refusal(Exception):
    """Its words quote what it is about, as a database's do."""


def _fails_over(face: np.ndarray) -> None:
    name = NAME
    try:
        raise ValueError(f"no room for {face.tolist()} of {name}")
    except ValueError as error:
        raise Refusal(f"refused {name}: {face.tolist()}") from error


@pytest.fixture
def error() -> Refusal:
    try:
        _fails_over(np.full(2, float(FACE)))
    except Refusal as found:
        return found
    raise AssertionError


def record_of(error: BaseException, *, name: str = "x", msg: str = "%s", args: Any = ()) -> str:
    record = logging.LogRecord(
        name, logging.ERROR, __file__, 1, msg, args, (type(error), error, error.__traceback__)
    )
    return formatter().format(record)


def formatter() -> logging.Formatter:
    spec: dict[str, str] = settings.LOGGING["formatters"]["plain"]  # type: ignore[index]
    assert spec["()"] == "lfr_site.error_traces.WithoutValues"
    return WithoutValues(spec["format"])


def is_silent(text: str) -> bool:
    return FACE not in text and NAME not in text and "array(" not in text


def test_a_trace_names_places_and_kinds_and_nothing_else(error: Refusal) -> None:
    text = trace_of(error)

    assert is_silent(text)
    assert "in _fails_over" in text
    assert text.index("builtins.ValueError") < text.index("Refusal")


def test_errors_that_went_wrong_together_are_all_told(error: Refusal) -> None:
    text = trace_of(ExceptionGroup(f"both of {NAME}", [error, KeyError(FACE)]))

    assert is_silent(text)
    assert "KeyError" in text
    assert "ExceptionGroup" in text


def test_a_log_of_the_standard_library(error: Refusal) -> None:
    text = record_of(error, msg="it failed")

    assert is_silent(text)
    assert "it failed" in text
    assert "in _fails_over" in text


def test_a_trace_that_another_handler_kept_is_not_repeated(error: Refusal) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 1, "m", (), (Refusal, error, None))
    logging.Formatter().format(record)  # keeps its text on the record
    assert record.exc_text is not None

    assert is_silent(formatter().format(record))


def test_celery_tells_the_task_and_none_of_its_arguments(error: Refusal) -> None:
    context = {
        "name": "recognition.enrol",
        "id": "3",
        "description": "raised unexpected",
        "exc": repr(error),
        "args": repr(error),
        "kwargs": "{}",
    }
    failed = record_of(
        error,
        name="celery.app.trace",
        msg="Task %(name)s[%(id)s] %(description)s: %(exc)s",
        args=(context,),
    )
    handler = record_of(
        error, name="celery.app.trace", msg="Task handler raised error: %r", args=(error,)
    )

    assert "recognition.enrol[3] raised unexpected: …" in failed
    assert is_silent(failed)
    assert is_silent(handler)


def test_daphne_and_asyncio_put_an_error_into_their_message(error: Refusal) -> None:
    for name in ("daphne.server", "asyncio"):
        text = record_of(
            error, name=name, msg="Exception inside application: %s\n%s", args=("", error)
        )
        assert "Exception inside application" in text
        assert is_silent(text), name


def test_structlog_shows_no_local_variables(
    error: Refusal, capsys: pytest.CaptureFixture[str]
) -> None:
    log = structlog.get_logger("x")
    try:
        raise error
    except Refusal:
        log.exception("it_failed", camera=3)
        log.error("again", exc_info=error)

    text = capsys.readouterr().out
    assert is_silent(text)
    assert "it_failed" in text
    assert "camera=3" in text
    assert text.count("in _fails_over") == 4  # an error and its cause, twice


def test_a_thread_that_ends_by_an_error(error: Refusal, caplog: pytest.LogCaptureFixture) -> None:
    in_threads(threading.ExceptHookArgs((Refusal, error, error.__traceback__, None)))

    assert len(caplog.records) == 1
    assert is_silent(formatter().format(caplog.records[0]))


def test_the_database_quotes_a_row_and_the_log_does_not(cast: object) -> None:
    """What a real refusal says: without the formatter this would be in the log."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE t (name text, n int NOT NULL)")
        with pytest.raises(IntegrityError) as refused:
            cursor.execute("INSERT INTO t VALUES (%s, NULL)", [NAME])
        transaction.set_rollback(True)

    assert NAME in str(refused.value)
    text = record_of(refused.value, msg="refused")
    assert is_silent(text)
    assert "NotNullViolation" in text


def test_a_whole_process_logs_a_failing_task_without_its_values() -> None:
    """Through Celery's own tracing and logging, set up as in a worker."""
    code = f"""
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "lfr_site.settings"
django.setup()
from lfr_site.celery import app
app.log.setup(loglevel="INFO")
@app.task(name="failing")
def failing(who):
    face = {FACE!r}
    raise ValueError("no " + who + face)
from celery.app.trace import build_tracer
import threading
from lfr_site.error_traces import in_threads
assert threading.excepthook is in_threads
print(build_tracer("failing", failing, app=app)("id-1", ("Somebody " + "Sought",), {{}}, {{}}))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    logged = run.stderr
    assert "Task failing[" in logged, run.stderr + run.stdout
    assert "ValueError" in logged
    assert NAME not in logged
    assert FACE + "'" not in logged.replace(f"face = {FACE!r}", "")
