from dataclasses import replace

from recognition.attention import Pace, TrackMemory, is_due
from recognition.types import Quality

PACE = Pace()
FAIR = Quality(80, 1, 0, 0.5, usable=True, reason="", value=50.0)


def seen(*times: float, value: float = 50.0) -> TrackMemory:
    memory = TrackMemory()
    for at in times:
        memory.attempted(at, replace(FAIR, value=value))
    return memory


def test_the_first_usable_face_is_embedded_at_once() -> None:
    assert is_due(TrackMemory(), FAIR, now=0.0, pace=PACE)


def test_the_next_frame_is_not() -> None:
    assert not is_due(seen(10.0), FAIR, now=10.04, pace=PACE)
    assert is_due(seen(10.0), FAIR, now=10.0 + PACE.retry_s, pace=PACE)


def test_seen_well_enough_it_rests_unless_the_picture_improves() -> None:
    memory = seen(*[float(n) for n in range(PACE.eager_attempts)])
    now = PACE.eager_attempts - 1 + 0.5

    assert not is_due(memory, FAIR, now=now, pace=PACE)
    assert is_due(memory, replace(FAIR, value=50.0 * PACE.improvement), now=now, pace=PACE)
    assert is_due(memory, FAIR, now=now + PACE.rest_s, pace=PACE)


def test_a_matched_track_is_looked_at_again_at_the_pace_of_repeats() -> None:
    memory = seen(10.0)
    memory.report(7)

    assert not is_due(memory, FAIR, now=10.0 + PACE.retry_s, pace=PACE)
    assert is_due(memory, FAIR, now=10.0 + PACE.repeat_s, pace=PACE)


def test_a_clock_that_jumps_back_does_not_silence_a_track() -> None:
    assert is_due(seen(1000.0), FAIR, now=3.0, pace=PACE)


def test_a_memory_holds_times_counts_and_ids_only() -> None:
    assert set(TrackMemory.__slots__) == {
        "attempts", "last_attempt_at", "best_value", "times_over_threshold", "reported",
    }  # fmt: skip
