"""A watchlist from its sheet and images to templates, against the same images embedded by
themselves; and the dry run of a long sheet without images."""

from __future__ import annotations

import csv
import io
import time
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from deployments import image_store, import_files, imports
from deployments.encrypted_file import EncryptedWriter
from deployments.enums import EntryStatus, ImportStatus, RowOutcome
from deployments.import_files import EncryptedUpload
from deployments.import_sheet import REQUIRED
from deployments.models import Deployment, WatchlistImport
from recognition.bench.machine import peak_rss_mb
from recognition.bench.options import ASSETS, Options
from recognition.bench.scene import authorised, watchlist_manager
from recognition.enrolling import enrol
from recognition.enrolment import template_from_image
from recognition.factory import build_models, load_profile

ROWS, QUICK_ROWS = 2_000, 100
DRY_ROWS = 20_000
PROVENANCE = ("Bench", "2026-01-15", "None: it is measured")


def measure(options: Options) -> dict[str, Any]:
    # First, while this process holds nothing of the models.
    dry = _dry_run(DRY_ROWS)
    rows = int(options.chosen(QUICK_ROWS, ROWS))
    return dry | _imported(rows)


def _dry_run(rows: int) -> dict[str, Any]:
    deployment = authorised("A long sheet")
    before = peak_rss_mb()
    began = time.perf_counter()
    made = _worked(_received(deployment, _sheet(rows), None))
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


def _imported(rows: int) -> dict[str, Any]:
    """By turns, in blocks, so that a busy moment of the machine falls on both."""
    models = build_models(load_profile("embedded"))
    images = dict(_images(rows))
    deployment = authorised("An import")
    made = _worked(_received(deployment, _sheet(rows), images))
    manager = watchlist_manager()
    imports.confirm(made, by=manager)
    began = time.perf_counter()
    _worked(made)
    importing = time.perf_counter() - began
    own = enrolling = 0.0
    pending = list(deployment.entries.order_by("pk").values_list("pk", "reference"))
    for block in np.array_split(np.arange(len(pending)), max(1, len(pending) // 50)):
        began = time.perf_counter()
        for number in block:
            template_from_image(images[f"{pending[number][1]}.jpg"], models)
        own += time.perf_counter() - began
        began = time.perf_counter()
        for number in block:
            enrol(pending[number][0])
        enrolling += time.perf_counter() - began
    enrolled = deployment.entries.filter(status=EntryStatus.TO_REVIEW).count()
    assert enrolled == rows
    return {
        "import_rows": rows,
        "import_vs_embedder_ratio": round(own / (importing + enrolling), 3),
        "embedder_own_per_s": round(rows / own, 1),
        "import_rows_per_s": round(rows / importing, 1),
        "imported_and_enrolled_per_s": round(rows / (importing + enrolling), 1),
    }


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


def _sheet(rows: int) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REQUIRED)
    for number in range(rows):
        name = f"B{number:05}"
        writer.writerow(
            (name, f"Nobody {number}", "wanted_by_courts", "amber", f"{name}.jpg", *PROVENANCE)
        )
    return text.getvalue().encode()


def _images(rows: int) -> Iterator[tuple[str, bytes]]:
    """The demo's portraits over and over; what follows the end of a picture makes each a file of
    its own."""
    portraits = [path.read_bytes() for path in sorted((ASSETS / "portraits").iterdir())]
    for number in range(rows):
        yield f"B{number:05}.jpg", portraits[number % len(portraits)] + number.to_bytes(4, "big")


def _zipped(images: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in images.items():
            archive.writestr(name, data)
    return buffer.getvalue()
