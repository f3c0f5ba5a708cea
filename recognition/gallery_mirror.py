"""The deployment's partition, mirrored in the worker's memory for search at memory speed."""

import threading

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

    def load(self, version: int) -> None:
        """Read the whole partition. Raises DatabaseError."""
        ids, templates = template_store.all_of(
            self.deployment_id, profile_version=self.profile_version
        )
        self._memory.replace(ids, templates)
        self._version = version

    def follow(self, version: int) -> None:
        """Begin to load again if the watchlist changed since the last load began."""
        if version != self._version and self._loading.acquire(blocking=False):
            threading.Thread(
                target=self._load_beside, args=(version,), name="gallery", daemon=True
            ).start()

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """As `PgvectorGallery.search`: a probe of zeros, or not finite, finds nobody."""
        found: list[list[Candidate]] = [[] for _ in probes]
        usable = [i for i, probe in enumerate(probes) if np.isfinite(probe).all() and probe.any()]
        if usable:
            ranked = self._memory.search(probes[usable], limit=limit)
            for index, candidates in zip(usable, ranked, strict=True):
                found[index] = candidates
        return found

    def _load_beside(self, version: int) -> None:
        try:
            self.load(version)
        except DatabaseError as error:
            log.warning("gallery_not_loaded", error=type(error).__name__)
        finally:
            connection.close()
            self._loading.release()
