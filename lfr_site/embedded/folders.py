"""Where the embedded servers keep their data, sockets and programs.

PostgreSQL's data lies in the data folder itself, except for root: there it belongs to another
user, who would need every parent folder opened. No parent's mode is ever changed; the data goes
to /var/lib/lfr (or /var/tmp/lfr) instead, under a name made from the data folder's path.
"""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.system_user import SystemUser, all_may_enter

HOMES_FOR_ROOT = (Path("/var/lib/lfr"), Path("/var/tmp/lfr"))  # noqa: S108 - checked below
_NEEDED_BYTES = 400 * 2**20


@dataclass(frozen=True, slots=True)
class Folders:
    """`data` is the caller's; `postgres` and `sockets` belong to `user`, or to the caller."""

    data: Path
    postgres: Path
    sockets: Path
    user: SystemUser | None

    @property
    def cluster(self) -> Path:
        return self.postgres / "cluster"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def where(self) -> Path:
        """Text file that says where the database's files are."""
        return self.data / "postgres.where"


def choose_folders(data: Path, *, user: SystemUser | None) -> Folders:
    """Name the folders for a data folder; nothing is made yet."""
    data = data.resolve()
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    postgres = data / "postgres" if user is None else home_for_root() / key
    # A socket's path may have 107 bytes, and the data folder's may be longer than that.
    sockets = Path("/tmp") / f"lfr-{os.geteuid()}-{key}"  # noqa: S108 - checked when made
    return Folders(data=data, postgres=postgres, sockets=sockets, user=user)


def home_for_root(candidates: tuple[Path, ...] = HOMES_FOR_ROOT) -> Path:
    """Return the first folder that can be made where another user may reach it."""
    for home in candidates:
        if not home.parent.is_dir() or not all_may_enter(home.parent):
            continue
        try:
            home.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        status = home.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            return home
    tried = " nor ".join(str(home) for home in candidates)
    raise EmbeddedServerError(
        f"Neither {tried} can hold the database's files for root: start it as an ordinary user."
    )


def make_private(folder: Path, *, user: SystemUser | None) -> None:
    """Make a folder that only its owner (and root) can enter; refuse anybody else's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _refuse_foreign(folder, user=user)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)


def _refuse_foreign(folder: Path, *, user: SystemUser | None) -> None:
    """Refuse a link or a folder planted by another user of the machine (/tmp is shared)."""
    status = folder.lstat()
    owners = {os.geteuid(), *(() if user is None else (user.uid,))}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners:
        raise EmbeddedServerError(
            f"{folder} exists and belongs to somebody else: remove it and start again."
        )


def require_space(folder: Path, *, needed_bytes: int = _NEEDED_BYTES) -> None:
    """Refuse to start on a disk that is full, before a server finds out half-way."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise EmbeddedServerError(
            f"The disk of {existing} has {free // 2**20} MiB left and the database needs "
            f"{needed_bytes // 2**20} MiB: free some space and start again."
        )
