"""Very many audit events, chained as the database would have chained them, in minutes.

Through a connection of the tables' owner: the application cannot write a chain of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from deployments.audit_verifier import GENESIS, chain_hash

TABLE = "deployments_auditevent"
KINDS = ("decision", "consultation", "collection", "access", "erasure", "alteration")
ACTORS = ("alice", "bob", "system", "watchlist_manager", "authorising_officer")
COLUMNS = (
    "sequence, at, kind, action, actor, deployment_id, subject, reason, details,"
    " previous_hash, hash"
)
OF_A_DEPLOYMENT = 100  # each so many of them is of one of the deployments
ROWS_A_WRITE = 2000


def fill(
    cursor: Any,
    count: int,
    *,
    start: datetime,
    step: timedelta,
    deployments: Sequence[int] = (),
) -> None:
    """Append `count` events, one each `step`."""
    # A check of a deployment that waits for the commit forbids to alter the table.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f"SELECT sequence, hash FROM {TABLE} ORDER BY sequence DESC LIMIT 1")  # noqa: S608
    number, head = cursor.fetchone() or (0, GENESIS)
    cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
    with cursor.copy(f"COPY {TABLE} ({COLUMNS}) FROM STDIN") as copy:
        waiting: list[str] = []
        for line in _lines(count, number, head, (start, step), deployments):
            waiting.append(line)
            if len(waiting) == ROWS_A_WRITE:
                copy.write("".join(waiting))
                waiting.clear()
        copy.write("".join(waiting))
    cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _lines(
    count: int,
    number: int,
    head: str,
    times: tuple[datetime, timedelta],
    deployments: Sequence[int],
) -> Iterator[str]:
    """As COPY takes them. No text of these holds a tab or a backslash."""
    start, step = times
    for each in range(count):
        number += 1
        at = (start + step * each).astimezone(UTC).isoformat(timespec="microseconds")
        at = f"{at[:-6]}Z"
        kind, actor = KINDS[each % 6], ACTORS[each % 5]
        action, subject = f"test.{each % 40}", f"alert {each % 9973}"
        has_one = deployments and each % OF_A_DEPLOYMENT == 0
        deployment = str(deployments[each % len(deployments)]) if has_one else ""
        reason = "Judging the alert." if kind == "consultation" else ""
        details = f'{{"n": {each}}}'
        content = (
            hashlib.sha256(at.encode()).digest()
            + b"".join(map(_digest, (kind, action, actor, deployment, subject, reason)))
            + hashlib.sha256(details.encode()).digest()
        )
        own = chain_hash(head, number, content)
        yield (
            f"{number}\t{at}\t{kind}\t{action}\t{actor}\t{deployment or chr(92) + 'N'}"
            f"\t{subject}\t{reason}\t{details}\t{head}\t{own}\n"
        )
        head = own


@cache
def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
