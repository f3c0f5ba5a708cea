"""The user that PostgreSQL runs as, and what that user can read.

PostgreSQL refuses to run as root. Started by root it therefore runs as `nobody`, which every
system has: nothing is added to the machine's users. Started by anyone else it runs as them.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from lfr_site.embedded.errors import EmbeddedServerError


@dataclass(frozen=True, slots=True)
class SystemUser:
    name: str
    uid: int
    gid: int

    @property
    def ids(self) -> tuple[int, int]:
        return self.uid, self.gid


def postgres_user() -> SystemUser | None:
    """Return the user to change to, or None where no change is needed."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and this machine has no user `nobody`: "
            "start it as an ordinary user."
        ) from None
    return SystemUser(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def all_may_enter(folder: Path) -> bool:
    """Say whether any user may pass through the folder and each of its parents."""
    resolved = folder.resolve()
    return all(_grants_others(each, stat.S_IXOTH) for each in (resolved, *resolved.parents))


def all_may_read(tree: Path) -> bool:
    """Say whether any user may read every file below the folder (and run what is a program)."""
    return all_may_enter(tree) and all(_readable(path) for path in tree.rglob("*"))


def _readable(path: Path) -> bool:
    if path.is_dir():
        return _grants_others(path, stat.S_IROTH | stat.S_IXOTH)
    mode = path.stat().st_mode
    needed = stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
    return mode & needed == needed


def _grants_others(path: Path, bits: int) -> bool:
    return path.stat().st_mode & bits == bits
