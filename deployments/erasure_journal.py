"""What was erased, by its number, in a file outside the database: a backup that was made before is
erased again by it when it is restored.

The ledger says how much of which kind was erased; it is in the database, and so in the backup as it
was then. The journal is to be kept where backups are not restored over it (LFR_ERASURE_JOURNAL).
It holds random numbers of what was erased or decided, and times: nothing about anybody."""

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from structlog import get_logger

from deployments.enums import Status
from deployments.models import Deployment

log = get_logger(__name__)

OVER = frozenset({Status.ENDED, Status.CLOSED, Status.CANCELLED})


class What(StrEnum):
    IMAGE = "image"
    KEY = "key"  # of a deployment
    OVER = "over"  # a deployment that was ended or cancelled
    FOOTAGE = "footage"  # a segment
    RELEASED = "released"  # a hold on footage
    PICTURE = "picture"  # made for a request for access
    ANSWERED = "answered"  # a request for access
    UPLOAD = "upload"  # a file of an import, or an import of which no row is left


class UnreadableJournal(Exception):
    """A line of it is none of ours; the message names the line."""


Mentions = dict[uuid.UUID, datetime]


@dataclass(slots=True)
class Erased:
    """What a journal says, each with the moment of its first mention."""

    images: Mentions = field(default_factory=dict)
    keys: Mentions = field(default_factory=dict)
    over: Mentions = field(default_factory=dict)
    footage: Mentions = field(default_factory=dict)
    released: Mentions = field(default_factory=dict)
    pictures: Mentions = field(default_factory=dict)
    answered: Mentions = field(default_factory=dict)
    uploads: Mentions = field(default_factory=dict)

    def of(self, what: What) -> Mentions:
        return {
            What.IMAGE: self.images,
            What.KEY: self.keys,
            What.OVER: self.over,
            What.FOOTAGE: self.footage,
            What.RELEASED: self.released,
            What.PICTURE: self.pictures,
            What.ANSWERED: self.answered,
            What.UPLOAD: self.uploads,
        }[what]


def path() -> Path:
    return Path(settings.ERASURE_JOURNAL)


def note(what: What, numbers: Iterable[uuid.UUID]) -> None:
    """Once the transaction that erases is committed."""
    chosen = list(numbers)
    if chosen:
        transaction.on_commit(lambda: _append(what, chosen), robust=True)


def note_over(deployment: Deployment) -> None:
    """Hears of every change of status, after its commit."""
    if deployment.status in OVER:
        _append(What.OVER, [deployment.uuid])


def read(where: Path) -> Erased:
    """Nothing where there is no file. Raises UnreadableJournal."""
    erased = Erased()
    lines = where.read_text(encoding="utf-8").splitlines() if where.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"])
            erased.of(What(said["what"])).setdefault(uuid.UUID(said["number"]), at)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableJournal(f"Line {number} of {where} is no line of a journal.") from error
    return erased


def _append(what: What, numbers: list[uuid.UUID]) -> None:
    """In one write, so that lines of two processes do not mix. What was erased stays erased where
    this fails."""
    at = timezone.now().isoformat()
    lines = [json.dumps({"at": at, "what": what, "number": str(each)}) for each in numbers]
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
            os.fsync(file.fileno())
    except OSError as error:
        log.error("erasure_not_in_journal", what=what, count=len(lines), error=error.strerror)
