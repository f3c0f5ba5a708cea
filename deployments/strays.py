"""Files that a crash left behind, swept once they cannot be anybody's any more.

Their age is never read off a clock that somebody can set: put forward, it would make a file old
whose row is being written in this moment. Each process goes by what it saw itself: a file that is
the same and without a row at two sweeps, so far apart by the machine's own running time that no
transaction can be open since. What a process saw goes with it; the next begins anew."""

from pathlib import Path
from threading import Lock
from time import monotonic

from deployments import file_places
from deployments.file_places import FilePlace

# A file as it lies there: one that is written to is another at each sweep.
Seen = tuple[Path, int, int]
_first_seen: dict[str, dict[Seen, float]] = {}
_one_at_a_time = Lock()


def sweep() -> None:
    with _one_at_a_time:
        for place in file_places.all_places():
            for path in _left_behind(place):
                path.unlink(missing_ok=True)


def sweep_at_once() -> None:
    """Where nothing writes: whatever has no row never gets one."""
    for place in file_places.all_places():
        for path in place.rowless():
            path.unlink(missing_ok=True)


def _left_behind(place: FilePlace) -> list[Path]:
    now = monotonic()
    before = _first_seen.get(place.name, {})
    seen = {each: before.get(each, now) for each in map(_as_it_lies, place.rowless()) if each}
    _first_seen[place.name] = seen
    return [path for (path, _, _), since in seen.items() if now - since >= place.in_flight_s]


def _as_it_lies(path: Path) -> Seen | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None  # erased in this moment
    return path, status.st_mtime_ns, status.st_size
