"""Erasure: on time, once, to the last byte, and on record."""

from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import image_store, purge, retention, stills
from deployments.enums import Status
from deployments.file_places import IN_FLIGHT_S
from deployments.models import (
    AuditEvent,
    Deployment,
    DeploymentKey,
    ErasureRecord,
    StoredImage,
    WatchlistEntry,
    WatchlistLedger,
)
from recognition.models import Template
from recognition.results import publish_due_results
from tests.deployments.uptime import uptime_ahead
from tests.factories import (
    Cast,
    jpeg,
    make_alert,
    make_camera,
    make_deployment,
    make_entry,
    unit_vector,
)

NAME = "Ermintrude Featherstonehaugh"
REFERENCE = "PNC-77-4711-X"
AT_ONCE = {"watchlist": 0, "alert": 0, "watchlist_templates": 0, "false_alert": 0}


def _ended_with_everything() -> Deployment:
    """People and alerts of every kind, ended."""
    from deployments import lifecycle
    from tests.factories import person

    deployment = make_deployment(status=Status.LIVE)
    sought = make_entry(deployment, name=NAME, reference=REFERENCE, lawful_basis=f"For {NAME}")
    make_alert(deployment, entry=sought, status=AlertStatus.RESOLVED)
    for status in (AlertStatus.DISMISSED, AlertStatus.RAISED, AlertStatus.NOT_LOCATED):
        make_alert(deployment, status=status)
    return lifecycle.end(deployment, by=person("alice"), reason="Over.")


