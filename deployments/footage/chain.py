"""Checking what was recorded: the chain of a deployment's segments, and the pictures against it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from deployments.encryption import Unreadable
from deployments.footage import store
from deployments.models import Deployment, FootageSegment

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Verification:
    """`count` links followed; `faults` name each segment that does not fit, in words."""

    count: int
    head: str
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


def row_hash(segment: FootageSegment) -> str:
    """The hash that the database must have stored for this row (see `footage_sql`)."""
    fields = (
        segment.previous_hash,
        str(segment.number),
        str(segment.pk),
        str(segment.camera_id),
        _moment(segment.started_at),
        _moment(segment.ended_at),
        str(segment.byte_count),
        segment.content_sha256,
        str(segment.is_cut_short).lower(),
    )
    digests = b"".join(hashlib.sha256(field.encode()).digest() for field in fields)
    return hashlib.sha256(digests).hexdigest()


def verify(deployment: Deployment) -> Verification:
    """The links alone: fast, and as good after the pictures are erased."""
    head, count, faults = GENESIS, 0, []
    for segment in deployment.footage.exclude(number=None).order_by("number"):
        expected = count + 1
        if segment.number != expected:
            faults.append(f"segment {expected} is missing")
        elif segment.previous_hash != head:
            faults.append(f"segment {expected} does not follow the one before it")
        elif segment.hash != row_hash(segment):
            faults.append(f"segment {expected} was changed")
        head, count = segment.hash, segment.number or expected
    return Verification(count, head, tuple(faults))


def fault_of(segment: FootageSegment) -> str:
    """Whether the pictures are those that were recorded: what is wrong, in words, or nothing."""
    digest = hashlib.sha256()
    try:
        with store.opened(segment) as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except Unreadable as error:
        return str(error)
    if digest.hexdigest() != segment.content_sha256:
        return "its pictures are not those that were recorded"
    return ""


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
