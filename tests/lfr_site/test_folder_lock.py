import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.folder_lock import AlreadyHeldError, FolderLock, is_held
from lfr_site.sole_instance import AlreadyRunningError, announce_address, hold_data_folder


def test_a_held_lock_is_refused_with_its_holders_note(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FolderLock(path) as lock:
        lock.acquire(note="the first")

        with pytest.raises(AlreadyHeldError) as refusal:
            FolderLock(path).acquire(note="the second")

        assert refusal.value.note == "the first"
        assert is_held(path)


def test_a_released_lock_can_be_taken(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FolderLock(path) as lock:
        lock.acquire(note="")

    assert not is_held(path)
    with FolderLock(path) as lock:
        lock.acquire(note="")


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"""
import os, signal
from pathlib import Path
from lfr_site.folder_lock import FolderLock
FolderLock(Path({str(path)!r})).acquire(note="short-lived")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)

    assert path.read_text() == "short-lived"
    assert not is_held(path)


def test_asking_about_a_lock_does_not_make_one(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_second_demo_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with hold_data_folder(tmp_path) as lock:
        announce_address(lock, address="http://127.0.0.1:8000/")

        with pytest.raises(AlreadyRunningError, match=r"already runs at http://127\.0\.0\.1:8000/"):
            hold_data_folder(tmp_path)


def test_a_second_demo_is_told_that_the_first_is_starting(tmp_path: Path) -> None:
    with (
        hold_data_folder(tmp_path),
        pytest.raises(AlreadyRunningError, match=r"is just starting \(process \d+\)"),
    ):
        hold_data_folder(tmp_path)
