"""The faces of an import, before anybody confirms it: measured and compared, nothing of them kept.

Templates are in the memory of this task alone, and go with it."""

from collections.abc import Iterator, Sequence

import numpy as np
from structlog import get_logger

from deployments import image_store, import_faces, import_files, imports
from deployments.encryption import Unreadable
from deployments.import_faces import LeaseLost, Looked
from deployments.import_images import BadImport, Images, UnusableMember
from deployments.models import ImportRow, WatchlistImport
from recognition import template_store
from recognition.enrolment import LIMITS, UnusableFace, templates_from_images
from recognition.factory import ModelSet, build_models, load_profile
from recognition.images import UnusableImage
from recognition.quality_words import measures
from recognition.types import Floats, Template

log = get_logger(__name__)
# Half of what is enrolled together: beside live cameras a piece must not outlast its lease.
TOGETHER = 16
Seen = tuple[ImportRow, Template | UnusableImage]


def look_at_import(import_id: int) -> None:
    """Delivered twice, the second finds the lease taken. A worker that dies is followed by another
    once its lease is over."""
    of = import_faces.take(import_id)
    if of is None:
        return
    models = build_models(load_profile(of.deployment.profile))
    try:
        with import_files.opened_images(of) as images:
            _look(of, images, models)
        import_faces.finish(of)
    except BadImport as fault:
        imports.mark_unusable(of, str(fault))
    except Unreadable as fault:
        imports.mark_unusable(of, f"The files cannot be read: {fault}.")
    except LeaseLost:
        log.info("import_no_longer_ours", watchlist_import=of.pk)


def _look(of: WatchlistImport, images: Images, models: ModelSet) -> None:
    compared = Comparison(of, models)
    key = image_store.data_key(of.deployment)
    for rows in import_faces.rows_of(of, together=TOGETHER):
        read = [_read(row, of=of, images=images, key=key) for row in rows]
        seen = zip(rows, _templates(read, models), strict=True)
        import_faces.store(of, list(compared.findings(list(seen))))


def _read(
    row: ImportRow, *, of: WatchlistImport, images: Images, key: bytes
) -> bytes | UnusableImage:
    try:
        return images.read(import_files.values_of(row, of=of, key=key)["image"])
    except UnusableMember as reason:
        return UnusableImage(str(reason))


def _templates(
    read: Sequence[bytes | UnusableImage], models: ModelSet
) -> list[Template | UnusableImage]:
    pictures = [each for each in read if isinstance(each, bytes)]
    found = iter(_of_pictures(pictures, models))
    return [next(found) if isinstance(each, bytes) else each for each in read]


def _of_pictures(pictures: list[bytes], models: ModelSet) -> list[Template | UnusableImage]:
    """Where one picture breaks something, it alone is refused; where each does, the machine is
    at fault and not the pictures."""
    try:
        return templates_from_images(pictures, models)
    except Exception:
        if len(pictures) == 1:
            raise
    found: list[Template | UnusableImage] = []
    faults: list[Exception] = []
    for picture in pictures:
        try:
            found += templates_from_images([picture], models)
        except Exception as fault:  # noqa: BLE001  raised below where it is no single picture's
            faults.append(fault)
            found.append(UnusableImage("A face could not be looked for in this image."))
    if len(faults) == len(pictures):
        raise ExceptionGroup("no face could be looked at", faults)
    return found


class Comparison:
    """With the templates of the lines so far, and of the list as it was at the beginning."""

    def __init__(self, of: WatchlistImport, models: ModelSet) -> None:
        profile = models.profile
        self._threshold = profile.threshold
        self._listed, self._templates = template_store.held_by_list(
            of.deployment_id, profile_version=profile.model_name
        )
        self._lines: list[int] = []
        self._room = of.row_count
        self._above = np.zeros((0, 0), np.float32)

    def findings(self, seen: Sequence[Seen]) -> Iterator[Looked]:
        for row, result in seen:
            if isinstance(result, Template):
                yield self._compared(row, result)
            else:
                found = result.quality if isinstance(result, UnusableFace) else None
                words = measures(found, limits=LIMITS) if found else ()
                yield Looked(row.pk, str(result), words)

    def _compared(self, row: ImportRow, template: Template) -> Looked:
        probe = np.asarray(template.embedding, np.float32)
        if not self._lines:
            self._above = np.empty((self._room, probe.size), np.float32)
        line = self._most_alike(probe, self._above[: len(self._lines)])
        entry = self._most_alike(probe, self._templates)
        self._above[len(self._lines)] = probe
        self._lines.append(row.line)
        return Looked(
            row.pk,
            quality=measures(template.quality, limits=LIMITS),
            alike_line=None if line is None else self._lines[line],
            alike_entry=None if entry is None else int(self._listed[entry]),
        )

    def _most_alike(self, probe: Floats, others: Floats) -> int | None:
        if not len(others):
            return None
        similarities = others @ probe
        best = int(similarities.argmax())
        return best if similarities[best] >= self._threshold else None
