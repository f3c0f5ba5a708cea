"""The images of an import, from a zip file or as single files. All in memory: nothing is unpacked
to a disk, where it would lie unencrypted."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import IO, Protocol

from django.core.files.uploadedfile import UploadedFile

MAX_IMAGE_BYTES = 10 * 2**20
MAX_TOTAL_BYTES = 500 * 2**20  # unpacked
MAX_FILES = 25_000
# Photographs hardly compress; a member that grows so much is made to fill the memory.
MAX_RATIO = 100


class BadImport(Exception):
    """The import as a whole cannot be used; the message says why, in words."""


class UnusableMember(Exception):
    """One image cannot be had; the message says why, in words."""


class Images(Protocol):
    """Images by the name that the sheet gives them."""

    def read(self, name: str) -> bytes:
        """The image's bytes. Raises UnusableMember."""
        ...


def megabytes(size: int) -> str:
    return f"{size // 2**20} MB"


def leaves_its_folder(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or ":" in path or ".." in PurePosixPath(path).parts


def _by_name(names: Iterable[str]) -> dict[str, str | None]:
    """Find a member by its path or by its file name; None where two share the file name."""
    found: dict[str, str | None] = {}
    paths = list(names)
    for path in paths:
        base = PurePosixPath(path).name
        found[base] = None if base in found else path
    return found | {path: path for path in paths}


class FolderImages:
    """The files that a person chose in their browser."""

    def __init__(self, files: Iterable[UploadedFile[bytes]]) -> None:
        self._files = {file.name or "": file for file in files}
        self._names = _by_name(self._files)

    def read(self, name: str) -> bytes:
        file = self._files[_resolve(self._names, name)]
        if (file.size or 0) > MAX_IMAGE_BYTES:
            raise UnusableMember(f"The image is larger than {megabytes(MAX_IMAGE_BYTES)}.")
        file.seek(0)
        data: bytes = file.read()
        return data


class ZipImages:
    """A zip file. What it says about sizes is checked first and not believed afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise BadImport("The zip file cannot be read: it is damaged or no zip file.") from error
        members = [info for info in self._archive.infolist() if not info.is_dir()]
        _check_members(members)
        self._members = {info.filename: info for info in members}
        self._names = _by_name(self._members)
        self._read_bytes = 0

    def read(self, name: str) -> bytes:
        info = self._members[_resolve(self._names, name)]
        too_large = UnusableMember(f"The image is larger than {megabytes(MAX_IMAGE_BYTES)}.")
        if info.file_size > MAX_IMAGE_BYTES:
            raise too_large
        try:
            with self._archive.open(info) as member:
                data = member.read(MAX_IMAGE_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UnusableMember("The image is damaged inside the zip file.") from error
        if len(data) > MAX_IMAGE_BYTES:
            raise too_large
        self._read_bytes += len(data)
        if self._read_bytes > MAX_TOTAL_BYTES:
            raise BadImport(f"The images come to more than {megabytes(MAX_TOTAL_BYTES)}.")
        return data


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES:
        raise BadImport(f"The zip file holds more than {MAX_FILES:,} files.")
    if any(leaves_its_folder(info.filename) for info in members):
        raise BadImport("The zip file names a path outside itself. Make it again from one folder.")
    if any(info.flag_bits & 0x1 for info in members):
        raise BadImport("The zip file has a password. Send it without one, over this connection.")
    if any(info.file_size > MAX_RATIO * max(info.compress_size, 1) for info in members):
        raise BadImport("The zip file unpacks to far more than images do. It was not opened.")
    if sum(info.file_size for info in members) > MAX_TOTAL_BYTES:
        raise BadImport(f"The zip file unpacks to more than {megabytes(MAX_TOTAL_BYTES)}.")


def _resolve(names: dict[str, str | None], name: str) -> str:
    if not name:
        raise UnusableMember("The row names no image.")
    if leaves_its_folder(name):
        raise UnusableMember("The image name leads outside the folder.")
    if name not in names:
        raise UnusableMember("The image is not among the files.")
    path = names[name]
    if path is None:
        raise UnusableMember("Several files have this name; write its path inside the zip file.")
    return path
