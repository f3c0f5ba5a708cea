"""The ordered log: every reader sees every event once, in order, whoever commits when (I6)."""

import threading
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from alerts import events, raising
from alerts.enums import EventKind
from alerts.models import Alert, AlertEvent
from deployments.enums import Status
from deployments.models import Deployment
from tests.concurrency import LIMIT_S, at_once, wait_until_blocked
from tests.factories import Cast, make_alert, make_cast, make_deployment, make_entry, new_alert
from tests.tampering import run_sql


def test_events_of_a_deployment_count_from_one_without_gaps(cast: Cast):
    live, other = (make_deployment(status=Status.LIVE) for _ in range(2))
    alert = make_alert(live)
    make_alert(other)
    for kind in (EventKind.SEEN_AGAIN, EventKind.ESCALATED):
        events.emit(alert, kind)

    assert list(live.alert_events.values_list("sequence", flat=True)) == [1, 2, 3]
    assert list(other.alert_events.values_list("sequence", flat=True)) == [1]


def test_a_sequence_is_given_once(cast: Cast):
    alert = make_alert(make_deployment(status=Status.LIVE))

    with pytest.raises(DatabaseError, match="one_order_of_events"):
        run_sql(
            "INSERT INTO alerts_alertevent (deployment_id, sequence, kind, alert_id, at)"
            " VALUES (%s, 1, 'raised', %s, now())",
            alert.deployment_id,
            alert.pk,
        )


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_event_leaves_no_gap():
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)

    def emit_and_fail() -> None:
        with transaction.atomic():
            events.emit(alert, EventKind.SEEN_AGAIN)
            raise OSError("crash")

    with pytest.raises(OSError, match="crash"):
        emit_and_fail()
    events.emit(alert, EventKind.SEEN_AGAIN)

    assert list(live.alert_events.values_list("sequence", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_later_event_waits_for_an_earlier_one_to_commit():
    """Else a reader would see 3, go on from there, and never see 2."""
    make_cast()
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)
    first_emitted = threading.Event()
    seen: list[list[int]] = []

    def slow_writer() -> None:
        with transaction.atomic():
            events.emit(alert, EventKind.SEEN_AGAIN)
            first_emitted.set()
            wait_until_blocked()
            seen.append(_sequences_by_another_reader(live))

    def quick_writer() -> None:
        assert first_emitted.wait(LIMIT_S)
        events.emit(alert, EventKind.ESCALATED)

    assert at_once([slow_writer, quick_writer]) == [None, None]

    assert seen == [[1]]
    kinds = list(live.alert_events.values_list("kind", flat=True))
    assert kinds == [EventKind.RAISED, EventKind.SEEN_AGAIN, EventKind.ESCALATED]


def _sequences_by_another_reader(deployment: Deployment) -> list[int]:
    found: list[int] = []

    def read() -> None:
        found.extend(deployment.alert_events.values_list("sequence", flat=True))
        connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join(LIMIT_S)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_polls_sees_every_event_once_and_in_order():
    make_cast()
    live = make_deployment(status=Status.LIVE)
    camera = live.cameras.get()
    entries = [make_entry(live) for _ in range(6)]
    writing = threading.Event()
    writing.set()
    read: list[int] = []

    def reader() -> None:
        while True:
            was_writing = writing.is_set()
            last = read[-1] if read else 0
            later = AlertEvent.objects.filter(deployment=live, sequence__gt=last)
            read.extend(later.order_by("sequence").values_list("sequence", flat=True))
            if not was_writing:
                return

    def write_all() -> None:
        def writer(index: int) -> None:
            for _ in range(8):
                alert = raising.raise_alert(live, camera, new_alert(entries[index]))
                assert alert is not None
                events.emit(alert, EventKind.SEEN_AGAIN)

        try:
            results = at_once([partial(writer, index) for index in range(len(entries))])
            assert results == [None] * len(entries)
        finally:
            writing.clear()

    assert at_once([reader, write_all]) == [None, None]

    assert read == list(range(1, len(entries) * 9 + 1))
    assert Alert.objects.count() == len(entries)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_gone_loses_no_alert(settings: Settings):
    """The knock on the consoles' door is lost; the log is not."""
    from channels.layers import channel_layers

    make_cast()
    live = make_deployment(status=Status.LIVE)
    entry = make_entry(live)
    nowhere = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
    }
    held = dict(channel_layers.backends)
    settings.CHANNEL_LAYERS = {"default": nowhere}
    channel_layers.backends.clear()
    try:
        events.knock(live.uuid)
        alert = raising.raise_alert(live, live.cameras.get(), new_alert(entry))
    finally:
        channel_layers.backends.clear()
        channel_layers.backends.update(held)

    assert alert is not None
    assert Alert.objects.get(pk=alert.pk).events.count() == 1
