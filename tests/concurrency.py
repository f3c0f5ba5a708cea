"""Real threads on real connections, and a bounded wait for what another transaction holds up."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

LIMIT_S = 30.0


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all in threads that begin together. Returns each one's result, or its exception."""
    gate = threading.Barrier(len(calls))

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(LIMIT_S)
            return call()
        except Exception as error:  # noqa: BLE001 - the test judges it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(LIMIT_S) for future in [pool.submit(attempt, c) for c in calls]]


def wait_until_blocked(*, count: int = 1) -> None:
    """Until so many connections of this database wait for a lock."""
    deadline = time.monotonic() + LIMIT_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= count:
                return
        pause.wait(0.01)
    raise AssertionError(f"nobody waits for a lock after {LIMIT_S} s")
