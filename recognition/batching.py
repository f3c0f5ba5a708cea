"""Joining the embedding requests of several camera threads into one batch."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

from recognition.protocols import Embedder
from recognition.types import Face, Floats, Image

MAX_BATCH = 32


@dataclass(slots=True, eq=False)
class _Request:
    chips: Image
    embeddings: Floats | None = None
    error: Exception | None = None
    is_done: bool = False


class EmbeddingBatcher:
    """An `Embedder` shared by camera threads.

    Whoever finds nobody embedding takes everything that is waiting, embeds it in one call and
    hands out the results; what arrives meanwhile makes the next batch. A request so waits at
    most for the batch in flight, and a lone camera waits for nothing. There is no thread of
    its own, hence nothing to stop. A failed call fails for those in that batch and for no
    later one.
    """

    def __init__(self, embedder: Embedder, *, max_batch: int = MAX_BATCH) -> None:
        self.embedder = embedder
        self.max_batch = max_batch
        self._waiting: deque[_Request] = deque()
        self._embedding = threading.Lock()

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def dimension(self) -> int:
        return self.embedder.dimension

    @property
    def chip_size(self) -> tuple[int, int]:
        return self.embedder.chip_size

    def align(self, image: Image, face: Face) -> Image:
        return self.embedder.align(image, face)

    def embed(self, chips: Image) -> Floats:
        """Blocks until the chips of this call are embedded; errors are the embedder's own."""
        if not len(chips):
            return np.zeros((0, self.dimension), np.float32)
        request = _Request(chips)
        self._waiting.append(request)
        while not request.is_done:
            with self._embedding:
                # Whoever held the lock before may have embedded this request too.
                if not request.is_done:
                    self._embed_waiting()
        if request.embeddings is None:
            raise request.error or RuntimeError("an embedding went missing")
        return request.embeddings

    def _embed_waiting(self) -> None:
        batch = self._next_batch()
        try:
            embeddings = self.embedder.embed(np.concatenate([request.chips for request in batch]))
        except Exception as error:  # noqa: BLE001  handed to every thread of this batch
            for request in batch:
                request.error, request.is_done = error, True
            return
        start = 0
        for request in batch:
            end = start + len(request.chips)
            # A copy, so that one camera's embeddings do not keep another's in memory.
            request.embeddings, request.is_done = embeddings[start:end].copy(), True
            start = end

    def _next_batch(self) -> list[_Request]:
        batch = [self._waiting.popleft()]
        size = len(batch[0].chips)
        while self._waiting and size + len(self._waiting[0].chips) <= self.max_batch:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].chips)
        return batch
