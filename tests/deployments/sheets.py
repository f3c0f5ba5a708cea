"""Sheets and zip files for the import tests."""

import io
import zipfile

from deployments.imports import COLUMNS
from tests.factories import jpeg


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
    lines = [delimiter.join(COLUMNS)]
    lines += [delimiter.join(f'"{values[name]}"' for name in COLUMNS) for values in rows]
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
