"""The deployment's partition, mirrored in the worker's memory for search at memory speed."""

import threading
from weakref import WeakValueDictionary

import numpy as np
from django.db import DatabaseError, connection
from structlog import get_logger

from recognition import template_store
from recognition.gallery_memory import MemoryGallery
from recognition.types import Candidate, Floats

log = get_logger(__name__)


class MirrorGallery:
    """Follows the partition by the watchlist's version.

    `load` fills it; then `follow` is called several times a second by whoever watches the
    authority. It returns at once, because the authority lapses while its watch waits, and a long
    list takes longer to read than that. A person who was withdrawn meanwhile may be found for
    that moment, but raises no alert: their entry is gone."""

    def __init__(self, *, deployment_id: int, profile_version: str, dimension: int) -> None:
        self.deployment_id = deployment_id
        self.profile_version = profile_version
        self._memory = MemoryGallery(dimension)
        self._version = -1
        self._loading = threading.Lock()

    def __len__(self) -> int:
        return len(self._memory)

    def load(self, version: int) -> None:
        """Read the whole partition, unless another camera of this worker has. Raises
        DatabaseError."""
        with self._loading:
            self._load(version)

    def follow(self, version: int) -> None:
        """Begin to load again if the watchlist changed since the last load began."""
        if version != self._version and self._loading.acquire(blocking=False):
            threading.Thread(
                target=self._load_beside, args=(version,), name="gallery", daemon=True
            ).start()

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """As `PgvectorGallery.search`: a probe of zeros, or not finite, finds nobody."""
        found: list[list[Candidate]] = [[] for _ in probes]
        usable = np.flatnonzero(np.isfinite(probes).all(axis=1) & probes.any(axis=1))
        ranked = self._memory.search(probes[usable], limit=limit)
        for index, candidates in zip(usable.tolist(), ranked, strict=True):
            found[index] = candidates
        return found

    def _load(self, version: int) -> None:
        if version == self._version:
            return
        ids, templates = template_store.all_of(
            self.deployment_id, profile_version=self.profile_version
        )
        self._memory.replace(ids, templates)
        self._version = version

    def _load_beside(self, version: int) -> None:
        try:
            self._load(version)
        except (DatabaseError, ValueError) as error:
            log.warning("gallery_not_loaded", error=type(error).__name__)
        finally:
            connection.close()
            self._loading.release()


_mirrors: WeakValueDictionary[tuple[int, str], MirrorGallery] = WeakValueDictionary()
_finding = threading.Lock()


def mirror_of(deployment_id: int, *, profile_version: str, dimension: int) -> MirrorGallery:
    """The one mirror that all cameras of a deployment share in this process; it goes with the
    last of them."""
    key = (deployment_id, profile_version)
    with _finding:
        mirror = _mirrors.get(key)
        if mirror is None:
            mirror = MirrorGallery(
                deployment_id=deployment_id, profile_version=profile_version, dimension=dimension
            )
            _mirrors[key] = mirror
        return mirror
