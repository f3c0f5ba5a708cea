"""Whatever ledger, database, file store and schedule do not agree on is found and named."""

import base64
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import (
    audit,
    erasure_ledger,
    image_store,
    key_providers,
    lifecycle,
    overdue,
    purge,
    watchlist,
)
from deployments.encryption import new_key
from deployments.enums import AuditKind, EntryStatus, ImageKind, Status
from deployments.models import Deployment, DeploymentKey, ErasureRecord, StoredImage
from deployments.reconciliation import Finding, reconcile
from recognition.results import publish_due_results
from tests.factories import Cast, jpeg, make_alert, make_cast, make_deployment, make_entry
from tests.tampering import triggers_disabled

LATER = timedelta(hours=1)


def _found(*, later: timedelta = timedelta()) -> dict[str, int]:
    findings: tuple[Finding, ...] = reconcile(now=timezone.now() + later).findings
    for each in findings:
        assert each.words.endswith("."), "it says what to do"
    return {each.what: each.count for each in findings}


@pytest.mark.django_db(transaction=True)
def test_a_whole_life_leaves_nothing_that_does_not_agree(settings: Settings):
    cast = make_cast()
    live = make_deployment(status=Status.LIVE, entries=3)
    for status in (AlertStatus.DISMISSED, AlertStatus.RAISED, AlertStatus.RESOLVED):
        make_alert(live, status=status)
    withdrawn = make_entry(live)
    make_alert(live, entry=withdrawn)
    watchlist.withdraw_entry(withdrawn, by=cast.watchlist_manager, reason="No longer sought.")
    purge.purge()
    assert _found() == {}

    lifecycle.end(live, by=cast.alice, reason="Over.")
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "alert": 0}
    publish_due_results()
    purge.purge()

    live.refresh_from_db()
    assert live.status == Status.CLOSED
    assert _found() == _found(later=LATER) == {}


def test_a_withdrawal_is_in_the_ledger_with_template_and_alerts(cast: Cast):
    live = make_deployment(status=Status.LIVE, entries=2)
    entry = make_entry(live)
    make_alert(live, entry=entry)

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="No longer sought.")

    rows = {row.kind: row for row in live.erasures.all()}
    assert {kind: row.count for kind, row in rows.items()} == {
        "watchlist": 1,
        "watchlist_templates": 1,
        "alert": 1,
    }
    assert {row.ground for row in rows.values()} == {watchlist.WITHDRAWN}
    assert all(row.due_at == row.done_at for row in rows.values())
    assert _found() == {}


def test_a_file_without_a_row(cast: Cast, file_store: Path):
    image = make_deployment(status=Status.READY).images.all()[0]
    copy = image_store.path_of(image.pk).with_name("ab" * 16)
    copy.write_bytes(b"ciphertext")
    assert _found() == {}, "it may be written in this moment"

    assert _found(later=LATER) == {"file_without_row": 1}


def test_a_row_without_its_file(cast: Cast):
    image = make_deployment(status=Status.READY).images.all()[0]
    image_store.path_of(image.pk).unlink()

    assert _found() == {"row_without_file": 1}


def test_something_else_in_the_file_store(cast: Cast, file_store: Path):
    make_deployment(status=Status.READY)
    (file_store / "exported.jpg").write_bytes(b"face")

    assert _found() == {"unknown_in_file_store": 1}


def test_a_key_without_anything_to_open(cast: Cast):
    ended = make_deployment(status=Status.ENDED, entries=1)
    ended.entries.all().delete()
    StoredImage.objects.filter(deployment=ended).delete()

    assert "key_without_anything_to_open" not in _found()
    assert _found(later=LATER)["key_without_anything_to_open"] == 1


def test_a_key_that_the_master_key_does_not_open(cast: Cast, settings: Settings):
    make_deployment(status=Status.READY)
    settings.MASTER_KEY = base64.b64encode(new_key()).decode()

    assert _found() == {"key_that_does_not_open": 1}


def test_images_whose_key_is_gone(cast: Cast):
    ready = make_deployment(status=Status.READY, entries=2)
    DeploymentKey.objects.filter(deployment=ready).delete()

    assert _found() == {"image_without_key": 2}


