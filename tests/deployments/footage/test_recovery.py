"""A recorder that is killed in the middle of a segment: what was written whole plays, what is
missing is stated, and nothing else is left."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments.enums import FootageGapReason, Status
from deployments.footage import chain, recovery, store
from deployments.footage.store import OpenSegment
from deployments.models import Deployment, FootageSegment
from tests.deployments.recordings import frames_of, recorded, write_into
from tests.factories import make_cast, make_deployment

ROOT = Path(__file__).resolve().parents[3]
# Writes a segment's packets and then waits to be killed, without having finished anything.
WRITER = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.utils import timezone
from deployments.footage.store import OpenSegment
from tests.deployments.recordings import write_into
settings.FILE_STORE = sys.argv[3]
segment = OpenSegment(int(sys.argv[1]), int(sys.argv[2]), started_at=timezone.now())
write_into(segment, seconds=12, is_finished=False)
print(segment.row.pk, flush=True)
sys.stdin.read()
"""
LATER = timedelta(hours=1)


@pytest.fixture
def live(transactional_db: None, recognition_worker: None) -> Deployment:
    make_cast()
    return make_deployment(status=Status.LIVE, records_cctv=True)


def killed_in_the_middle(live: Deployment, store_folder: Path) -> FootageSegment:
    name = str(connection.settings_dict["NAME"])
    address = os.environ["LFR_DATABASE_URL"]
    base, _, query = address.partition("?")
    url = base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lfr_site.settings",
        "LFR_DATABASE_URL": url,
        "LFR_MASTER_KEY": django_settings.MASTER_KEY,
        "PYTHONPATH": str(ROOT),
    }
    arguments = [str(live.pk), str(live.cameras.get().pk), str(store_folder)]
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    said = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stdin.close()
    return FootageSegment.objects.get(pk=said)


def test_killed_in_the_middle_it_plays_up_to_its_last_whole_chunk(
    live: Deployment, file_store: Path
):
    before = recorded(live)
    cut = killed_in_the_middle(live, file_store)
    assert cut.ended_at is None
    assert store.partial_of(cut.pk).exists()

    assert recovery.recover() == 0  # somebody may still be writing it
    assert recovery.recover(now=timezone.now() + LATER) == 1

    cut.refresh_from_db()
    with store.opened(cut) as file:
        data = file.read()
    assert cut.is_cut_short
    assert cut.byte_count == len(data)
    assert frames_of(data) >= 25 * 8  # of 12 seconds, less what no whole chunk and fragment held
    assert (before.number, cut.number) == (1, 2)
    assert chain.verify(live).is_sound
    assert chain.fault_of(cut) == ""
    gap = live.footage_gaps.get()
    assert gap.reason == FootageGapReason.CUT_SHORT
    left = {path.name for path in store.folder().rglob("*") if path.is_file()}
    assert left == {before.pk.hex, cut.pk.hex}
    assert recovery.recover(now=timezone.now() + LATER) == 0


def test_killed_before_its_first_fragment_nothing_is_left(live: Deployment):
    empty = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
    empty.abandon()

    recovery.recover(now=timezone.now() + LATER)

    assert not FootageSegment.objects.exists()
    assert not any(path.is_file() for path in store.folder().rglob("*"))


def test_killed_between_the_file_and_its_row_it_is_whole(live: Deployment):
    segment = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
    write_into(segment)
    segment._writer.finish()

    recovery.recover(now=timezone.now() + LATER)

    row = FootageSegment.objects.get()
    assert not row.is_cut_short
    assert chain.fault_of(row) == ""
    assert not live.footage_gaps.exists()


def test_killed_in_the_middle_of_its_recovery_it_is_recovered_again(live: Deployment):
    segment = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
    write_into(segment, seconds=12, is_finished=False)
    segment.abandon()
    half = store.partial_of(segment.row.pk)
    half.with_name(f"{segment.row.pk.hex}-whole.part").write_bytes(half.read_bytes()[:999])

    recovery.recover(now=timezone.now() + LATER)

    row = FootageSegment.objects.get()
    with store.opened(row) as file:
        assert frames_of(file.read()) >= 25 * 8
    assert chain.fault_of(row) == ""


def test_what_cannot_be_recovered_is_left_to_be_seen(live: Deployment, settings: Settings):
    """With another master key: nothing is thrown away."""
    segment = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
    write_into(segment, seconds=12, is_finished=False)
    segment.abandon()
    settings.MASTER_KEY = "b3RoZXItMzItYnl0ZXMtb3RoZXItMzItYnl0ZXMtMTI="

    assert recovery.recover(now=timezone.now() + LATER) == 0
    assert store.partial_of(segment.row.pk).exists()
    assert FootageSegment.objects.get().ended_at is None
