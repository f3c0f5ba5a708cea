"""A watchlist from its sheet and images to templates, against the same images enrolled and their
faces embedded with nothing around it; and the dry run of a long sheet without images."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil
from celery import current_app
from django.db import connection

from deployments import image_store, import_files, imports
from deployments.encrypted_file import EncryptedWriter
from deployments.enums import EntryStatus, ImportStatus, RowOutcome
from deployments.import_files import EncryptedUpload
from deployments.import_sheet import REQUIRED
from deployments.models import Deployment, WatchlistImport
from recognition.bench.enrolment_rates import own_times, shares
from recognition.bench.machine import peak_rss_mb
from recognition.bench.options import ASSETS, Options
from recognition.bench.scene import authorised, watchlist_manager
from recognition.factory import build_models, load_profile

ROWS, QUICK_ROWS = 2_000, 384
DRY_ROWS = 20_000
# Of a recognition worker, as it is installed.
THREADS = 8
PATIENCE_S = 1200.0
PROVENANCE = ("Bench", "2026-01-15", "None: it is measured")


def measure(options: Options) -> dict[str, Any]:
    # First, while this process holds nothing of the models.
    dry = _dry_run(DRY_ROWS)
    rows = int(options.chosen(QUICK_ROWS, ROWS))
    images = {f"B{number:05}": data for number, data in enumerate(_images(rows, options))}
    return dry | _imported(images)


def _dry_run(rows: int) -> dict[str, Any]:
    deployment = authorised("A long sheet")
    before = peak_rss_mb()
    began = time.perf_counter()
    made = _worked(_received(deployment, _sheet([f"B{number:05}" for number in range(rows)]), None))
    taken = time.perf_counter() - began
    assert made.status == ImportStatus.CHECKED
    assert (
        made.rows.filter(outcome=RowOutcome.REFUSED, reason__startswith="No images").count() == rows
    )
    return {
        f"dry_run_{rows}_s": round(taken, 1),
        "dry_run_rss_mb": round(peak_rss_mb()),
        "dry_run_rss_growth_mb": round(peak_rss_mb() - before),
    }


def _imported(images: dict[str, bytes]) -> dict[str, Any]:
    """As in production: one worker checks and adds the rows, the other looks at their faces and
    enrols what was added so far. The chain and the embedder by themselves are measured between the
    dry run and the decision and afterwards, half of the images each."""
    models = build_models(load_profile("embedded"))
    deployment = authorised("An import")
    with _workers() as workers:
        manager = watchlist_manager()
        made = _received(deployment, _sheet(list(images)), images)
        began = time.perf_counter()
        _until(lambda: _status(made) == ImportStatus.CHECKED)
        checking = time.perf_counter() - began
        added = _usable(made, images)
        halves = np.array_split(np.array(added), 2)
        own = own_times([images[name] for name in halves[0]], models, threads=THREADS)
        began, before = time.perf_counter(), _of_processor(workers)
        imports.confirm(made, by=manager)
        _until(lambda: _status(made) == ImportStatus.DONE)
        importing = time.perf_counter() - began
        _until(lambda: not deployment.entries.filter(status=EntryStatus.PENDING).exists())
        taken = time.perf_counter() - began
        used = {name: after - before[name] for name, after in _of_processor(workers).items()}
        own += own_times([images[name] for name in halves[1]], models, threads=THREADS)
    assert deployment.entries.exclude(status=EntryStatus.REFUSED).count() == len(added)
    return {
        "import_rows": len(images),
        "import_refused_images": len(images) - len(added),
        "import_checked_per_s": round(len(images) / checking, 1),
        "import_vs_embedder_ratio": round(own.embedder / taken, 3),
        "chain_own_per_s": round(len(added) / own.chain, 1),
        "embedder_own_per_s": round(len(added) / own.embedder, 1),
        "import_ms_of_processor": {
            name: round(seconds / len(added) * 1000, 2) for name, seconds in used.items()
        },
        "enrolment_ms_of_processor": shares([images[name] for name in halves[0]], models),
        "import_from_upload_per_s": round(len(added) / (checking + taken), 1),
        "upload_vs_chain_ratio": round(own.chain / (checking + taken), 3),
        "upload_vs_embedder_ratio": round(own.embedder / (checking + taken), 3),
        "import_rows_per_s": round(len(added) / importing, 1),
        "imported_and_enrolled_per_s": round(len(added) / taken, 1),
    }


def _usable(made: WatchlistImport, images: dict[str, bytes]) -> list[str]:
    """Those that the dry run found fit to be added; the sheet's first line is its header."""
    lines = made.rows.filter(outcome=RowOutcome.READY).order_by("line")
    names = list(images)
    return [names[line - 2] for line in lines.values_list("line", flat=True)]


