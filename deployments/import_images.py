"""The images of an import, from a zip file or as single files. All in memory, one at a time:
nothing is unpacked to a disk, where it would lie unencrypted."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import IO, Protocol

from django.conf import settings

MAX_IMAGE_BYTES = 10 * 2**20
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


# What another app knows of pictures: a sentence where one cannot be used, or nothing. Asked of
# each image before it is imported.
_picture_checks: list[Callable[[bytes], str]] = []


def register_picture_check(check: Callable[[bytes], str]) -> None:
    _picture_checks.append(check)


def fault_of_picture(data: bytes) -> str:
    return next((words for check in _picture_checks if (words := check(data))), "")


def megabytes(size: int) -> str:
    return f"{size // 2**20} MB"


def leaves_its_folder(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or ":" in path or ".." in path.split("/")


def _by_name(names: Iterable[str]) -> dict[str, str | None]:
    """Find a member by its path or by its file name; None where two share it."""
    found: dict[str, str | None] = {}
    paths = list(names)
    for path in paths:
        base = path.rpartition("/")[2]
        found[base] = None if base in found else path
    return found | {path: path if times == 1 else None for path, times in Counter(paths).items()}


class NoImages:
    """A sheet that is tried alone."""

    def read(self, name: str) -> bytes:
        raise UnusableMember("No images were sent with the sheet.")


class FolderImages:
    """The files that a person chose in their browser; `read` gives at most so many bytes of one."""

    def __init__(self, names: Iterable[str], *, read: Callable[[str, int], bytes]) -> None:
        self._names, self._read = _by_name(names), read

    def read(self, name: str) -> bytes:
        data = self._read(_resolve(self._names, name), MAX_IMAGE_BYTES + 1)
        if len(data) > MAX_IMAGE_BYTES:
            raise UnusableMember(f"The image is larger than {megabytes(MAX_IMAGE_BYTES)}.")
        return _not_empty(data)


class ZipImages:
    """A zip file. What it says about sizes is checked first and not believed afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise BadImport("The zip file cannot be read: it is damaged or no zip file.") from error
        members = [info for info in self._archive.infolist() if not info.is_dir()]
        check_members(members)
        self._members = {info.filename: info for info in members}
        self._names = _by_name(info.filename for info in members)

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
        return _not_empty(data)


def check_members(members: list[zipfile.ZipInfo], *, ratio: int = MAX_RATIO) -> None:
    """Raises BadImport where a zip file is made to do harm."""
    most = settings.IMPORT_MAX_BYTES
    if len(members) > MAX_FILES:
        raise BadImport(f"The zip file holds more than {MAX_FILES:,} files.")
    if any(leaves_its_folder(info.filename) for info in members):
        raise BadImport("The zip file names a path outside itself. Make it again from one folder.")
    if any(info.flag_bits & 0x1 for info in members):
        raise BadImport("The zip file has a password. Send it without one, over this connection.")
    if any(info.file_size > ratio * max(info.compress_size, 1) for info in members):
        raise BadImport("The zip file unpacks to far more than images do. It was not opened.")
    if sum(info.file_size for info in members) > most:
        raise BadImport(f"The zip file unpacks to more than {megabytes(most)}.")


def _not_empty(data: bytes) -> bytes:
    if not data:
        raise UnusableMember("The image file is empty.")
    return data


def _resolve(names: dict[str, str | None], name: str) -> str:
    if not name:
        raise UnusableMember("The row names no image.")
    if leaves_its_folder(name):
        raise UnusableMember("The image name leads outside the folder.")
    if name not in names:
        raise UnusableMember("The image is not among the files.")
    path = names[name]
    if path is None:
        raise UnusableMember(
            "Several files have this name: send one, or write its path inside the zip file."
        )
    return path
