import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.child_process import start_child, stop_child, tail


def test_output_and_exit_status_come_back() -> None:
    process = start_child([sys.executable, "-c", "print(6 * 7)"], output=subprocess.PIPE)

    output, _ = process.communicate()

    assert output == b"42\n"
    assert process.returncode == 0


def test_a_missing_program_is_said_in_words() -> None:
    process = start_child(["/no/such/program"], output=subprocess.PIPE)

    output, _ = process.communicate()

    assert output == b"/no/such/program cannot be started: No such file or directory.\n"
    assert process.returncode == 127


def test_a_child_has_a_session_of_its_own() -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"
    process = start_child([sys.executable, "-c", code], output=subprocess.PIPE)

    assert process.communicate()[0] == b"True\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root may change to another user.")
def test_root_can_start_a_child_as_another_user() -> None:
    process = start_child(["/usr/bin/id", "-u"], output=subprocess.PIPE, user=(65534, 65534))

    assert process.communicate()[0] == b"65534\n"


def test_a_child_is_stopped_with_the_wanted_signal() -> None:
    process = start_child(
        [sys.executable, "-c", "import signal; signal.pause()"], output=subprocess.DEVNULL
    )

    # A minute, so that only a signal that is not sent is answered with SIGKILL.
    assert stop_child(process, by=signal.SIGQUIT, grace_s=60) == -signal.SIGQUIT


def test_stopping_a_child_that_has_ended_returns_its_status() -> None:
    process = start_child([sys.executable, "-c", "raise SystemExit(4)"], output=subprocess.DEVNULL)
    process.wait()

    assert stop_child(process) == 4


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\ntwo\nthree\n")

    assert tail(log, lines=2) == "two\nthree"
    assert tail(tmp_path / "none") == ""
