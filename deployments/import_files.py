"""What was uploaded for an import: encrypted as it arrives, opened again by whoever works on it."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.http import HttpRequest

from deployments import erasure_journal, erasure_ledger, image_store
from deployments.encrypted_file import EncryptedWriter, open_encrypted
from deployments.encryption import keyed_digest, seal, unseal
from deployments.enums import RowOutcome, UploadKind
from deployments.erasure_journal import What
from deployments.file_places import FilePlace
from deployments.import_images import FolderImages, Images, NoImages, ZipImages
from deployments.models import Deployment, ImportFile, ImportRow, WatchlistImport

Row = dict[str, str]
FOLDER = "uploads"
IMAGES_AT_ONCE = 90
FILES_AT_ONCE = IMAGES_AT_ONCE + 1  # and the sheet
PLACE = FilePlace(
    "files:uploads",
    FOLDER,
    rows=lambda: ImportFile.objects.values_list("pk", flat=True),
    # No upload takes so long: a file without a row was cut off.
    in_flight_s=6 * 3600.0,
)


def path_of(file_id: uuid.UUID) -> Path:
    return Path(settings.FILE_STORE) / FOLDER / file_id.hex


class EncryptedUpload(UploadedFile):  # type: ignore[type-arg]
    """A file that lies encrypted in the store; the form sees its name and size only."""

    def __init__(self, file_id: uuid.UUID, *, name: str, size: int) -> None:
        super().__init__(file=None, name=name, size=size)
        self.file_id = file_id

    def discard(self) -> None:
        path_of(self.file_id).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open here: Django closes what it received, above all where it refuses it."""


class EncryptedUploads(FileUploadHandler):
    """Every file of a request goes into the store under the deployment's key, chunk by chunk. It
    stops where there is too much, and says so: Django's own limit ends in a page without words."""

    def __init__(self, request: HttpRequest, deployment: Deployment) -> None:
        super().__init__(request)
        self._key = image_store.data_key(deployment)
        self._left = settings.IMPORT_MAX_BYTES
        self._writer: EncryptedWriter | None = None
        self._received: list[EncryptedUpload] = []
        self.has_too_many = False

    def new_file(self, *arguments: object, **named: object) -> None:
        super().new_file(*arguments, **named)  # type: ignore[arg-type]
        if len(self._received) >= FILES_AT_ONCE:
            self.has_too_many = True
            self.discard_all()
            raise StopUpload(connection_reset=False)
        self._file_id = uuid.uuid4()
        self._writer = EncryptedWriter(
            path_of(self._file_id), key=self._key, record_id=str(self._file_id)
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._writer is not None
        self._left -= len(raw_data)
        if self._left < 0:
            self.discard_all()
            raise StopUpload(connection_reset=False)
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> EncryptedUpload | None:
        if self._writer is None:
            return None
        self._writer.finish()
        self._writer = None
        upload = EncryptedUpload(self._file_id, name=self.file_name or "", size=file_size)
        self._received.append(upload)
        return upload

    def upload_interrupted(self) -> None:
        self.discard_all()

    @property
    def is_too_large(self) -> bool:
        return self._left < 0

    def discard_all(self) -> None:
        if self._writer is not None:
            self._writer.discard()
            self._writer = None
        for upload in self._received:
            upload.discard()
        self._received.clear()


def keep(under: WatchlistImport, upload: EncryptedUpload, *, kind: UploadKind) -> None:
    key = image_store.data_key(under.deployment)
    name = (upload.name or "").encode()
    ImportFile.objects.create(
        id=upload.file_id,
        watchlist_import=under,
        kind=kind,
        sealed_name=seal(name, key=key, associated=str(upload.file_id)),
        byte_count=upload.size or 0,
    )


@contextmanager
def opened_sheet(of: WatchlistImport) -> Iterator[tuple[IO[bytes], int]]:
    found = of.files.get(kind=UploadKind.SHEET)
    with _opened(of, found) as file:
        yield file, found.byte_count


@contextmanager
def opened_images(of: WatchlistImport) -> Iterator[Images]:
    """Raises BadImport where the zip file as a whole is of no use, Unreadable where it is gone."""
    archive = of.files.filter(kind=UploadKind.ARCHIVE).first()
    if archive is not None:
        with _opened(of, archive) as file:
            yield ZipImages(file)
        return
    key = image_store.data_key(of.deployment)
    named = [
        (unseal(bytes(file.sealed_name), key=key, associated=str(file.pk)).decode(), file)
        for file in of.files.filter(kind=UploadKind.IMAGE)
    ]
    singles = dict(named)
    if not singles:
        yield NoImages()
        return

    def read(name: str, limit: int) -> bytes:
        with _opened(of, singles[name]) as file:
            return file.read(limit)

    # Of two files of one name neither is taken: it would be a guess whose face is whose.
    yield FolderImages([name for name, _ in named], read=read)


def seal_row(of: WatchlistImport, line: int, values: Row, *, key: bytes) -> ImportRow:
    reference = values["reference"].casefold().encode()
    return ImportRow(
        watchlist_import=of,
        line=line,
        sealed=seal(json.dumps(values).encode(), key=key, associated=f"{of.uuid}:{line}"),
        reference_digest=keyed_digest(reference, key=key, purpose="import reference"),
    )


def values_of(row: ImportRow, *, of: WatchlistImport, key: bytes) -> Row:
    """Empty once the row was added: its values are the entry's then."""
    if not row.sealed:
        return {}
    opened = unseal(bytes(row.sealed), key=key, associated=f"{of.uuid}:{row.line}")
    values: Row = json.loads(opened)
    return values


def erase_files(of: WatchlistImport, *, ground: str = "") -> int:
    """Rows now, files as the transaction commits. `ground` says why they go before they are due."""
    ids = list(of.files.values_list("pk", flat=True))
    of.files.all().delete()
    erasure_journal.note(What.UPLOAD, ids)
    transaction.on_commit(lambda: _unlink(ids), robust=True)
    if ground:
        erasure_ledger.record(
            "watchlist_import", count=len(ids), ground=ground, deployment=of.deployment
        )
    return len(ids)


def erase_rows(of: WatchlistImport) -> None:
    """That others were added stays, without anything of them: their count is not lost."""
    of.rows.exclude(outcome=RowOutcome.ADDED).delete()
    erasure_journal.note(What.UPLOAD, [of.uuid])


def _unlink(ids: list[uuid.UUID]) -> None:
    for file_id in ids:
        path_of(file_id).unlink(missing_ok=True)


@contextmanager
def _opened(of: WatchlistImport, file: ImportFile) -> Iterator[IO[bytes]]:
    key = image_store.data_key(of.deployment)
    with open_encrypted(path_of(file.pk), key=key, record_id=str(file.pk)) as opened:
        yield opened
