"""What a restored database gives up, by what the journal of erasures says."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import erasure_journal, image_store, lifecycle, purge, watchlist
from deployments.enums import ImageKind, Status
from deployments.erasure_journal import Erased, UnreadableJournal, What
from deployments.models import Deployment, StoredImage, WatchlistLedger
from lfr_site.backup.winding_down import wind_down
from tests.factories import Cast, make_alert, make_deployment, make_entry, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "journal" / "erasures.jsonl"
    settings.ERASURE_JOURNAL = path
    return path


@pytest.fixture
def live(cast: Cast) -> Deployment:
    deployment = make_deployment(status=Status.LIVE, entries=3)
    make_alert(deployment)
    return deployment


def test_what_was_live_is_suspended_and_kept_where_nothing_is_due(live: Deployment) -> None:
    images = live.images.count()

    done = wind_down(Erased())

    live.refresh_from_db()
    assert (done.suspended, done.ended, done.erased_again, done.purged) == (1, 0, 0, 0)
    assert live.status == Status.SUSPENDED
    assert live.images.count() == images


def test_a_deployment_that_was_ended_since_is_ended_and_its_clock_ran_on(live: Deployment) -> None:
    long_ago = timezone.now() - timedelta(days=2)

    done = wind_down(Erased(over={live.uuid: long_ago}))

    live.refresh_from_db()
    assert (done.ended, done.suspended) == (1, 0)
    assert live.status in {Status.ENDED, Status.CLOSED}
    assert live.entries.count() == live.images.count() == 0
    assert not live.alerts.filter(erased_at=None).exists()
    assert purge.overdue() == []


def test_one_that_was_ended_an_hour_ago_keeps_what_it_may_keep(live: Deployment) -> None:
    wind_down(Erased(over={live.uuid: timezone.now() - timedelta(hours=1)}))

    assert Deployment.objects.get(pk=live.pk).status == Status.ENDED
    assert live.entries.count() == 4


def test_of_a_destroyed_key_nothing_comes_back_whatever_the_clock_says(live: Deployment) -> None:
    wind_down(Erased(keys={live.uuid: timezone.now()}))

    assert live.entries.count() == live.images.count() == 0
    assert not hasattr(Deployment.objects.get(pk=live.pk), "key")


def test_people_who_were_withdrawn_since_are_withdrawn_again(live: Deployment) -> None:
    entry = live.entries.all()[0]
    now = timezone.now()

    done = wind_down(Erased(images={entry.image_id: now, uuid.uuid4(): now}))

    assert done.erased_again == 1
    assert not live.entries.filter(pk=entry.pk).exists()
    assert not StoredImage.objects.filter(pk=entry.image_id).exists()
    assert (
        WatchlistLedger.objects.get(deployment=live, reference=entry.reference).removed_at
        is not None
    )
    assert live.entries.count() == 3


def test_pictures_of_an_alert_that_was_dismissed_since_go_again(live: Deployment) -> None:
    alert = live.alerts.get()
    assert alert.probe_id is not None

    wind_down(Erased(images={alert.probe_id: timezone.now()}))

    alert.refresh_from_db()
    assert alert.erased_at is not None
    assert not live.images.filter(kind=ImageKind.PROBE).exists()


def test_what_was_authorised_and_cancelled_since_is_cancelled(cast: Cast) -> None:
    authorised = make_deployment(status=Status.AUTHORISED)
    make_entry(authorised)

    wind_down(Erased(over={authorised.uuid: timezone.now() - timedelta(days=3)}))

    authorised.refresh_from_db()
    assert authorised.status == Status.CANCELLED
    assert authorised.images.count() == 0


def test_files_without_a_row_go_however_young(live: Deployment, file_store: Path) -> None:
    stray = image_store.path_of(uuid.uuid4())
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"sealed")

    wind_down(Erased())

    assert not stray.exists()


# The journal


@pytest.mark.django_db(transaction=True)
def test_the_journal_hears_of_every_erasure_and_names_nobody(
    live: Deployment, journal: Path, settings: Settings
) -> None:
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "alert": 0, "deployment_key": 0}
    withdrawn, *others = live.entries.select_related("image")
    images = set(live.images.values_list("pk", flat=True))
    names = [entry.name for entry in (withdrawn, *others)]

    watchlist.withdraw_entry(withdrawn, by=person("watchlist_manager"), reason="Found.")
    assert set(erasure_journal.read(journal).images) >= {withdrawn.image_id}
    lifecycle.end(live, by=None, reason="Over.")
    purge.purge()
    purge.purge()

    said = erasure_journal.read(journal)
    assert set(said.images) == images
    assert set(said.over) == set(said.keys) == {live.uuid}
    assert not any(name in journal.read_text() for name in names)
    assert journal.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_is_taken_back_is_not_in_the_journal(
    live: Deployment, journal: Path
) -> None:
    with transaction.atomic():
        image_store.destroy_key(live)
        transaction.set_rollback(True)

    assert erasure_journal.read(journal) == Erased()


def test_a_journal_that_cannot_be_written_undoes_no_erasure(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.ERASURE_JOURNAL = tmp_path / "file" / "erasures.jsonl"

    erasure_journal._append(What.KEY, [uuid.uuid4()])  # says so in the log, and goes on


@pytest.mark.parametrize("line", ["", "{}", '{"at": "now", "what": "key", "number": "1"}', "[]"])
def test_a_line_that_is_none_is_named(line: str, journal: Path) -> None:
    whole = {"at": timezone.now().isoformat(), "what": "key", "number": str(uuid.uuid4())}
    journal.parent.mkdir()
    journal.write_text(json.dumps(whole) + "\n" + line + "\n")

    with pytest.raises(UnreadableJournal, match="Line 2 of"):
        erasure_journal.read(journal)


def test_no_journal_says_nothing(tmp_path: Path) -> None:
    assert erasure_journal.read(tmp_path / "none") == Erased()
