"""Parts are small Python programs; they say what they do on their output or in a shared file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.supervised_part import Part
from lfr_site.supervisor import PartFailedError, StopRequested, Supervisor

READY = "print('up', flush=True)"
WAIT = "import signal; signal.pause()"
NOTE_THE_END = """
import signal, sys
def end(number, frame):
    with open({notes!r}, 'a') as notes:
        notes.write({name!r} + ' ')
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print('up', flush=True)
signal.pause()
"""


def part(name: str, code: str, *, restarts: int = 0, grace_s: float = 10.0) -> Part:
    return Part(
        name,
        [sys.executable, "-c", code],
        ready_line="up",
        restarts=restarts,
        grace_s=grace_s,
    )


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Supervisor:
    return Supervisor(logs=tmp_path / "log", say=said.append)


def test_a_part_is_waited_for(supervisor: Supervisor, said: list[str]) -> None:
    with supervisor:
        supervisor.start(part("web", f"{READY}; {WAIT}"))

        assert said[0] == "Starting web …"
        assert said[1].startswith("  web is ready (")


def test_readiness_can_be_asked_for(supervisor: Supervisor, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    code = f"open({str(sign)!r}, 'w').close(); {WAIT}"

    with supervisor:
        supervisor.start(Part("web", [sys.executable, "-c", code], is_ready=sign.exists))

        assert sign.exists()


def test_output_goes_to_the_parts_log(supervisor: Supervisor, tmp_path: Path) -> None:
    code = f"import sys; print('to stderr', file=sys.stderr); {READY}; {WAIT}"
    with supervisor:
        supervisor.start(part("web", code))

    assert (tmp_path / "log" / "web.log").read_text() == "to stderr\nup\n"


def test_output_is_shown_under_the_parts_name(tmp_path: Path, said: list[str]) -> None:
    with Supervisor(logs=tmp_path, console=True, say=said.append) as supervisor:
        supervisor.start(part("web", f"{READY}; {WAIT}"))

    assert "         web | up" in said


def test_a_part_sees_the_environment_it_is_given(tmp_path: Path, said: list[str]) -> None:
    code = "import os; print(os.environ['ONE'], os.environ['OTHER'], 'up', flush=True);" + WAIT
    environment = {"ONE": "everyone's", "OTHER": "everyone's"}
    with Supervisor(
        logs=tmp_path, environment=environment, console=True, say=said.append
    ) as supervisor:
        supervisor.start(
            Part("web", [sys.executable, "-c", code], environment={"OTHER": "own"}, ready_line="up")
        )

    assert any(line.endswith("everyone's own up") for line in said)


def test_a_part_that_ends_before_it_is_ready_is_named(supervisor: Supervisor) -> None:
    with supervisor, pytest.raises(PartFailedError) as failure:
        supervisor.start(part("worker", "print('no such model'); raise SystemExit(3)"))

    assert failure.value.name == "worker"
    assert "worker ended with status 3" in str(failure.value)
    assert "no such model" in str(failure.value)


def test_a_part_that_does_not_become_ready_in_time_is_named(supervisor: Supervisor) -> None:
    slow = Part("web", [sys.executable, "-c", WAIT], ready_line="up", ready_within_s=0)

    with supervisor, pytest.raises(PartFailedError, match="web was not ready after"):
        supervisor.start(slow)


def test_a_crash_stops_the_others_and_says_what_it_last_said(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    crash = f"print('so far so good'); {READY}; {WAIT}"
    with supervisor:
        supervisor.start(part("web", NOTE_THE_END.format(notes=str(notes), name="web")))
        supervisor.start(part("worker", crash))
        os.kill(supervisor.pids["worker"], signal.SIGABRT)
        with pytest.raises(PartFailedError) as failure:
            supervisor.run()

    assert f"worker was ended by signal {signal.SIGABRT.value}" in str(failure.value)
    assert "so far so good" in str(failure.value)
    assert notes.read_text() == "web "


def test_parts_are_stopped_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with supervisor:
        for name in ("web", "worker", "beat"):
            supervisor.start(part(name, NOTE_THE_END.format(notes=str(notes), name=name)))

    assert notes.read_text() == "beat worker web "


def test_a_part_that_does_not_listen_is_killed(supervisor: Supervisor) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; {WAIT}"
    with supervisor:
        supervisor.start(part("web", deaf, grace_s=0.1))
        pid = supervisor.pids["web"]

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_part_started_is_stopped_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    pipe = tmp_path / "held-open"
    os.mkfifo(pipe)
    grandchild = f"held = open({str(pipe)!r}, 'w'); {WAIT}"
    code = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {grandchild!r}]);"
        f"{READY}; {WAIT}"
    )
    with supervisor:
        supervisor.start(part("web", code))
        reading = pipe.open()

    assert reading.read() == ""  # an end of file comes when its last writer is gone
    reading.close()


def test_a_part_may_be_started_again(supervisor: Supervisor, said: list[str]) -> None:
    with supervisor:
        supervisor.start(part("worker", f"{READY}; {WAIT}", restarts=1))
        first = supervisor.pids["worker"]
        os.kill(first, signal.SIGKILL)

        supervisor.run(until=lambda: supervisor.pids["worker"] != first)

        os.kill(supervisor.pids["worker"], signal.SIGKILL)
        with pytest.raises(PartFailedError, match="worker was ended by signal 9"):
            supervisor.run()

    assert "worker was ended by signal 9: starting it again" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch(supervisor: Supervisor, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    def send() -> bool:
        os.kill(os.getpid(), number)
        return False

    with supervisor:
        supervisor.start(part("web", f"{READY}; {WAIT}"))
        pid = supervisor.pids["web"]
        supervisor.run(until=send)

    assert signal.getsignal(number) == before
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_signal_while_starting_is_obeyed(supervisor: Supervisor) -> None:
    def send() -> bool:
        os.kill(os.getpid(), signal.SIGTERM)
        return False

    with supervisor, pytest.raises(StopRequested):
        supervisor.start(Part("web", [sys.executable, "-c", WAIT], is_ready=send))


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; {WAIT}"

    def say(line: str) -> None:
        if line == "Stopping web …":
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with Supervisor(logs=tmp_path, say=say) as supervisor:
        supervisor.start(part("web", deaf, grace_s=3600))


def test_a_watched_process_counts_as_a_part(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("disk full\n")
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"]) as process:
        process.wait()
        with supervisor:
            supervisor.watch("postgres", process, log=log)
            with pytest.raises(PartFailedError, match=r"postgres ended.*\ndisk full"):
                supervisor.run()


def test_parts_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "held = open({pipe!r}, 'w'); print('up', flush=True); signal.pause()"
    )
    pipe = tmp_path / "held-open"
    os.mkfifo(pipe)
    code = f"""
import sys
from pathlib import Path
from lfr_site.supervisor import Supervisor
from lfr_site.supervised_part import Part
with Supervisor(logs=Path({str(tmp_path)!r})) as supervisor:
    program = [sys.executable, "-c", {deaf.format(pipe=str(pipe))!r}]
    supervisor.start(Part("web", program, ready_line="up"))
    supervisor.run()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as killed:
        reading = pipe.open()  # returns once the part is there
        killed.kill()

    assert reading.read() == ""
    reading.close()
