"""What leaves the system: on record before, verifiable after, and nothing that was altered."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from pytest_django.fixtures import Settings

from deployments import signing
from deployments.enums import AuditKind, FootageGround, Status
from deployments.footage import disclosures, store
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, FootageDisclosure
from tests.deployments.recordings import frames_of, recorded
from tests.factories import Cast, make_deployment, person

pytestmark = pytest.mark.usefixtures("recognition_worker")
TO_THE_COURT = disclosures.Handover(
    FootageGround.PROCEEDINGS, "Crown Prosecution Service", "Case 7/26.", "The case officer"
)


@pytest.fixture
def live(cast: Cast, settings: Settings) -> Deployment:
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    return make_deployment(status=Status.LIVE, records_cctv=True)


def handed_over(live: Deployment, *, segments: int = 2) -> FootageDisclosure:
    there = [recorded(live) for _ in range(segments)]
    return disclosures.disclose(live, there, TO_THE_COURT, by=person("disclosure_officer"))


def test_the_export_plays_and_anybody_can_check_it(live: Deployment, tmp_path: Path):
    made = handed_over(live)
    data = b"".join(disclosures.exported(made))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        manifest = json.loads(archive.read("manifest.json"))
        videos = [name for name in archive.namelist() if name.endswith(".mp4")]
    assert len(videos) == 2
    for described in manifest["segments"]:
        video = (tmp_path / described["file"]).read_bytes()
        assert frames_of(video) == 100
        assert hashlib.sha256(video).hexdigest() == described["sha256"]
    assert manifest["to"]["organisation"] == "Crown Prosecution Service"
    signing.verify(made.manifest.encode(), bytes.fromhex(made.signature))
    subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin"),
            *("-in", "manifest.json", "-sigfile", "manifest.sig"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )


def test_it_is_on_record_to_whom_and_why(live: Deployment):
    made = handed_over(live)

    event = AuditEvent.objects.get(action="footage.disclosed")
    assert event.kind == AuditKind.DISCLOSURE
    assert event.reason == "Case 7/26."
    digest = hashlib.sha256(made.manifest.encode()).hexdigest()
    assert json.loads(event.details)["manifest"] == digest
    assert made.recipient == "Crown Prosecution Service"
    for words in ("Crown", "The case officer"):
        assert words not in event.details + event.subject
    assert made.segments.count() == 2


def test_what_was_altered_is_not_handed_over(live: Deployment):
    segment = recorded(live)
    path = store.path_of(segment.pk)
    flipped = bytearray(path.read_bytes())
    flipped[-1] ^= 1
    path.write_bytes(flipped)

    with pytest.raises(Refused, match="is not handed over"):
        disclosures.disclose(live, [segment], TO_THE_COURT, by=person("disclosure_officer"))
    assert not FootageDisclosure.objects.exists()


def test_without_a_key_to_sign_with_nothing_leaves(live: Deployment, settings: Settings):
    settings.AUDIT_KEY = ""
    with pytest.raises(Refused, match="LFR_AUDIT_KEY"):
        handed_over(live)


@pytest.mark.parametrize(
    "username", ["authorising_officer", "alice", "auditor", "inspector", "system_administrator"]
)
def test_nobody_else_hands_over(live: Deployment, username: str):
    segment = recorded(live)
    with pytest.raises(Refused, match="Only a disclosure officer"):
        disclosures.disclose(live, [segment], TO_THE_COURT, by=person(username))


def test_a_disclosure_is_not_rewritten(live: Deployment):
    made = handed_over(live)
    for change in (
        lambda: FootageDisclosure.objects.filter(pk=made.pk).update(recipient="Nobody"),
        lambda: FootageDisclosure.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()
