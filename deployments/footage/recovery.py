"""Segments whose recorder was cut off (killed, out of power, a full disk): what was written whole
is kept and takes its place in the chain, what follows is stated as a gap, nothing else is left."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from structlog import get_logger

from deployments.encrypted_file import EncryptedWriter, whole_chunks
from deployments.encryption import Unreadable
from deployments.enums import FootageGapReason
from deployments.footage import boxes, store
from deployments.models import FootageGap, FootageSegment

log = get_logger(__name__)

# A recorder ends a segment within twice its length, whatever the camera sends.
GRACE = timedelta(seconds=30)
# A recorder that lives states a gap so soon after the last bytes that it wrote.
STATED_WITHIN = timedelta(seconds=5)
# A recovery that was cut off itself leaves a file of this name, and begins anew.
REWRITTEN = "-whole"


def recover(*, now: datetime | None = None) -> int:
    """Finish every segment that nobody writes any more. Returns how many."""
    return sum(_recovered(segment) for segment in cut_off(now=now or timezone.now()))


def cut_off(*, now: datetime) -> QuerySet[FootageSegment]:
    """Began so long ago that a recorder which lived would have finished them."""
    written_since = now - 2 * timedelta(seconds=settings.CCTV_SEGMENT_S) - GRACE
    return FootageSegment.objects.filter(ended_at=None, started_at__lt=written_since)


def _recovered(segment: FootageSegment) -> bool:
    try:
        _finish(segment)
    except (OSError, Unreadable) as error:
        # Said again each minute: the row stays open, and the chain's check names it.
        log.error("footage_not_recovered", segment=str(segment.pk), error=type(error).__name__)
        return False
    return True


def _finish(segment: FootageSegment) -> None:
    partial, path = store.partial_of(segment.pk), store.path_of(segment.pk)
    if path.exists():
        # It was whole; only its row was not written any more.
        with store.opened(segment) as file:
            pieces = iter(lambda: file.read(1 << 20), b"")
            _close(segment, *_measured(pieces), ended_at=_written_at(path), is_cut_short=False)
        return
    if not partial.exists():
        store.forget(segment)
        return
    ended_at = _written_at(partial)
    key = store.key_of(segment)
    length = boxes.whole_length(whole_chunks(partial, key=key, record_id=str(segment.pk)))
    if length == 0:
        store.forget(segment)
        store.unlink(segment.pk)
        return
    # Its own `.part` must not be the one that is read.
    rewritten = path.with_name(path.name + REWRITTEN)
    writer = EncryptedWriter(rewritten, key=key, record_id=str(segment.pk))
    chunks = whole_chunks(partial, key=key, record_id=str(segment.pk))
    count, digest = _measured(_through(writer, boxes.first(length, chunks)))
    writer.finish()
    rewritten.rename(path)
    partial.unlink(missing_ok=True)
    _close(segment, count, digest, ended_at=ended_at, is_cut_short=True)


def _close(
    segment: FootageSegment, count: int, digest: str, *, ended_at: datetime, is_cut_short: bool
) -> None:
    with transaction.atomic():
        store.finished(
            segment,
            ended_at=ended_at,
            byte_count=count,
            content_sha256=digest,
            is_cut_short=is_cut_short,
        )
        if is_cut_short:
            _state_the_gap(segment)


def _state_the_gap(segment: FootageSegment) -> None:
    """From where the segment ends to where the next one of its camera begins."""
    assert segment.ended_at is not None, "it was finished just now"
    around = (segment.started_at, segment.ended_at + STATED_WITHIN)
    stated = segment.deployment.footage_gaps.filter(began_at__range=around)
    if stated.filter(camera=segment.camera_id).exists():
        return  # the recorder itself said why
    following = (
        FootageSegment.objects.filter(
            deployment=segment.deployment_id,
            camera=segment.camera_id,
            started_at__gte=segment.ended_at,
        )
        .order_by("started_at")
        .first()
    )
    FootageGap.objects.create(
        deployment=segment.deployment,
        camera=segment.camera,
        began_at=segment.ended_at,
        ended_at=following.started_at if following else segment.ended_at,
        reason=FootageGapReason.CUT_SHORT,
    )


def _measured(pieces: Iterable[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        count += len(piece)
    return count, digest.hexdigest()


def _through(writer: EncryptedWriter, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        writer.write(piece)
        yield piece


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
