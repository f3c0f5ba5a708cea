"""One live process to a folder. The kernel drops the lock with the process, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class AlreadyHeldError(RuntimeError):
    """Another live process holds the lock; `note` is what it wrote about itself."""

    def __init__(self, path: Path, *, note: str) -> None:
        super().__init__(f"{path} is held by another process: {note or 'no details'}.")
        self.note = note


class FolderLock:
    """An exclusive flock(2) on a file, which holds a note about the holder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, note: str) -> None:
        """Take the lock or raise `AlreadyHeldError` with the holder's note."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held_by = os.read(descriptor, 4096).decode(errors="replace").strip()
            os.close(descriptor)
            raise AlreadyHeldError(self.path, note=held_by) from None
        self._descriptor = descriptor
        self.write(note)

    def write(self, note: str) -> None:
        """Replace the note, for instance once the address is known."""
        if self._descriptor is None:
            raise RuntimeError("The lock is not held.")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, note.encode(), 0)

    def release(self) -> None:
        """Drop the lock. The file stays: removing it would let two processes lock two files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Say whether a live process holds the lock. A file that does not exist is not held."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
