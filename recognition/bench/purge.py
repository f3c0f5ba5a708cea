"""A million rows and a hundred thousand files that are due, erased by a worker's process, while
another deployment raises alerts at a steady pace: how long it takes, and whether it is felt."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from alerts.models import Alert, OtherCandidate
from alerts.raising import NewAlert, raise_alert
from deployments import image_store, watchlist
from deployments.enums import Category, EntryStatus, ImageKind, Response
from deployments.models import Deployment, ErasureRecord, StoredImage, WatchlistEntry
from recognition.bench.options import ASSETS, ROOT, Options
from recognition.bench.scene import (
    add_strangers,
    authorised,
    ended,
    portraits,
    started,
    watchlist_manager,
)
from recognition.bench.timing import percentiles

DEPLOYMENTS, ENTRIES, ALERTS = 10, 5_000, 2_500
SESSIONS, SIGN_INS = 250_000, 500_000
QUICK = 20  # times less
FILE_BYTES = 8_192
PACE_S = 0.25
BASELINE_S, QUICK_BASELINE_S = 60.0, 20.0
WORKER = (
    "import django, time; django.setup(); from deployments.purge import purge;"
    "began = time.perf_counter(); purge(); print(time.perf_counter() - began)"
)


def measure(options: Options) -> dict[str, Any]:
    share = QUICK if options.quick else 1
    for number in range(DEPLOYMENTS):
        _fill(f"Due {number}", entries=ENTRIES // share, alerts=ALERTS // share)
    _fill_staff_records(SESSIONS // share, SIGN_INS // share)
    rows, files = _due_rows(), sum(1 for _ in image_store.PLACE.files())
    _settle_the_database()
    raising = _Raising(_live_elsewhere())
    baseline_s = options.chosen(QUICK_BASELINE_S, BASELINE_S)
    before = raising.during(lambda: time.sleep(baseline_s))
    taken: list[float] = []
    beside = raising.during(lambda: taken.append(_purge_in_a_worker()))
    after = raising.during(lambda: time.sleep(baseline_s))
    assert _due_rows() == 0
    alone = percentiles(before + after)
    busy = percentiles(beside)
    return {
        "purge_s": round(taken[0], 1),
        "purge_rows": rows,
        "purge_files": files,
        "purge_ledger_rows": ErasureRecord.objects.count(),
        "purge_alert_ms": {"without": alone, "beside": busy},
        "purge_alert_p95_ratio": round(busy["p95"] / alone["p95"], 3),
    }


def _fill(title: str, *, entries: int, alerts: int) -> None:
    """A deployment that ended with its list, its templates and its alerts, all with their files."""
    deployment = _with_people_searched_for(title)
    _add_entries(deployment, entries)
    add_strangers(deployment, entries)
    deployment = started(deployment)
    _add_alerts(deployment, alerts)
    ended(deployment)


def _with_people_searched_for(title: str) -> Deployment:
    deployment = authorised(title)
    for entry in portraits(deployment):
        watchlist.mark_enrolled(entry)
    time.sleep(1.1)  # until its window opens
    return deployment


def _add_entries(deployment: Deployment, count: int) -> None:
    manager, today = watchlist_manager(), timezone.localdate()
    images = _images(deployment, count, ImageKind.WATCHLIST)
    WatchlistEntry.objects.bulk_create(
        (
            WatchlistEntry(
                deployment=deployment,
                reference=f"D{number:06}",
                category=Category.WANTED_BY_COURTS,
                response=Response.AMBER,
                image=image,
                image_source="Bench",
                image_date=today,
                lawful_basis="None: it is measured",
                added_by=manager,
            )
            for number, image in enumerate(images)
        ),
        batch_size=1_000,
    )


def _add_alerts(deployment: Deployment, count: int) -> None:
    entries = list(deployment.entries.filter(status=EntryStatus.ENROLLED)[:2])
    probes = _images(deployment, count, ImageKind.PROBE)
    contexts = _images(deployment, count, ImageKind.CONTEXT)
    now, camera = timezone.now(), deployment.cameras.all()[0]
    made = Alert.objects.bulk_create(
        (
            Alert(
                deployment=deployment,
                camera=camera,
                entry=entries[0],
                category=entries[0].category,
                response=entries[0].response,
                similarity=0.99,
                threshold=deployment.threshold,
                profile=deployment.profile,
                profile_version="bench",
                probe=probe,
                context=context,
                captured_at=now,
                last_seen_at=now,
                face_box=[1, 1, 2, 2],
            )
            for probe, context in zip(probes, contexts, strict=True)
        ),
        batch_size=1_000,
    )
    OtherCandidate.objects.bulk_create(
        (OtherCandidate(alert=alert, entry=entries[1], rank=1, similarity=0.9) for alert in made),
        batch_size=1_000,
    )


def _images(deployment: Deployment, count: int, kind: ImageKind) -> list[StoredImage]:
    """Rows and files. What is in the files is nobody's affair: nothing opens them."""
    images = [
        StoredImage(deployment=deployment, kind=kind, byte_count=FILE_BYTES) for _ in range(count)
    ]
    content = os.urandom(FILE_BYTES)
    for image in images:
        path = image_store.path_of(image.pk)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
    return StoredImage.objects.bulk_create(images, batch_size=1_000)


