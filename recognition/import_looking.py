"""The faces of an import, before anybody confirms it: measured, compared, and kept sealed for the
enrolment of their entries."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
from structlog import get_logger

from deployments import image_store, import_faces, import_files, imports
from deployments.encryption import Unreadable
from deployments.import_faces import LeaseLost, Looked
from deployments.import_images import BadImport, Images, UnusableMember
from deployments.models import ImportRow, WatchlistImport
from recognition import kept_faces, template_store
from recognition.enrolment import LIMITS, UnusableFace, templates_from_images
from recognition.factory import ModelSet, build_models, load_profile
from recognition.images import UnusableImage
from recognition.quality_words import measures
from recognition.types import Floats, Template

log = get_logger(__name__)
# Half of what is enrolled together: beside live cameras a piece must not outlast its lease.
TOGETHER = 16
# Pieces whose faces are looked at, each in a thread, while one is compared and stored.
AT_ONCE = 2
Result: TypeAlias = Template | UnusableImage
Seen: TypeAlias = tuple[ImportRow, Result]


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
    key = image_store.data_key(of.deployment)
    compared = _resumed(of, models, key=key)
    for seen in _pieces(of, images, models, key=key):
        import_faces.store(of, list(compared.findings(seen)))


def _resumed(of: WatchlistImport, models: ModelSet, *, key: bytes) -> "Comparison":
    """With what a worker that was killed had found; anew where it had other models."""
    compared = Comparison(of, models, key=key)
    for row in import_faces.looked_at(of):
        template = kept_faces.opened(row, model=models.profile.model_name, key=key)
        if template is None:
            import_faces.begin_anew(of)
            return Comparison(of, models, key=key)
        compared.add(row.line, template)
    return compared


def _pieces(
    of: WatchlistImport, images: Images, models: ModelSet, *, key: bytes
) -> Iterator[list[Seen]]:
    """In the order of the sheet. The next are under way while one is compared and stored."""
    under_way: deque[tuple[list[ImportRow], Future[list[Result]]]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for rows in import_faces.rows_of(of, together=TOGETHER):
            read = [_read(row, of=of, images=images, key=key) for row in rows]
            under_way.append((rows, pool.submit(_templates, read, models)))
            if len(under_way) > AT_ONCE:
                yield _seen(*under_way.popleft())
        while under_way:
            yield _seen(*under_way.popleft())


def _seen(rows: list[ImportRow], found: "Future[list[Result]]") -> list[Seen]:
    return list(zip(rows, found.result(), strict=True))


def _read(
    row: ImportRow, *, of: WatchlistImport, images: Images, key: bytes
) -> bytes | UnusableImage:
    try:
        return images.read(import_files.values_of(row, of=of, key=key)["image"])
    except UnusableMember as reason:
        return UnusableImage(str(reason))


def _templates(read: Sequence[bytes | UnusableImage], models: ModelSet) -> list[Result]:
    pictures = [each for each in read if isinstance(each, bytes)]
    found = iter(_of_pictures(pictures, models))
    return [next(found) if isinstance(each, bytes) else each for each in read]


def _of_pictures(pictures: list[bytes], models: ModelSet) -> list[Result]:
    """Where one picture breaks something, it alone is refused; where each does, the machine is
    at fault and not the pictures."""
    try:
        return templates_from_images(pictures, models)
    except Exception:
        if len(pictures) == 1:
            raise
    found: list[Result] = []
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

    def __init__(self, of: WatchlistImport, models: ModelSet, *, key: bytes) -> None:
        profile = models.profile
        self._model, self._threshold = profile.model_name, profile.threshold
        self._key = key
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

    def add(self, line: int, template: Template) -> None:
        if not self._lines:
            self._above = np.empty((self._room, template.embedding.size), np.float32)
        self._above[len(self._lines)] = template.embedding
        self._lines.append(line)

    def _compared(self, row: ImportRow, template: Template) -> Looked:
        probe = np.asarray(template.embedding, np.float32)
        line = self._most_alike(probe, self._above[: len(self._lines)])
        entry = self._most_alike(probe, self._templates)
        self.add(row.line, template)
        return Looked(
            row.pk,
            quality=measures(template.quality, limits=LIMITS),
            alike_line=None if line is None else self._lines[line],
            alike_entry=None if entry is None else int(self._listed[entry]),
            sealed_face=kept_faces.sealed(template, of=row, model=self._model, key=self._key),
        )

    def _most_alike(self, probe: Floats, others: Floats) -> int | None:
        if not len(others):
            return None
        similarities = others @ probe
        best = int(similarities.argmax())
        return best if similarities[best] >= self._threshold else None
