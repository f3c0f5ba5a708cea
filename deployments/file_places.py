"""The folders of the file store, each with the rows that its files belong to. What sweeps strays
and what reconciles the store with the database read one list; a folder that is not on it is
reported."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

# No transaction stays open for so long: a younger file may have its row yet.
IN_FLIGHT_S = 600.0


@dataclass(frozen=True, slots=True)
class FilePlace:
    """`name` is the retention table's; `folders` a pattern below the file store; `rows` gives the
    ids of those that have a file. A file is named by its id in hexadecimal digits."""

    name: str
    folders: str
    rows: Callable[[], Iterable[uuid.UUID]]
    in_flight_s: float = IN_FLIGHT_S

    def files(self) -> Iterator[Path]:
        for folder in store().glob(self.folders):
            if folder.is_dir():
                yield from folder.iterdir()

    def rowless(self) -> list[Path]:
        """Files that no row knows: left by a crash, before the row was committed or between the
        commit that deleted it and the unlink, or so young that their transaction is open still."""
        found = list(self.files())  # before the rows: whatever gets its row meanwhile is not named
        known = {each.hex for each in self.rows()}
        # The `.part` of a row that is there is being written, or recovered.
        return [path for path in found if path.stem not in known]

    def strays(self, *, now: float | None = None) -> list[Path]:
        """Those of them that are old, to report them; what may be swept is `strays.sweep`'s to
        say. A `.part` of that age was never finished. `now` is in seconds since the epoch."""
        written_before = (timezone.now().timestamp() if now is None else now) - self.in_flight_s
        return [path for path in self.rowless() if _written_at(path) < written_before]

    def missing(self) -> list[uuid.UUID]:
        """Rows without their file. The rows are read first and again: an erasure that goes on
        meanwhile takes both."""
        before = set(self.rows())
        there = {path.stem for path in self.files()}
        lost = {each for each in before if each.hex not in there}
        return sorted(lost & set(self.rows())) if lost else []


_places: dict[str, FilePlace] = {}


def register(place: FilePlace) -> None:
    _places[place.name] = place


def all_places() -> list[FilePlace]:
    return list(_places.values())


def unknown_folders() -> list[Path]:
    """What lies in the file store and in none of its places."""
    if not store().is_dir():
        return []
    known = {path for place in all_places() for path in store().glob(place.folders)}
    return sorted(path for path in store().iterdir() if path not in known)


def store() -> Path:
    return Path(settings.FILE_STORE)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # erased in this moment
