"""Handing footage over: what, to whom and why is on record before the first byte leaves, and what
leaves carries the hashes by which anybody can tell it from something else, signed by the force."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from deployments import audit, permissions, signing
from deployments.enums import AuditKind, FootageGround
from deployments.footage import chain, store
from deployments.locking import lock
from deployments.models import (
    Deployment,
    DisclosedSegment,
    FootageDisclosure,
    FootageSegment,
    User,
)
from deployments.moving import Refused, require

FORMAT = "LFR footage export 1"
PIECE_BYTES = 1 << 20
README = """Footage of a live facial recognition deployment, as it was recorded.

*.mp4          one file for each segment; playlist.m3u8 plays them in their order
manifest.json  what is in this export, with the SHA-256 of each file and its place in the chain
manifest.sig   the force's Ed25519 signature of manifest.json
public-key.pem the force's public key; compare it with the one that the force publishes

To check it:
  sha256sum *.mp4   and compare with manifest.json
  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin \\
    -in manifest.json -sigfile manifest.sig
"""


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom and why."""

    ground: FootageGround
    recipient: str
    reason: str
    recipient_person: str = ""


def disclose(
    deployment: Deployment, segments: Sequence[FootageSegment], handover: Handover, *, by: User
) -> FootageDisclosure:
    """The record and the signed manifest; `exported` makes the file of it. Every picture is read
    and compared first: what was altered is not handed over. Raises Refused."""
    if not permissions.can_play_footage(by, deployment):
        raise Refused("Only a disclosure officer hands footage over.")
    require(handover.recipient, "Say to whom it is handed over.")
    require(handover.reason, "Say why it is handed over.")
    if not signing.is_configured():
        raise Refused("Nothing can be signed: the administrator sets LFR_AUDIT_KEY first.")
    chosen = _chosen(deployment, segments)
    for segment in chosen:
        if fault := chain.fault_of(segment):
            raise Refused(f"Segment {segment.number} is not handed over: {fault}.")
    with transaction.atomic():
        locked = lock(deployment.pk)
        manifest = _manifest(locked, chosen, handover, by=by)
        made = FootageDisclosure.objects.create(
            deployment=locked,
            ground=handover.ground,
            recipient=handover.recipient,
            recipient_person=handover.recipient_person,
            reason=handover.reason,
            disclosed_by=by,
            manifest=manifest,
            signature=signing.sign(manifest.encode()).hex(),
        )
        DisclosedSegment.objects.bulk_create(
            DisclosedSegment(disclosure=made, segment=segment) for segment in chosen
        )
        _record(made, chosen, by=by)
    return made


def exported(made: FootageDisclosure) -> Iterator[bytes]:
    """The zip file, piece by piece: nothing of it is written to a disk here."""
    segments = list(made.segments.select_related("camera").order_by("started_at", "camera_id"))
    out = Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, text in _papers(made, segments):
            archive.writestr(name, text)
        for segment in segments:
            with (
                store.opened(segment) as video,
                archive.open(_entry(segment), "w", force_zip64=True) as entry,
            ):
                while piece := video.read(PIECE_BYTES):
                    entry.write(piece)
                    yield out.taken()
    yield out.taken()


def file_name(segment: FootageSegment) -> str:
    began = segment.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    return f"camera-{segment.camera_id}_{began}_segment-{segment.number}.mp4"


def _chosen(deployment: Deployment, segments: Sequence[FootageSegment]) -> list[FootageSegment]:
    wanted = [segment.pk for segment in segments]
    there = deployment.footage.filter(pk__in=wanted, erased_at=None).exclude(number=None)
    chosen = list(there.select_related("camera"))
    if not chosen:
        raise Refused("Nothing is left of what you chose: choose segments that are there.")
    return chosen


def _manifest(
    deployment: Deployment, segments: list[FootageSegment], handover: Handover, *, by: User
) -> str:
    content = {
        "format": FORMAT,
        "force": deployment.controller_force_id,
        "deployment": str(deployment.uuid),
        "title": deployment.title,
        "disclosed_at": moment(timezone.now()),
        "disclosed_by": by.get_full_name() or by.get_username(),
        "to": {"organisation": handover.recipient, "person": handover.recipient_person},
        "ground": str(FootageGround(handover.ground).label),
        "reason": handover.reason,
        "key": signing.fingerprint(),
        "segments": [_described(segment) for segment in segments],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


def _described(segment: FootageSegment) -> dict[str, object]:
    assert segment.ended_at is not None, "only what is finished is handed over"
    return {
        "file": file_name(segment),
        "camera": segment.camera.name,
        "location": segment.camera.location,
        "from": moment(segment.started_at),
        "until": moment(segment.ended_at),
        "bytes": segment.byte_count,
        "sha256": segment.content_sha256,
        "is_cut_short": segment.is_cut_short,
        "chain": {
            "number": segment.number,
            "previous_hash": segment.previous_hash,
            "hash": segment.hash,
        },
    }


def _papers(
    made: FootageDisclosure, segments: list[FootageSegment]
) -> Iterator[tuple[str, str | bytes]]:
    yield "README.txt", README
    yield "manifest.json", made.manifest
    yield "manifest.sig", bytes.fromhex(made.signature)
    yield "public-key.pem", signing.public_key_pem()
    yield "playlist.m3u8", "\n".join(["#EXTM3U", *(file_name(each) for each in segments), ""])


def _entry(segment: FootageSegment) -> zipfile.ZipInfo:
    began = timezone.localtime(segment.started_at)
    return zipfile.ZipInfo(file_name(segment), date_time=began.timetuple()[:6])


def _record(made: FootageDisclosure, segments: list[FootageSegment], *, by: User) -> None:
    """To whom stands in the disclosure's own record: it may be somebody's name."""
    audit.record(
        "footage.disclosed",
        kind=AuditKind.DISCLOSURE,
        by=by,
        deployment=made.deployment,
        subject=f"disclosure {made.pk}",
        reason=made.reason,
        details={
            "ground": str(made.ground),
            "manifest": hashlib.sha256(made.manifest.encode()).hexdigest(),
            "segments": sorted(segment.number or 0 for segment in segments),
        },
    )


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


class Pieces(io.RawIOBase):
    """What a zip file is written to when nobody goes back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self._held)
        self._held.clear()
        return piece
