"""The rows of the trail as the database holds them, fast: millions are read to verify it.

Only their text is taken from the database; every hash is computed here. COPY, because reading a
row through the ORM costs more than verifying it."""

import hashlib
import re
from collections.abc import Iterator

from django.db import connection

from deployments.audit_verifier import Row

# In the order of `audit_verifier.FIELDS`, behind the sequence and the two hashes.
COLUMNS = """sequence, previous_hash, hash,
    pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    kind, action, actor, COALESCE(deployment_id::text, ''), subject, reason, details"""
LITTLE, MANY = 64, 20_000  # digests of short texts that come again and again are kept

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def lines(*, after: int = 0, until: int | None = None) -> Iterator[list[str]]:
    """The eleven texts of each event behind `after`, in order."""
    condition = "sequence > %s" + ("" if until is None else " AND sequence <= %s")
    # COLUMNS is written above; the numbers go in as parameters.
    sql = (
        f"COPY (SELECT {COLUMNS} FROM deployments_auditevent"  # noqa: S608
        f" WHERE {condition} ORDER BY sequence) TO STDOUT"
    )
    bounds = [after] if until is None else [after, until]
    with connection.cursor() as cursor, cursor.copy(sql, bounds) as copied:
        for data in copied:
            line = bytes(data).decode()[:-1]
            texts = line.split("\t")
            if "\\" in line:
                texts = [_ESCAPED.sub(_meant, text) for text in texts]
            yield texts


def rows(*, after: int = 0, until: int | None = None) -> Iterator[Row]:
    known = _Digests()
    digest = hashlib.sha256
    for texts in lines(after=after, until=until):
        number, previous, own, at, kind, action, actor, deployment, subject, reason, details = texts
        content = b"".join(
            (
                digest(at.encode()).digest(),
                known[kind],
                known[action],
                known[actor],
                known[deployment],
                known[subject],
                known[reason],
                known[details],
            )
        )
        yield int(number), previous, own, content


class _Digests(dict[str, bytes]):
    def __missing__(self, text: str) -> bytes:
        value = hashlib.sha256(text.encode()).digest()
        if len(text) <= LITTLE and len(self) < MANY:
            self[text] = value
        return value


def _meant(escape: re.Match[str]) -> str:
    return _MEANT.get(escape[1], escape[1])
