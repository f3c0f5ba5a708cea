"""A watchlist from its sheet and images to templates, against the same images embedded by
themselves; and the dry run of a long sheet without images."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from celery import current_app

from deployments import image_store, import_files, imports
from deployments.encrypted_file import EncryptedWriter
from deployments.enums import EntryStatus, ImportStatus, RowOutcome
from deployments.import_files import EncryptedUpload
from deployments.import_sheet import REQUIRED
from deployments.models import Deployment, WatchlistImport
from recognition.bench.machine import peak_rss_mb
from recognition.bench.options import ASSETS, Options
from recognition.bench.scene import authorised, watchlist_manager
from recognition.enrolment import template_from_image
from recognition.factory import ModelSet, build_models, load_profile
from recognition.images import UnusableImage

ROWS, QUICK_ROWS = 2_000, 100
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
    """As in production: one worker adds the rows, the other enrols what was added so far. The
    chain by itself is measured before and after, half of the images each."""
    models = build_models(load_profile("embedded"))
    deployment = authorised("An import")
    halves = np.array_split(np.array(sorted(images)), 2)
    with _workers():
        manager = watchlist_manager()
        made = _received(deployment, _sheet(list(images)), images)
        _until(lambda: _status(made) == ImportStatus.CHECKED)
        own = _embedded([images[name] for name in halves[0]], models)
        began = time.perf_counter()
        imports.confirm(made, by=manager)
        _until(lambda: _status(made) == ImportStatus.DONE)
        importing = time.perf_counter() - began
        _until(lambda: not deployment.entries.filter(status=EntryStatus.PENDING).exists())
        taken = time.perf_counter() - began
        own += _embedded([images[name] for name in halves[1]], models)
    assert deployment.entries.count() == len(images)
    return {
        "import_rows": len(images),
        "import_refused_images": deployment.entries.filter(status=EntryStatus.REFUSED).count(),
        "import_vs_embedder_ratio": round(own / taken, 3),
        "embedder_own_per_s": round(len(images) / own, 1),
        "import_rows_per_s": round(len(images) / importing, 1),
        "imported_and_enrolled_per_s": round(len(images) / taken, 1),
    }


def _embedded(images: Sequence[bytes], models: ModelSet) -> float:
    """Seconds of the enrolment's own chain, from bytes to template, in as many threads as a
    worker has: no database, no files, nothing encrypted."""

    def embed(data: bytes) -> None:
        with suppress(UnusableImage):
            template_from_image(data, models)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(embed, images))
    return time.perf_counter() - began


@contextmanager
def _workers() -> Iterator[None]:
    """The two kinds of production, each a process, with their models loaded."""
    kinds = (("recognition", THREADS), ("default", 2))
    started = [subprocess.Popen(_worker(queue, threads)) for queue, threads in kinds]
    try:
        _until(lambda: len(current_app.control.ping(timeout=1.0) or ()) == len(kinds))
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


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
