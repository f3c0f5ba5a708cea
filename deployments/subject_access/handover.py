"""Handing the copies over to the person: on record and signed before the first byte leaves."""

import json
import zipfile
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from deployments import signing
from deployments.enums import (
    AuditKind,
    FootageGround,
    SubjectAccessFileKind,
    SubjectAccessStatus,
)
from deployments.footage.disclosures import PIECE_BYTES, Pieces, moment
from deployments.models import FootageDisclosure, SubjectAccessFile, SubjectAccessRequest, User
from deployments.moving import Refused
from deployments.subject_access import requests, store

FORMAT = "LFR subject access export 1"
RECIPIENT = "The data subject"
METHOD = (
    "The person was followed by the place of their face from picture to picture; nobody was "
    "recognised. Everything but their head and shoulders is reduced to flat blocks. Sound and "
    "metadata are left out."
)
README = """A copy of the CCTV footage in which you are seen, given under section 45 of the Data
Protection Act 2018. Everybody else is hidden.

copy-*.mp4     the copies; any player plays them
manifest.json  what is in this export, and the SHA-256 of each file
manifest.sig   the force's Ed25519 signature of manifest.json
public-key.pem the force's public key; compare it with the one that the force publishes

To check it:
  sha256sum *.mp4   and compare with manifest.json
  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin \\
    -in manifest.json -sigfile manifest.sig
"""


def hand_over(request: SubjectAccessRequest, *, by: User) -> SubjectAccessRequest:
    """The answer: what leaves, with its hashes, signed. Raises Refused."""
    if not signing.is_configured():
        raise Refused("Nothing can be signed: the administrator sets LFR_AUDIT_KEY first.")
    for file in copies_of(request):
        if fault := store.fault_of(file):
            raise Refused(f"Copy {file.pk} is not handed over: {fault}. Prepare it again.")
    with transaction.atomic():
        locked = requests.locked_for(request, by=by)
        if locked.status != SubjectAccessStatus.REVIEWED:
            raise Refused("Look through every copy and confirm it before it is handed over.")
        copies = copies_of(locked)
        manifest = _manifest(locked, copies, by=by)
        locked.disclosure = FootageDisclosure.objects.create(
            deployment=locked.deployment,
            ground=FootageGround.SUBJECT_ACCESS,
            recipient=RECIPIENT,
            reason=locked.reason,
            disclosed_by=by,
            manifest=manifest,
            signature=signing.sign(manifest.encode()).hex(),
        )
        details: dict[str, object] = {
            "disclosure": locked.disclosure.pk,
            "segments": sorted({copy.segment.number or 0 for copy in copies}),
            "copies": len(copies),
        }
        return requests.end(
            locked,
            SubjectAccessStatus.HANDED_OVER,
            by=by,
            kind=AuditKind.DISCLOSURE,
            details=details,
        )


def copies_of(request: SubjectAccessRequest) -> list[SubjectAccessFile]:
    done = request.files.filter(kind=SubjectAccessFileKind.COPY).exclude(done_at=None)
    return list(done.select_related("segment", "request").order_by("segment__started_at", "at_s"))


def exported(request: SubjectAccessRequest) -> Iterator[bytes]:
    """The zip file, piece by piece: nothing of it is written to a disk here."""
    made = request.disclosure
    assert made is not None, "only what was handed over is exported"
    out = Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("manifest.json", made.manifest)
        archive.writestr("manifest.sig", bytes.fromhex(made.signature))
        archive.writestr("public-key.pem", signing.public_key_pem())
        for number, copy in enumerate(copies_of(request), 1):
            entry = zipfile.ZipInfo(
                file_name(number), timezone.localtime(copy.done_at).timetuple()[:6]
            )
            with store.opened(copy) as video, archive.open(entry, "w", force_zip64=True) as part:
                while piece := video.read(PIECE_BYTES):
                    part.write(piece)
                    yield out.taken()
    yield out.taken()


def file_name(number: int) -> str:
    return f"copy-{number}.mp4"


def _manifest(request: SubjectAccessRequest, copies: list[SubjectAccessFile], *, by: User) -> str:
    content = {
        "format": FORMAT,
        "force": request.deployment.controller_force_id,
        "deployment": str(request.deployment.uuid),
        "title": request.deployment.title,
        "case": request.case_number,
        "camera": request.camera.name,
        "location": request.camera.location,
        "disclosed_at": moment(timezone.now()),
        "disclosed_by": by.get_full_name() or by.get_username(),
        "to": RECIPIENT,
        "ground": str(FootageGround.SUBJECT_ACCESS.label),
        "how_it_was_made": METHOD,
        "key": signing.fingerprint(),
        "copies": [_described(number, copy) for number, copy in enumerate(copies, 1)],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


def _described(number: int, copy: SubjectAccessFile) -> dict[str, object]:
    segment = copy.segment
    return {
        "file": file_name(number),
        "bytes": copy.byte_count,
        "sha256": copy.sha256,
        "frames": copy.frame_count,
        "frames_hidden_whole": copy.hidden_count,
        "from_segment": {
            "number": segment.number,
            "from": moment(segment.started_at),
            "sha256": segment.content_sha256,
            "hash": segment.hash,
        },
    }