@contextmanager
def _workers() -> Iterator[dict[str, int]]:
    """The two kinds of production, each a process, with their models loaded; by their number."""
    kinds = {"recognition": THREADS, "default": 2}
    started = {queue: subprocess.Popen(_worker(queue, threads)) for queue, threads in kinds.items()}
    try:
        _until(lambda: len(current_app.control.ping(timeout=1.0) or ()) == len(kinds))
        yield {queue: process.pid for queue, process in started.items()}
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait()


def _of_processor(workers: dict[str, int]) -> dict[str, float]:
    """Seconds that each worker has taken of it, and the database's processes that live."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity")
        served = [pid for (pid,) in cursor.fetchall()]
    pids = {queue: [pid] for queue, pid in workers.items()} | {"database": served}
    return {name: sum(map(_seconds, some)) for name, some in pids.items()}


def _seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _worker(queue: str, threads: int) -> list[str]:
    celery = [sys.executable, "-m", "celery", "--app", "lfr_site", "worker"]
    pool = ["--pool", "threads", "--concurrency", str(threads), "--hostname", f"{queue}@bench"]
    return [*celery, "--queues", queue, *pool, "--without-mingle", "--without-gossip"]


def _until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > ends:
            raise TimeoutError("The workers did not get on.")
        time.sleep(0.1)


def _status(made: WatchlistImport) -> str:
    made.refresh_from_db()
    if made.status == ImportStatus.UNUSABLE:
        raise RuntimeError(made.fault)
    return made.status


def _received(
    deployment: Deployment, sheet: bytes, images: dict[str, bytes] | None
) -> WatchlistImport:
    archive = None if images is None else _upload(deployment, _zipped(images))
    return imports.receive(
        deployment, sheet=_upload(deployment, sheet), archive=archive, by=watchlist_manager()
    )


def _worked(made: WatchlistImport) -> WatchlistImport:
    while imports.work_on(made.pk):
        pass
    made.refresh_from_db()
    return made


def _upload(deployment: Deployment, data: bytes) -> EncryptedUpload:
    file_id = uuid.uuid4()
    key = image_store.data_key(deployment)
    writer = EncryptedWriter(import_files.path_of(file_id), key=key, record_id=str(file_id))
    writer.write(data)
    writer.finish()
    return EncryptedUpload(file_id, name="upload", size=len(data))


def _sheet(references: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REQUIRED)
    for name in references:
        writer.writerow(
            (name, f"Nobody {name}", "wanted_by_courts", "amber", f"{name}.jpg", *PROVENANCE)
        )
    return text.getvalue().encode()


def _images(rows: int, options: Options) -> Iterator[bytes]:
    """One picture of each person at hand, over and over where these are too few: what follows the
    end of a picture makes each a file of its own. A list of the same few people would measure how
    long it takes to note that they are alike."""
    faces = options.test_data / "faces"
    people = [min(one.glob("*.jpg")) for one in sorted((faces / "lfw").glob("*"))]
    people += sorted((faces / "adults_by_group").glob("*.jpg"))
    people = people or sorted((ASSETS / "portraits").iterdir())
    for number in range(rows):
        yield people[number % len(people)].read_bytes() + number.to_bytes(4, "big")


def _zipped(images: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in images.items():
            archive.writestr(f"{name}.jpg", data)
    return buffer.getvalue()
