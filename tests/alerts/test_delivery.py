"""What waits for a client is bounded, in events and in time."""

from alerts.delivery import Delivery, Step
from alerts.protocol import MAX_LAG_S, MAX_SILENCE_S, MAX_UNACKNOWLEDGED


def test_client_that_keeps_up_is_sent_everything() -> None:
    delivery = Delivery(5, heard_at=0.0)
    delivery.sent_up_to(9, now=1.0)
    delivery.acknowledge(9, now=2.0)

    assert delivery.next_step(now=2.0 + MAX_LAG_S + 1) == Step.SEND


def test_too_many_unacknowledged_events_are_held_and_then_replaced() -> None:
    delivery = Delivery(0, heard_at=0.0)
    delivery.sent_up_to(MAX_UNACKNOWLEDGED, now=0.0)

    assert delivery.next_step(now=0.1) == Step.HOLD
    delivery.acknowledge(MAX_UNACKNOWLEDGED, now=0.2)
    assert delivery.next_step(now=0.2) == Step.RESYNCHRONISE
    delivery.restart(MAX_UNACKNOWLEDGED + 40)
    assert delivery.next_step(now=0.3) == Step.SEND


def test_one_event_unacknowledged_for_long_is_as_bad() -> None:
    delivery = Delivery(0, heard_at=0.0)
    delivery.sent_up_to(1, now=1.0)

    assert delivery.next_step(now=1.0 + MAX_LAG_S) == Step.SEND
    assert delivery.next_step(now=1.1 + MAX_LAG_S) == Step.HOLD


def test_slow_progress_is_progress() -> None:
    delivery = Delivery(0, heard_at=0.0)
    delivery.sent_up_to(100, now=0.0)
    delivery.acknowledge(50, now=MAX_LAG_S)

    assert delivery.next_step(now=MAX_LAG_S + 1) == Step.SEND


def test_repeated_acknowledgement_is_a_sign_of_life_and_no_progress() -> None:
    delivery = Delivery(0, heard_at=0.0)
    delivery.sent_up_to(100, now=0.0)
    for second in range(60):
        delivery.acknowledge(0, now=float(second))

    assert delivery.next_step(now=60.0) == Step.HOLD


def test_nothing_is_acknowledged_that_was_not_sent() -> None:
    delivery = Delivery(0, heard_at=0.0)
    delivery.sent_up_to(1, now=0.0)
    delivery.acknowledge(10**9, now=0.1)
    delivery.sent_up_to(2, now=0.2)

    assert delivery.next_step(now=0.3 + MAX_LAG_S) == Step.HOLD


def test_silent_client_is_closed() -> None:
    delivery = Delivery(0, heard_at=0.0)

    assert delivery.next_step(now=MAX_SILENCE_S) == Step.SEND
    assert delivery.next_step(now=MAX_SILENCE_S + 0.1) == Step.CLOSE
