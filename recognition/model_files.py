"""The weight files of profiles: which there are, what is missing, putting them in place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from os import fsync
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from recognition.profiles import Part, Profile, Weights
from recognition.weights import (
    MissingWeights,
    WrongWeights,
    check,
    installed_weights,
    models_folder,
    packaged_weights,
)

CHUNK = 1 << 20

Advance = Callable[[int], None]


class NotInstalled(RuntimeError):
    """A weight file could not be put in place; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One weight file of a profile. `source` is empty where it comes inside a pip package.

    `find` gives its checked path; it raises MissingWeights or WrongWeights, in words.
    """

    part: str
    name: str
    weights: Weights | None
    find: Callable[[], Path]

    @property
    def is_packaged(self) -> bool:
        return self.weights is None


def files_of(profile: Profile) -> list[ModelFile]:
    parts = {"detector": profile.detector, "embedder": profile.embedder}
    return [file for part, each in parts.items() for file in _files(part, each)]


def what_is_missing(profile: Profile) -> list[str]:
    """In words, for each file that is not there or is another; empty when all is ready."""
    faults = []
    for file in files_of(profile):
        try:
            file.find()
        except (MissingWeights, WrongWeights) as error:
            faults.append(str(error))
    return faults


def install(weights: Weights, opened: BinaryIO, *, advance: Advance) -> Path:
    """Copy a stream to its place in the models folder: whole, with the right hash, or not at all.

    Raises NotInstalled or WrongWeights, in words; what was there before stays in either case.
    """
    target = models_folder() / weights.file
    with _words_for_the_disk(target), _temporary_beside(target) as temporary:
        digest, start = hashlib.sha256(), b""
        while chunk := opened.read(CHUNK):
            start = start or chunk[:64]
            digest.update(chunk)
            temporary.write(chunk)
            advance(len(chunk))
        check(target.name, start=start, found=digest.hexdigest(), sha256=weights.sha256)
        temporary.flush()
        fsync(temporary.fileno())
        # In one step: a worker that starts meanwhile finds the old file, none, or the whole one.
        Path(temporary.name).replace(target)
    return target


def find_in(folder: Path, weights: Weights) -> Path:
    """The file of that name in a folder or below it. Raises NotInstalled."""
    if not folder.is_dir():
        raise NotInstalled(f"{folder} is not a folder.")
    name = Path(weights.file).name
    for path in (folder / weights.file, folder / name, *sorted(folder.rglob(name))):
        if path.is_file():
            return path
    raise NotInstalled(f"{folder} holds no {name}.")


def _files(part: str, described: Part) -> Iterator[ModelFile]:
    weights = described.weights
    if weights is not None:
        yield ModelFile(
            part,
            weights.file,
            weights,
            lambda: installed_weights(weights.file, sha256=weights.sha256, source=weights.source),
        )
        return
    for package, file, sha256 in _packaged(described):
        yield ModelFile(part, file, None, _finder(package, file, sha256))


def _finder(package: str, file: str, sha256: str) -> Callable[[], Path]:
    return lambda: packaged_weights(package, file, sha256=sha256)


def _packaged(part: Part) -> Iterator[tuple[str, str, str]]:
    """Package, file and hash of the weights that come with pip packages."""
    from recognition.detectors import dlib_hog, mtcnn_networks
    from recognition.embedders import dlib_resnet

    sha256 = part.options.get("sha256")
    if part.kind == "mtcnn":
        for name, digest in (sha256 or {}).items():
            yield mtcnn_networks.PACKAGE, mtcnn_networks.FILE.format(name=name), digest
    elif part.kind == "dlib_hog":
        yield dlib_hog.PACKAGE, dlib_hog.FILE, str(sha256)
    elif part.kind == "dlib_resnet":
        yield dlib_resnet.PACKAGE, dlib_resnet.FILE, str(sha256)


@contextmanager
def _temporary_beside(target: Path) -> Iterator[IO[bytes]]:
    """A file in the target's own folder, gone at the end unless it was renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".incoming-", delete=False) as temporary:
        try:
            yield temporary
        finally:
            with suppress(FileNotFoundError):
                Path(temporary.name).unlink()


@contextmanager
def _words_for_the_disk(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise NotInstalled(
                f"There is no room for {target.name} in {target.parent}: "
                "make some, or name another folder with LFR_MODELS_DIR."
            ) from None
        if isinstance(error, PermissionError):
            raise NotInstalled(f"{target.parent} may not be written to.") from None
        raise