def test_a_partition_whose_deployment_is_not_there_or_is_over(cast: Cast):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE UNLOGGED TABLE recognition_template_987654"
            " PARTITION OF recognition_template FOR VALUES IN (987654)"
        )
    assert _found() == {"partition_without_deployment": 1}

    make_deployment(status=Status.ENDED, entries=1)
    assert _found(later=LATER)["partition_without_deployment"] == 2


def test_an_erased_deployment_with_something_left(cast: Cast, settings: Settings):
    closed = make_deployment(status=Status.CLOSED)
    assert closed.status == Status.CLOSED
    assert _found() == {}
    DeploymentKey.objects.create(
        deployment=closed, wrapped=key_providers.wrap(new_key(), associated=str(closed.uuid))
    )
    image_store.put(closed, jpeg(seed=1), kind=ImageKind.PROBE)

    assert _found() == {"erased_with_something_left": 1}


def test_what_is_overdue(cast: Cast, settings: Settings):
    ended = make_deployment(status=Status.ENDED, entries=2)

    assert _found() == {}, "the next run has not been missed"
    assert overdue.overdue_figures().count == 2, "templates go at once"
    found = _found(later=LATER)
    assert found["overdue"] == 2
    assert found["partition_without_deployment"] == 1

    (due,) = reconcile(now=timezone.now() + LATER).overdue
    assert (due.deployment, due.rule.kind) == (ended, "watchlist_templates")


def test_a_ledger_that_does_not_add_up(cast: Cast):
    ended = make_deployment(status=Status.CLOSED, entries=2)
    now = timezone.now()
    ErasureRecord.objects.create(
        deployment=ended, kind="session", ground="None", count=3, due_at=now, done_at=now
    )
    assert _found() == {"ledger_differs_from_audit": 1}

    audit.record(
        erasure_ledger.ACTION,
        kind=AuditKind.ERASURE,
        by=None,
        deployment=ended,
        details={"kind": "session", "count": 3},
    )
    assert _found() == {}

    with triggers_disabled("deployments_erasurerecord"):
        ErasureRecord.objects.filter(deployment=ended, kind="watchlist").update(count=1)
    assert _found() == {"ledger_differs_from_audit": 1, "ledger_lacks_entries": 1}


def test_alerts_that_were_emptied_by_nobody(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)
    Alert.objects.filter(pk=alert.pk).update(
        entry=None,
        probe=None,
        context=None,
        face_box=None,
        probe_eyes=None,
        erased_at=timezone.now(),
    )

    assert _found() == {"ledger_differs_from_alerts": 1}


def test_the_report_for_people_and_for_scripts(cast: Cast):
    ended = make_deployment(status=Status.ENDED, entries=2)
    purge.purge()

    text, line = StringIO(), StringIO()
    call_command("erasure_report", stdout=text)
    call_command("erasure_report", "--json", stdout=line)

    assert "Nothing is overdue." in text.getvalue()
    report = json.loads(line.getvalue())
    assert report["reconciled"] is True
    assert report["erased"]["watchlist_templates"] == 2
    assert {held["kind"] for held in report["held"]} == {"watchlist"}
    names = [*ended.entries.values_list("reference", flat=True)]
    assert not any(name in text.getvalue() + line.getvalue() for name in names)


def test_the_report_fails_where_something_does_not_agree(cast: Cast, file_store: Path):
    make_deployment(status=Status.READY, entries=1)
    (file_store / "exported.jpg").write_bytes(b"face")
    line = StringIO()

    with pytest.raises(CommandError, match="unknown_in_file_store"):
        call_command("erasure_report", "--json", stdout=line)

    report = json.loads(line.getvalue())
    assert report["reconciled"] is False
    assert report["findings"][0]["count"] == 1


def test_nothing_overdue_is_nothing(cast: Cast):
    assert overdue.overdue_figures() == overdue.OverdueFigures(0, 0.0)
    deployment: Deployment = make_deployment(status=Status.ENDED, entries=2)
    figures = overdue.overdue_figures()

    assert figures.count == 2
    assert 0 < figures.oldest_s < (timezone.now() - deployment.status_at).total_seconds() + 1
    assert EntryStatus.ENROLLED in deployment.entries.values_list("status", flat=True)
