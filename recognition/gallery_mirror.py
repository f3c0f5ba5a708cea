"""The deployment's partition, mirrored in the worker's memory for search at memory speed."""

import threading

from recognition import template_store
from recognition.gallery_memory import MemoryGallery
from recognition.types import Candidate, Floats


class MirrorGallery:
    """Follows the partition by the watchlist's version; `follow` is called several times a
    second by whoever watches the authority."""

    def __init__(self, *, deployment_id: int, profile_version: str, dimension: int) -> None:
        self.deployment_id = deployment_id
        self.profile_version = profile_version
        self._memory = MemoryGallery(dimension)
        self._version = -1
        self._loading = threading.Lock()

    def follow(self, version: int) -> None:
        """Load again if the watchlist changed since the last load."""
        with self._loading:
            if version == self._version:
                return
            ids, templates = template_store.all_of(
                self.deployment_id, profile_version=self.profile_version
            )
            self._memory.replace(ids, templates)
            self._version = version

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        return self._memory.search(probes, limit=limit)
