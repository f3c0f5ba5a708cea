import pytest

from recognition.decision import decide
from recognition.types import Candidate

ALICE, BOB = 1, 2


def test_at_the_threshold_it_is_a_match() -> None:
    match = decide([Candidate(ALICE, 0.5)], threshold=0.5, lookalike_margin=0.1)

    assert match is not None
    assert match.candidate.entry_id == ALICE
    assert match.runner_up is None
    assert not match.lookalike


@pytest.mark.parametrize("similarity", [0.4999, -1.0, float("nan")])
def test_below_it_or_not_a_number_it_is_none(similarity: float) -> None:
    assert decide([Candidate(ALICE, similarity)], threshold=0.5, lookalike_margin=0.1) is None


def test_nobody_on_the_list_is_no_match() -> None:
    assert decide([], threshold=-1.0, lookalike_margin=0.1) is None


@pytest.mark.parametrize(("second", "lookalike"), [(0.75, True), (0.65, False)])
def test_a_close_second_is_flagged(second: float, lookalike: bool) -> None:
    match = decide(
        [Candidate(ALICE, 0.8), Candidate(BOB, second)], threshold=0.7, lookalike_margin=0.1
    )

    assert match is not None
    assert match.runner_up == Candidate(BOB, second)
    assert match.lookalike is lookalike


def test_another_picture_of_the_same_person_is_no_look_alike() -> None:
    match = decide(
        [Candidate(ALICE, 0.8), Candidate(ALICE, 0.79), Candidate(BOB, 0.2)],
        threshold=0.7,
        lookalike_margin=0.1,
    )

    assert match is not None
    assert match.runner_up == Candidate(BOB, 0.2)
    assert not match.lookalike