def _fill_staff_records(sessions: int, sign_ins: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " SELECT 'bench' || number, repeat('x', 200), now() - interval '1 hour'"
            " FROM generate_series(1, %s) AS number",
            [sessions],
        )
        cursor.execute(
            "INSERT INTO axes_accesslog (user_agent, ip_address, username, http_accept, path_info,"
            " attempt_time, session_hash)"
            " SELECT 'bench', '192.0.2.1', 'bench', '', '/', now() - interval '40 days', ''"
            " FROM generate_series(1, %s) AS number",
            [sign_ins],
        )


DUE_ROWS = """
    WITH over AS (SELECT id FROM deployments_deployment WHERE status = 'ended')
    SELECT (SELECT count(*) FROM deployments_watchlistentry WHERE deployment_id IN (TABLE over))
         + (SELECT count(*) FROM deployments_storedimage WHERE deployment_id IN (TABLE over))
         + (SELECT count(*) FROM recognition_template WHERE deployment_id IN (TABLE over))
         + (SELECT count(*) FROM alerts_alert
            WHERE deployment_id IN (TABLE over) AND erased_at IS NULL)
         + (SELECT count(*) FROM alerts_othercandidate JOIN alerts_alert AS alert
            ON alert.id = alert_id WHERE alert.deployment_id IN (TABLE over))
         + (SELECT count(*) FROM django_session WHERE expire_date < now())
         + (SELECT count(*) FROM axes_accesslog WHERE attempt_time < now() - interval '32 days')
"""


def _due_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute(DUE_ROWS)
        return int(cursor.fetchone()[0])


def _settle_the_database() -> None:
    """What was filled in a minute came over months in a site: it is on the disk and counted."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    os.sync()


def _live_elsewhere() -> Deployment:
    return started(_with_people_searched_for("Elsewhere"))


class _Raising:
    """Alerts at a steady pace; each sighting is an alert of its own."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._camera = deployment.cameras.all()[0]
        entries = deployment.entries.filter(status=EntryStatus.ENROLLED)
        self._entries = itertools.cycle(entries.values_list("pk", flat=True))
        self._picture = min((ASSETS / "portraits").iterdir()).read_bytes()

    def during(self, what: Callable[[], object]) -> list[float]:
        """Seconds of each `raise_alert`, while this goes on in a thread of its own."""
        thread = threading.Thread(target=what)
        thread.start()
        taken, due = [], time.perf_counter()
        while thread.is_alive():
            began = time.perf_counter()
            assert raise_alert(self._deployment, self._camera, self._new()) is not None
            taken.append(time.perf_counter() - began)
            due += PACE_S
            thread.join(max(0.0, due - time.perf_counter()))
        return taken

    def _new(self) -> NewAlert:
        return NewAlert(
            entry_id=next(self._entries),
            similarity=0.99,
            is_lookalike=False,
            profile=self._deployment.profile,
            profile_version="bench",
            captured_at=timezone.now() + timedelta(milliseconds=1),
            source_position_s=None,
            face_box=(1, 1, 2, 2),
            probe=self._picture,
            context=self._picture,
        )


def _purge_in_a_worker() -> float:
    """The seconds of the purge itself, in a process of its own as in production."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lfr_site.settings",
        "LFR_RETENTION_S": "watchlist=0,alert=0",
    }
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert settings.ALERT_MERGE_S == 1
    return float(done.stdout.splitlines()[-1])
