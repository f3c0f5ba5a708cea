"""Checkpoints: signed, outside the database, made once where something happened."""

import base64
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from deployments import audit, audit_checkpoints, audit_clock
from deployments.audit_export import trail
from deployments.audit_verification import verify, verify_on_record
from deployments.audit_verifier import Checkpoint, Forged, main
from deployments.enums import AuditKind
from deployments.models import AuditCheckpoint, AuditEvent, AuditVerification
from tests.factories import Cast
from tests.tampering import triggers_disabled

commits = pytest.mark.django_db(transaction=True)


def record(count: int = 1, *, reason: str = "Because.") -> None:
    for number in range(count):
        audit.record(f"test.{number}", kind=AuditKind.ACCESS, by=None, reason=reason)


def made() -> Checkpoint:
    row = audit_checkpoints.make()
    assert row is not None
    return Checkpoint.parse(row.text)


@commits
def test_a_checkpoint_says_where_the_trail_stands_in_two_places(checkpoint_folder: Path):
    record(3)

    point = made()

    last = AuditEvent.objects.get(sequence=3)
    assert (point.sequence, point.count, point.head) == (3, 3, last.hash)
    assert point.force == "Seed Constabulary"
    assert (checkpoint_folder / "audit-000000000003.txt").read_text() == point.text
    found = verify()
    assert (found.checkpoints, found.faults) == (1, ())


@commits
def test_without_anything_new_none_is_made():
    assert audit_checkpoints.make() is None
    record()
    assert audit_checkpoints.make() is not None
    assert audit_checkpoints.make() is None
    record()
    assert audit_checkpoints.make() is not None
    assert AuditCheckpoint.objects.count() == 2


@commits
def test_a_file_that_a_crash_kept_from_being_written_is_written_later(checkpoint_folder: Path):
    record()
    point = made()
    (path,) = checkpoint_folder.iterdir()
    path.unlink()

    assert audit_checkpoints.make() is None

    assert path.read_text() == point.text


@commits
def test_the_application_makes_checkpoints_with_its_own_rights(app_role: None):
    record()
    assert made().sequence == 1
    assert verify_on_record().is_sound


@commits
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sequence: 3", "sequence: 2"),
        ("count: 3", "count: 4"),
        ("head: ", "head: 0"),
        ("force: Seed", "force: Another"),
        ("audit-checkpoint 1", "audit-checkpoint 2"),
        ("signature: ", "signature: 00"),
    ],
)
def test_a_forged_checkpoint_is_named(checkpoint_folder: Path, old: str, new: str):
    record(3)
    made()
    (path,) = checkpoint_folder.iterdir()
    path.write_text(path.read_text().replace(old, new))

    faults = verify().faults

    assert faults[0].startswith("checkpoint audit-000000000003.txt is forged")


@commits
def test_one_signed_with_another_key_is_forged(settings: Settings, checkpoint_folder: Path):
    record(3)
    own = settings.AUDIT_KEY
    settings.AUDIT_KEY = base64.b64encode(b"intruder" * 4).decode()
    made()
    settings.AUDIT_KEY = own

    assert {fault.split(" is ")[1][:6] for fault in verify().faults} == {"forged"}
    with pytest.raises(audit_checkpoints.Broken, match="forged"):
        audit_checkpoints.make()


@pytest.mark.parametrize("text", ["", "lfr-audit-checkpoint 1\n", "\x00" * 50, "sequence: x"])
def test_what_is_no_checkpoint_is_refused(text: str):
    with pytest.raises(Forged):
        Checkpoint.parse(text)


@commits
def test_the_command_verifies_against_a_copy_from_elsewhere(
    checkpoint_folder: Path, tmp_path: Path
):
    record(5)
    call_command("audit", "checkpoint", stdout=StringIO())
    (path,) = checkpoint_folder.iterdir()
    copy = path.rename(tmp_path / "copied.txt")
    with triggers_disabled("deployments_auditevent"):
        AuditEvent.objects.filter(sequence__gt=2).delete()
    with triggers_disabled("deployments_auditcheckpoint"):
        AuditCheckpoint.objects.all().delete()

    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "2 events, unbroken, 0 checkpoints" in out.getvalue()
    with pytest.raises(CommandError, match="events 3 to 5 were cut off"):
        call_command("audit", "verify", checkpoint=[copy])
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("audit", "verify", checkpoint=[tmp_path / "none.txt"])


@commits
def test_the_command_refuses_in_words(settings: Settings):
    settings.AUDIT_KEY = ""
    record()
    for action in ("checkpoint", "key"):
        with pytest.raises(CommandError, match="set LFR_AUDIT_KEY"):
            call_command("audit", action)
    with pytest.raises(CommandError, match="--reason and --to"):
        call_command("audit", "export")


@commits
@pytest.mark.parametrize("withhold", [False, True])
def test_an_inspector_verifies_an_export_without_the_system(
    cast: Cast,
    tmp_path: Path,
    checkpoint_folder: Path,
    capsys: pytest.CaptureFixture[str],
    withhold: bool,
):
    audit.record("test.told", kind=AuditKind.ACCESS, by=cast.alice, reason="Said by Émile \\ \t.")
    record(3)
    out, file, key = StringIO(), tmp_path / "trail.jsonl", tmp_path / "key.pem"
    call_command("audit", "key", stdout=out)
    key.write_text(out.getvalue())
    call_command(
        "audit", "export", output=file, reason="Inspection", to="HMICFRS", withhold=withhold
    )
    call_command("audit", "checkpoint", stdout=StringIO())
    (checkpoint,) = checkpoint_folder.iterdir()
    arguments = [str(file), "--key", str(key), "--checkpoint", str(checkpoint)]

    assert main(arguments) == 0
    assert "1 checkpoints" in capsys.readouterr().out
    assert ("alice" in file.read_text(), "Émile" in file.read_text()) == (not withhold,) * 2

    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-2]))
    assert main(arguments) == 1
    assert "was cut off" in capsys.readouterr().out or "were cut off"
    file.write_text("".join(lines).replace("test.told", "test.held"))
    assert main(arguments) == 1
    assert "was changed" in capsys.readouterr().out


@commits
def test_an_export_is_a_disclosure_that_says_to_whom(tmp_path: Path):
    call_command(
        "audit", "export", output=tmp_path / "t", reason="Inspection", to="The Commissioner"
    )

    event = AuditEvent.objects.get(action="audit.exported")
    assert event.kind == AuditKind.DISCLOSURE
    assert event.reason == "Inspection Given to: The Commissioner"
    assert len(list(trail(withheld=False))) == AuditEvent.objects.count()


@commits
def test_what_verifying_found_is_kept_and_told_once(settings: Settings):
    record(3)
    audit_clock.sign_checkpoint()
    audit_clock.verify_trail()
    assert AuditVerification.objects.get().is_sound

    record(2)
    with triggers_disabled("deployments_auditevent"):
        AuditEvent.objects.filter(sequence=4).update(reason="Another.")
    audit_clock.sign_checkpoint()
    audit_clock.sign_checkpoint()

    newest = AuditVerification.objects.all()[0]
    assert AuditVerification.objects.count() == 2
    assert newest.faults == ["event 4 was changed"]
    assert (newest.by, newest.count, newest.checkpoints) == ("system", 5, 1)


@commits
def test_without_a_key_the_clock_goes_on_and_nothing_is_signed(settings: Settings):
    settings.AUDIT_KEY = ""
    record()

    audit_clock.sign_checkpoint()

    assert not AuditCheckpoint.objects.exists()
