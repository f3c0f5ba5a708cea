"""Keeps two demos from running on one data folder."""

import os
from pathlib import Path

from lfr_site.folder_lock import AlreadyHeldError, FolderLock


class AlreadyRunningError(RuntimeError):
    """Another demo runs on the data folder; the message says where it can be reached."""


def hold_data_folder(data_dir: Path) -> FolderLock:
    """Take the data folder for this process until the lock is released."""
    lock = FolderLock(data_dir / "demo.lock")
    try:
        lock.acquire(note=f"is just starting (process {os.getpid()})")
    except AlreadyHeldError as error:
        raise AlreadyRunningError(
            f"A demo on {data_dir} {error.note or 'is already running'}: use that one, or stop "
            "it first with Ctrl-C in its window."
        ) from None
    return lock


def announce_address(lock: FolderLock, *, address: str) -> None:
    """Tell a second demo where this one is."""
    lock.write(f"already runs at {address} (process {os.getpid()})")
