"""On real processes: what the kernel says of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.child_process import start_child
from lfr_site.no_dumps import can_be_dumped
from tests.servers_plugin import running_servers

ROOT = Path(__file__).resolve().parents[2]
# What every process of the site does first: web, workers, beat and commands.
SET_UP = """
import os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lfr_site.settings")
django.setup()
"""


def core_limits(pid: int) -> list[str]:
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    line = next(line for line in limits if line.startswith("Max core file size"))
    return line.split()[4:6]


def test_the_site_itself_is_never_dumped() -> None:
    """Here too: pytest has set the site up."""
    assert not can_be_dumped()
    assert core_limits(os.getpid()) == ["0", "0"]


def test_a_process_that_sets_the_site_up_is_not_and_may_not_be_again() -> None:
    code = f"""{SET_UP}
from lfr_site.no_dumps import can_be_dumped
print(can_be_dumped())
sys.stdout.flush()
os.abort()
"""
    before = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"

    plain = subprocess.run([sys.executable, "-c", before], capture_output=True, check=True)
    ours = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=False
    )

    assert plain.stdout == b"1\n"  # a program that does not ask for it
    assert ours.stdout == "False\n"
    assert ours.returncode == -signal.SIGABRT


def test_the_servers_and_whatever_is_started_beside_them_leave_no_core_file(
    pytestconfig: pytest.Config,
) -> None:
    pids = {name: each.pid for name, (each, _) in running_servers(pytestconfig).processes.items()}
    assert pids.keys() == {"postgres", "redis"}

    child = start_child([sys.executable, "-c", "input()"], output=subprocess.DEVNULL)
    child.wait()
    code = "print(open('/proc/self/limits').read())"
    started = start_child([sys.executable, "-c", code], output=subprocess.PIPE)
    output = started.communicate()[0].decode()

    assert "Max core file size        0                    0 " in output
    assert {name: core_limits(pid) for name, pid in pids.items()} == {
        "postgres": ["0", "0"],
        "redis": ["0", "0"],
    }
