"""Sheets and zip files for the import tests, and imports made of them."""

import io
import uuid
import zipfile

from deployments import image_store, import_faces, import_files, imports
from deployments.encrypted_file import EncryptedWriter
from deployments.enums import ImportStatus
from deployments.import_faces import Looked
from deployments.import_files import EncryptedUpload
from deployments.import_sheet import OPTIONAL, REQUIRED
from deployments.models import Deployment, WatchlistImport
from tests.factories import jpeg, person


def row(reference: str, **changes: str) -> dict[str, str]:
    values = {
        "reference": reference,
        "name": "Somebody",
        "category": "wanted_by_courts",
        "response": "amber",
        "image": f"{reference}.jpg",
        "image_source": "Custody record",
        "image_date": "2026-01-15",
        "lawful_basis": "Warrant",
    }
    return values | changes


def sheet(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    columns = [*REQUIRED, *(name for name in OPTIONAL if any(name in each for each in rows))]
    lines = [delimiter.join(columns)]
    lines += [delimiter.join(f'"{values.get(name, "")}"' for name in columns) for values in rows]
    return "\r\n".join(lines).encode(encoding)


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    file.seek(0)
    return file


def portraits(*references: str) -> dict[str, bytes]:
    return {f"{reference}.jpg": jpeg(seed=n) for n, reference in enumerate(references)}


def uploaded(deployment: Deployment, data: bytes, *, name: str = "list.csv") -> EncryptedUpload:
    """As the upload handler leaves it."""
    file_id = uuid.uuid4()
    writer = EncryptedWriter(
        import_files.path_of(file_id),
        key=image_store.data_key(deployment),
        record_id=str(file_id),
    )
    writer.write(data)
    writer.finish()
    return EncryptedUpload(file_id, name=name, size=len(data))


def received(
    deployment: Deployment, data: bytes, archive: io.BytesIO | None = None, *references: str
) -> WatchlistImport:
    """Uploaded by the watchlist manager, with portraits of A1 and A2 or of these references."""
    images = archive or zipped(portraits(*references or ("A1", "A2")))
    return imports.receive(
        deployment,
        sheet=uploaded(deployment, data),
        archive=uploaded(deployment, images.getvalue(), name="images.zip"),
        by=person("watchlist_manager"),
    )


def worked(made: WatchlistImport) -> WatchlistImport:
    """What the worker does until somebody has to decide, or it is done."""
    while imports.work_on(made.pk):
        pass
    look_at_faces(made)
    made.refresh_from_db()
    return made


def look_at_faces(made: WatchlistImport) -> None:
    """As a recognition worker does, and finds every face good and unlike any other."""
    of = import_faces.take(made.pk)
    if of is None:
        return
    for rows in import_faces.rows_of(of, together=100):
        import_faces.store(of, [Looked(row.pk) for row in rows])
    import_faces.finish(of)


def finish(made: WatchlistImport, *, is_confirmed: bool = True) -> WatchlistImport:
    made = worked(made)
    if is_confirmed and made.status == ImportStatus.CHECKED:
        imports.confirm(made, by=made.by)
        made = worked(made)
    return made