def _everything_in_the_database() -> dict[str, list[str]]:
    """Every row of every table as text, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'gallery')"
        )
        rows = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows[table] = [row[0] for row in cursor.fetchall()]
    return rows


def _tables_holding(text: str) -> set[str]:
    return {
        table
        for table, rows in _everything_in_the_database().items()
        if any(text in row for row in rows)
    }


def test_nothing_personal_is_left_but_the_reference_in_the_ledger(
    cast: Cast, settings: Settings, django_capture_on_commit_callbacks: object
):
    _ended_with_everything()
    assert _tables_holding(NAME) == {"public.deployments_watchlistentry"}

    settings.RETENTION_PERIODS_S = AT_ONCE
    publish_due_results()
    purge.purge()

    assert _tables_holding(NAME) == set()
    assert _tables_holding(NAME.split()[1]) == set()
    assert _tables_holding(REFERENCE) == {"public.deployments_watchlistledger"}
    assert _tables_holding("Same scar.") == set()
    assert StoredImage.objects.count() == Template.objects.count() == 0
    assert DeploymentKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_no_file_and_no_partition_is_left(cast: Cast, settings: Settings, file_store: Path):
    deployment = _ended_with_everything()
    assert [path for path in file_store.rglob("*") if path.is_file()]

    settings.RETENTION_PERIODS_S = AT_ONCE
    purge.purge()

    assert [path for path in file_store.rglob("*") if path.is_file()] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"recognition_template_{deployment.pk}"])
        assert cursor.fetchone()[0] is None


def test_each_kind_leaves_a_ledger_row_without_anybody_in_it(cast: Cast, settings: Settings):
    deployment = _ended_with_everything()

    settings.RETENTION_PERIODS_S = AT_ONCE
    done = purge.purge()

    records = {record.kind: record for record in ErasureRecord.objects.all()}
    assert {kind: record.count for kind, record in records.items()} == {
        "watchlist": 5,
        "watchlist_templates": 5,
        "alert": 3,
        "false_alert": 1,
        "deployment_key": 1,
    }
    assert {erasure.kind for erasure in done} == set(records)
    for record in records.values():
        assert record.deployment == deployment
        assert record.due_at <= record.done_at <= timezone.now()
    audited = AuditEvent.objects.filter(action="retention.erased", deployment=deployment)
    assert audited.count() == 5


def test_nothing_goes_before_it_is_due(cast: Cast):
    deployment = make_deployment(status=Status.ENDED, entries=2)

    purge.purge()

    assert deployment.entries.count() == deployment.images.count() == 2
    assert DeploymentKey.objects.filter(deployment=deployment).exists()
    assert set(ErasureRecord.objects.values_list("kind", flat=True)) == {"watchlist_templates"}


def test_a_second_purge_changes_nothing(cast: Cast, settings: Settings):
    _ended_with_everything()
    settings.RETENTION_PERIODS_S = AT_ONCE
    publish_due_results()
    purge.purge()
    events, records = AuditEvent.objects.count(), ErasureRecord.objects.count()

    assert purge.purge() == []

    assert (AuditEvent.objects.count(), ErasureRecord.objects.count()) == (events, records)


def test_a_crash_in_the_middle_leaves_what_is_done_done_and_the_rest_due(
    cast: Cast, settings: Settings
):
    deployment = _ended_with_everything()
    settings.RETENTION_PERIODS_S = AT_ONCE
    real_find, _ = retention.holder_of("watchlist")
    crashing = mock.Mock(side_effect=OSError("power cut"))

    with mock.patch.dict(retention._holders, {"watchlist": (real_find, crashing)}):
        done = purge.purge()

    assert "watchlist" not in {erasure.kind for erasure in done}
    assert {erasure.kind for erasure in done} >= {"alert", "watchlist_templates"}
    assert [due.rule.kind for due in purge.overdue()] == ["watchlist"]
    assert deployment.entries.count() == 5

    assert [erasure.kind for erasure in purge.purge()] == ["watchlist", "deployment_key"]
    assert purge.overdue() == []


def test_an_erasure_whose_ledger_row_fails_did_not_happen(cast: Cast, settings: Settings):
    deployment = make_deployment(status=Status.ENDED, entries=2)
    settings.RETENTION_PERIODS_S = AT_ONCE

    with mock.patch.object(ErasureRecord.objects, "create", side_effect=OSError("no room")):
        assert purge.purge() == []

    assert deployment.entries.count() == 2
    assert Template.objects.filter(deployment=deployment).count() == 2
    assert all(image_store.read(entry.image) for entry in deployment.entries.all())


def test_a_cancelled_deployment_loses_its_watchlist_too(cast: Cast, settings: Settings):
    from deployments import lifecycle

    ready = make_deployment(status=Status.READY, entries=2)
    lifecycle.cancel(ready, by=cast.applicant, reason="Called off.")

    settings.RETENTION_PERIODS_S = AT_ONCE
    purge.purge()

    assert WatchlistEntry.objects.count() == StoredImage.objects.count() == 0
    assert DeploymentKey.objects.count() == Template.objects.count() == 0
    assert WatchlistLedger.objects.filter(removed_at=None).count() == 0


def test_the_key_goes_with_the_last_image(cast: Cast, settings: Settings):
    """Alerts may be kept longer than the watchlist; their images need the key until then."""
    deployment = _ended_with_everything()
    settings.RETENTION_PERIODS_S = {"watchlist": 0}
    purge.purge()
    held = Alert.objects.filter(deployment=deployment, probe__isnull=False)
    assert held.count() == 3
    assert all(image_store.read(alert.probe) for alert in held if alert.probe)

    settings.RETENTION_PERIODS_S = AT_ONCE
    purge.purge()

    assert not DeploymentKey.objects.exists()
    assert deployment.erasures.get(kind="deployment_key").count == 1


def test_a_key_without_any_image_goes_when_the_deployment_is_over(cast: Cast):
    from deployments import lifecycle, watchlist

    authorised = make_deployment(status=Status.AUTHORISED)
    entry = make_entry(authorised)
    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="No longer sought.")
    purge.purge()
    assert DeploymentKey.objects.exists()

    lifecycle.cancel(authorised, by=cast.applicant, reason="Called off.")
    purge.purge()

    assert not DeploymentKey.objects.exists()


def test_it_closes_what_is_empty_and_published(cast: Cast, settings: Settings):
    deployment = _ended_with_everything()
    settings.RETENTION_PERIODS_S = AT_ONCE
    purge.purge()
    deployment.refresh_from_db()
    assert deployment.status == Status.ENDED, "its result is not published"

    publish_due_results()
    purge.purge()

    deployment.refresh_from_db()
    assert deployment.status == Status.CLOSED
    assert deployment.closed_at is not None


def test_an_orphan_is_swept(cast: Cast, file_store: Path):
    folder = file_store / "ab"
    folder.mkdir(parents=True)
    orphan = folder / ("ab" + 30 * "0")
    orphan.write_bytes(b"ciphertext")
    purge.purge()

    with uptime_ahead(seconds=IN_FLIGHT_S):
        purge.purge()

    assert not orphan.exists()


def test_one_deployment_is_erased_and_another_is_not_touched(cast: Cast, settings: Settings):
    running = make_deployment(status=Status.LIVE, entries=3)
    alert = make_alert(running)
    _ended_with_everything()

    settings.RETENTION_PERIODS_S = AT_ONCE
    purge.purge()

    assert running.entries.count() == 4
    assert Template.objects.filter(deployment=running).count() == 4
    stored = Alert.objects.get(pk=alert.pk)
    assert stored.probe is not None
    assert image_store.read(stored.probe)
    vector = Template.objects.get(deployment=running, entry_id=running.entries.all()[0].pk)
    expected = unit_vector(seed=running.entries.all()[0].pk)
    assert np.allclose(np.asarray(vector.embedding), expected, atol=1e-6)


def test_the_simulation_lists_and_erases_nothing(
    cast: Cast, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    from django.core.management import call_command

    deployment = make_deployment(status=Status.ENDED, entries=2)
    settings.RETENTION_PERIODS_S = {"watchlist": 0}

    call_command("purge", "--simulate")

    assert "overdue" in capsys.readouterr().out
    assert deployment.entries.count() == 2


def test_what_belongs_to_no_deployment_is_not_called_staff(
    cast: Cast, capsys: pytest.CaptureFixture[str]
):
    """A camera's survey picture is of no deployment either."""
    from django.core.management import call_command

    stills.take_in(make_camera(), jpeg(seed=9, size=(480, 640)), by=cast.system_administrator)
    call_command("purge", "--simulate")

    (line,) = [each for each in capsys.readouterr().out.splitlines() if "camera_survey" in each]
    assert line.endswith("no deployment")


def test_a_simulation_of_nothing_says_so(db: None, capsys: pytest.CaptureFixture[str]):
    from django.core.management import call_command

    call_command("purge", "--simulate")
    assert capsys.readouterr().out == "Nothing is held whose time is running.\n"

    call_command("purge")
    assert capsys.readouterr().out == "Nothing was due.\n"
