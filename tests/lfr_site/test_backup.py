"""Backups of the test's database by the real commands, restored into databases of their own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from deployments import audit_checkpoints, erasure_journal, image_store, lifecycle, purge, stills
from deployments.audit_verification import verify
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment
from lfr_site import maintenance
from lfr_site.backup import manifest
from lfr_site.backup.errors import BackupRefused
from lfr_site.backup.making import KEY_TABLES
from recognition.results import publish_due_results
from tests import stores
from tests.factories import (
    Cast,
    jpeg,
    make_alert,
    make_camera,
    make_cast,
    make_deployment,
    make_entry,
)
from tests.lfr_site.sites import Site

NAME = "Quentin Unforgettable"


@pytest.fixture
def live(site: Site) -> Deployment:
    """With two people on its list, and an alert for one of them."""
    make_cast()
    deployment = make_deployment(status=Status.LIVE, title="To restore")
    make_entry(deployment, name=NAME)
    make_entry(deployment)
    make_alert(deployment)
    return deployment


def close(deployment: Deployment, settings: Settings) -> None:
    """End it, and let everything of it be due."""
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "alert": 0, "deployment_key": 0}
    lifecycle.end(deployment, by=None, reason="Over.")
    publish_due_results()
    for _ in range(3):
        purge.purge()
        publish_due_results()
    deployment.refresh_from_db()
    assert deployment.status == Status.CLOSED


def test_an_old_backup_brings_nothing_back_of_a_deployment_that_was_closed(
    live: Deployment, site: Site, empty: Site, tmp_path: Path, settings: Settings
) -> None:
    portrait = image_store.read(live.entries.all()[0].image)
    backup = tmp_path / "backup"
    site.manage("backup", str(backup))
    close(live, settings)

    # The backup itself shows nothing, and has the files as they are.
    held = [path.read_bytes() for path in backup.rglob("*") if path.is_file()]
    assert not any(NAME.encode() in data or portrait[100:160] in data for data in held)
    assert len(list((backup / "files").rglob("*"))) > 4

    said = empty.manage("restore", str(backup))

    assert "Deployments ended: 1" in said
    facts = empty.facts()
    assert facts["status"] in {"ended", "closed"}
    assert facts["images"] == []
    assert empty.ask("SELECT count(*) FROM deployments_watchlistentry") == 0
    assert empty.ask("SELECT count(*) FROM deployments_deploymentkey") == 0
    assert empty.ask("SELECT count(*) FROM alerts_alert WHERE erased_at IS NULL") == 0
    assert [path for path in empty.files.rglob("*") if path.is_file()] == []
    assert not any(NAME.encode() in each.data for each in stores.of_rows(empty.superuser_url))
    # The trail goes on.
    assert (facts["trail"], facts["event"]) == ("", "backup.restored")
    before = AuditEvent.objects.get(action="backup.made")
    details = facts["details"]
    assert isinstance(details, dict)
    assert details["manifest"] == json.loads(before.details)["manifest"]


def test_without_keys_nothing_opens_and_what_was_live_waits_for_a_person(
    live: Deployment, site: Site, empty: Site, tmp_path: Path
) -> None:
    keys = tmp_path / "safe" / "keys"
    keys.parent.mkdir()
    site.manage("backup", str(tmp_path / "backup"), "--keys", str(keys))

    with_none = empty.manage("restore", str(tmp_path / "backup"), "--without-keys")

    assert "suspended: 1" in with_none
    facts = empty.facts()
    assert facts["status"] == "suspended"
    assert isinstance(facts["images"], list)
    assert len(facts["images"]) >= 4
    assert not any(facts["images"])
    assert empty.ask("SELECT count(*) FROM deployments_watchlistentry") == live.entries.count()
    assert empty.ask("SELECT count(*) FROM recognition_template") == 0


def test_with_its_keys_a_site_goes_on(
    live: Deployment, site: Site, empty: Site, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    site.manage("backup", str(tmp_path / "backup"), "--keys", str(keys))

    empty.manage("restore", str(tmp_path / "backup"), "--keys", str(keys))

    facts = empty.facts()
    assert isinstance(facts["images"], list)
    assert facts["images"]
    assert all(facts["images"])
    assert empty.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'lfr_restoring'") == 0


def test_a_restore_that_is_interrupted_leaves_the_site_shut(
    live: Deployment, site: Site, empty: Site, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    site.manage("backup", str(backup))
    made, _ = manifest.read(backup)
    replace(made, audit_head="0" * 64).write(backup)  # whole, and not of this trail

    said = empty.manage("restore", str(backup), fails=True)
    assert "audit trail of this backup is not the one that was dumped" in said

    # Everything is in the database, and nobody gets at it.
    assert empty.ask("SELECT count(*) FROM deployments_watchlistentry") == live.entries.count()
    read = "from deployments.models import User; print(User.objects.count())"
    assert "Restoring" in empty.manage("shell", "--command", read, fails=True)
    assert "was interrupted" in empty.manage("restore", str(backup), fails=True)


def test_what_is_not_as_it_was_made_is_refused_before_anything_is_written(
    live: Deployment, site: Site, empty: Site, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    site.manage("backup", str(backup))
    made, _ = manifest.read(backup)
    picture = backup / "files" / next(iter(made.files))

    for path in (backup / "database.sealed", backup / "keys.sealed", picture):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(BackupRefused, match="was altered"):
            manifest.require_whole(made, backup, keys=backup / "keys.sealed")
        path.write_bytes(data)
    picture.rename(tmp_path / "away")
    with pytest.raises(BackupRefused, match="is missing"):
        manifest.require_whole(made, backup, keys=None)
    (tmp_path / "away").rename(picture)
    (backup / "files" / "another").write_bytes(b"")
    with pytest.raises(BackupRefused, match="is not part of this backup"):
        manifest.require_whole(made, backup, keys=None)
    (backup / "files" / "another").unlink()

    text = (backup / "manifest.json").read_text()
    (backup / "manifest.json").write_text(text.replace(made.made_at, "2020-01-01T00:00:00+00:00"))
    assert "manifest was altered" in empty.manage("restore", str(backup), fails=True)
    assert empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert not empty.files.exists()


def test_checkpoints_that_were_signed_since_are_kept_apart(
    live: Deployment, site: Site, empty: Site, tmp_path: Path, settings: Settings
) -> None:
    backup = tmp_path / "backup"
    site.manage("backup", str(backup))
    audit_checkpoints.make()
    empty.environment["LFR_AUDIT_CHECKPOINTS"] = str(settings.AUDIT_CHECKPOINTS)

    said = empty.manage("restore", str(backup), fails=True)

    assert "was signed after this backup" in said
    assert empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_backup_goes_into_an_empty_folder_and_a_restore_into_an_empty_site(
    live: Deployment, site: Site, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    site.manage("backup", str(backup))

    assert "is not empty" in site.manage("backup", str(backup), fails=True)
    assert "is not empty" in site.manage("restore", str(backup), fails=True)
    assert Deployment.objects.get(pk=live.pk).status == Status.LIVE
    assert connection.is_usable()
    assert verify().is_sound
    assert not erasure_journal.read(site.journal).over


def test_every_table_of_wrapped_keys_lies_apart() -> None:
    with_keys = {
        f"public.{model._meta.db_table}"
        for model in apps.get_models()
        if any(field.name == "wrapped" for field in model._meta.get_fields())
    }

    assert with_keys == set(KEY_TABLES)


def test_a_survey_picture_with_people_in_it_is_in_no_backup(
    site: Site, empty: Site, cast: Cast, tmp_path: Path
) -> None:
    """It has its key in its own file, which cannot be kept apart."""
    shown, _ = (
        stills.take_in(make_camera(), jpeg(seed=n, size=(360, 640)), by=cast.system_administrator)
        for n in (1, 2)
    )
    stills.replace(shown, jpeg(seed=3, size=(360, 640)))
    site.manage("backup", str(tmp_path / "backup"))

    held = [path.name for path in (tmp_path / "backup" / "files").rglob("*") if path.is_file()]
    assert held == [shown.file.hex]

    empty.manage("restore", str(tmp_path / "backup"))
    assert empty.ask("SELECT string_agg(id::text, ',') FROM deployments_camerastill") == str(
        shown.pk
    )
    assert empty.ask("SELECT count FROM deployments_erasurerecord ORDER BY id DESC LIMIT 1") == 1


def test_a_program_that_is_missing_is_named(site: Site, tmp_path: Path, cast: Cast) -> None:
    site.environment["LFR_PG_BIN"] = str(tmp_path)

    assert "there is no pg_dump" in site.manage("backup", str(tmp_path / "b"), fails=True)
    assert not (tmp_path / "b" / "manifest.json").exists()


def test_while_the_database_is_shut_a_person_reads_words(
    transactional_db: None, client: Client
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {maintenance.SCHEMA}")
    try:
        connection.close()
        answer = client.get("/", secure=True)
        assert answer.status_code == 503
        assert "A backup is being restored" in answer.content.decode()
        assert answer["Retry-After"] == "60"
        with pytest.raises(maintenance.Restoring):
            Deployment.objects.count()
    finally:
        maintenance.exempt_this_process()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {maintenance.SCHEMA}")
        maintenance._exempt.clear()
    assert client.get("/", secure=True).status_code == 200
