import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.gallery_memory import MemoryGallery


def unit_rows(rng: np.random.Generator, count: int, dimension: int = 16) -> np.ndarray:
    rows = rng.normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 5), st.integers(0, 1000))
def test_search_agrees_with_sorting_everything(
    templates: int, entries: int, limit: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    matrix, ids = unit_rows(rng, templates), rng.integers(0, entries, templates)
    probes = unit_rows(rng, 3)
    gallery = MemoryGallery(16)
    gallery.replace(ids, matrix)

    for probe, found in zip(probes, gallery.search(probes, limit=limit), strict=True):
        best = {entry: float((matrix[ids == entry] @ probe).max()) for entry in set(ids.tolist())}
        expected = sorted(best.items(), key=lambda item: -item[1])[:limit]
        assert [item.entry_id for item in found] == [entry for entry, _ in expected]
        assert [item.similarity for item in found] == pytest.approx(
            [similarity for _, similarity in expected], abs=1e-6
        )


def test_an_empty_gallery_finds_nobody() -> None:
    assert MemoryGallery(16).search(np.ones((2, 16), np.float32), limit=3) == [[], []]


def test_what_does_not_fit_is_refused() -> None:
    gallery = MemoryGallery(16)

    with pytest.raises(ValueError, match="2 entries for 1 templates"):
        gallery.replace([1, 2], np.zeros((1, 16), np.float32))
    with pytest.raises(ValueError, match="not finite"):
        gallery.replace([1], np.full((1, 16), np.nan, np.float32))
    assert len(gallery) == 0


def test_a_search_sees_one_whole_list_while_another_replaces_it() -> None:
    rng = np.random.default_rng(0)
    matrix = unit_rows(rng, 200)
    gallery = MemoryGallery(16)
    gallery.replace(np.full(200, 1), matrix)
    stop = threading.Event()

    def replace_for_ever() -> None:
        while not stop.is_set():
            for entry in (1, 2):
                gallery.replace(np.full(100 * entry, entry), matrix[: 100 * entry])

    thread = threading.Thread(target=replace_for_ever)
    thread.start()
    try:
        for _ in range(200):
            (found,) = gallery.search(matrix[:1], limit=3)
            assert [item.entry_id for item in found] in ([1], [2])
    finally:
        stop.set()
        thread.join()
