import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from recognition.batching import EmbeddingBatcher
from recognition.types import Floats, Image
from tests.recognition.scripted_parts import CHIP, DIMENSION, ScriptedEmbedder, person


def chips(*people: int) -> Image:
    return np.stack([np.full((CHIP, CHIP, 3), number, np.uint8) for number in people])


class Gate:
    """An embedder that waits at its first call until the others have asked as well."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self, batch: Image) -> Floats:
        self.entered.set()
        assert self.open.wait(10)
        return np.stack([person(int(chip[0, 0, 0])) for chip in batch])


def ask_while_busy(batcher: EmbeddingBatcher, gate: Gate, *people: int) -> list[Floats]:
    """One request in flight, then one for each person waiting behind it."""
    with ThreadPoolExecutor(len(people) + 1) as pool:
        first = pool.submit(batcher.embed, chips(0))
        assert gate.entered.wait(10)
        rest = [pool.submit(batcher.embed, chips(number)) for number in people]
        while len(batcher._waiting) < len(people):
            threading.Event().wait(0.001)
        gate.open.set()
        return [future.result(10) for future in (first, *rest)]


def test_it_looks_like_the_embedder_it_wraps() -> None:
    embedder = ScriptedEmbedder()
    batcher = EmbeddingBatcher(embedder)

    assert (batcher.name, batcher.dimension) == (embedder.name, DIMENSION)
    assert batcher.chip_size == (CHIP, CHIP)
    assert batcher.embed(chips(3, 5)) == pytest.approx(np.stack([person(3), person(5)]))


def test_a_lone_camera_waits_for_nobody() -> None:
    embedder = ScriptedEmbedder()

    EmbeddingBatcher(embedder).embed(chips(1))

    assert embedder.batches == [1]


def test_what_waits_behind_a_batch_becomes_the_next_one() -> None:
    gate = Gate()
    embedder = ScriptedEmbedder(embed=gate)

    answers = ask_while_busy(EmbeddingBatcher(embedder), gate, 1, 2, 3, 4)

    assert embedder.batches == [1, 4]
    for number, answer in enumerate(answers):
        assert answer == pytest.approx(person(number)[None])


def test_a_batch_is_bounded() -> None:
    gate = Gate()
    embedder = ScriptedEmbedder(embed=gate)

    ask_while_busy(EmbeddingBatcher(embedder, max_batch=2), gate, 1, 2, 3, 4, 5)

    assert embedder.batches == [1, 2, 2, 1]


def test_one_camera_does_not_keep_the_embeddings_of_another_in_memory() -> None:
    gate = Gate()

    answers = ask_while_busy(EmbeddingBatcher(ScriptedEmbedder(embed=gate)), gate, 1, 2)

    assert all(answer.base is None for answer in answers)


def test_a_failed_batch_fails_for_those_in_it_and_no_later_one() -> None:
    class Failing(ScriptedEmbedder):
        def embed(self, chips: Image) -> Floats:
            if chips[0, 0, 0, 0] == 9:
                raise RuntimeError("no memory left on the card")
            return super().embed(chips)

    batcher = EmbeddingBatcher(Failing())

    with pytest.raises(RuntimeError, match="no memory"):
        batcher.embed(chips(9))
    assert batcher.embed(chips(1)) == pytest.approx(person(1)[None])


def test_no_face_needs_no_model() -> None:
    embedder = ScriptedEmbedder()

    assert EmbeddingBatcher(embedder).embed(np.zeros((0, CHIP, CHIP, 3), np.uint8)).shape == (0, 8)
    assert embedder.batches == []


def test_many_threads_get_each_their_own() -> None:
    batcher = EmbeddingBatcher(ScriptedEmbedder())

    def ask(number: int) -> bool:
        people = [(number + k) % DIMENSION for k in range(1 + number % 4)]
        expected = np.stack([person(someone) for someone in people])
        return bool((batcher.embed(chips(*people)) == expected).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(400)))
