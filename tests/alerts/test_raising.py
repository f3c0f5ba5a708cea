"""What is raised, by whose authority, and what extends an alert that is there."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import raising
from alerts.enums import AlertStatus, EventKind
from alerts.models import Alert, AlertEvent
from deployments import audit, image_store, watchlist
from deployments import lifecycle as deployment_lifecycle
from deployments.enums import Status
from deployments.models import AuditEvent, Camera, Deployment, StoredImage, WatchlistEntry
from tests.factories import (
    Cast,
    make_camera,
    make_deployment,
    make_entry,
    new_alert,
)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def entry(live: Deployment) -> WatchlistEntry:
    return make_entry(live)


@pytest.fixture
def camera(live: Deployment) -> Camera:
    return live.cameras.get()


def test_an_alert_names_entry_threshold_model_and_version(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = raising.raise_alert(live, camera, new_alert(entry, similarity=0.77))

    assert alert is not None
    stored = Alert.objects.get(pk=alert.pk)
    assert (stored.entry, stored.camera, stored.deployment) == (entry, camera, live)
    assert (stored.similarity, stored.threshold) == (0.77, live.threshold)
    assert (stored.profile, stored.profile_version) == ("embedded", "embedded-1")
    assert (stored.category, stored.response) == (entry.category, entry.response)
    assert stored.status == AlertStatus.RAISED


def test_raising_stores_both_pictures_one_event_and_one_audit_row(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    new = new_alert(entry)

    alert = raising.raise_alert(live, camera, new)

    assert alert is not None
    assert alert.probe is not None
    assert alert.context is not None
    assert image_store.read(alert.probe) == new.probe
    assert image_store.read(alert.context) == new.context
    assert [event.kind for event in alert.events.all()] == [EventKind.RAISED]
    event = AuditEvent.objects.get(action="alert.raised")
    assert event.subject == f"alert {alert.pk}"
    assert entry.name not in event.details
    assert entry.reference not in event.details


@pytest.mark.parametrize("status", [Status.READY, Status.SUSPENDED, Status.ENDED, Status.CLOSED])
def test_nothing_is_raised_without_a_live_authority(cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    other = make_entry(make_deployment(status=Status.LIVE))

    assert raising.raise_alert(deployment, deployment.cameras.get(), new_alert(other)) is None
    assert Alert.objects.count() == StoredImage.objects.filter(kind="probe").count() == 0


def test_a_stale_view_of_the_deployment_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, cast: Cast
):
    """The worker's own object still says LIVE."""
    stale = Deployment.objects.get(pk=live.pk)
    deployment_lifecycle.suspend(live, by=cast.alice, reason="Rain.")

    assert stale.status == Status.LIVE
    assert raising.raise_alert(stale, camera, new_alert(entry)) is None


def test_a_person_of_another_list_or_withdrawn_or_pending_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, cast: Cast
):
    foreign = make_entry(make_deployment(status=Status.LIVE))
    pending = make_entry(live, is_enrolled=False)
    gone = new_alert(entry)
    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Arrested elsewhere.")

    for new in (new_alert(foreign), new_alert(pending), gone):
        assert raising.raise_alert(live, camera, new) is None
    assert Alert.objects.count() == 0


@pytest.mark.parametrize("similarity", [0.49, float("nan")])
def test_a_match_below_the_authorised_threshold_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, similarity: float
):
    """A variation may have raised it since the frame was seen."""
    assert raising.raise_alert(live, camera, new_alert(entry, similarity=similarity)) is None

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    assert not StoredImage.objects.filter(kind__in=("probe", "context")).exists()


def test_a_match_by_another_model_is_refused_whole(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    with pytest.raises(DatabaseError):
        raising.raise_alert(live, camera, new_alert(entry, profile="gpu"))

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    assert not StoredImage.objects.filter(kind__in=("probe", "context")).exists()
    assert not AuditEvent.objects.filter(action="alert.raised").exists()


def test_a_camera_that_was_not_authorised_raises_nothing(live: Deployment, entry: WatchlistEntry):
    assert raising.raise_alert(live, make_camera(), new_alert(entry)) is None
    assert Alert.objects.count() == 0


def test_an_alert_whose_audit_row_fails_was_never_raised(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    with (
        mock.patch.object(audit, "record", side_effect=OSError("no room")),
        pytest.raises(OSError, match="no room"),
    ):
        raising.raise_alert(live, camera, new_alert(entry))

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    live.refresh_from_db()
    assert live.event_sequence == 0


def _seen(live: Deployment, camera: Camera, entry: WatchlistEntry, after_s: float) -> Alert:
    at = timezone.now() + timedelta(seconds=after_s)
    alert = raising.raise_alert(live, camera, new_alert(entry, captured_at=at))
    assert alert is not None
    return alert


def test_repeated_sightings_extend_one_alert(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    first = _seen(live, camera, entry, 0)

    last = [_seen(live, camera, entry, seconds) for seconds in (1, 20, 70, 125)][-1]

    assert last.pk == first.pk
    assert Alert.objects.count() == 1
    assert last.sighting_count == 5
    assert last.last_seen_at - first.captured_at >= timedelta(seconds=124)
    assert StoredImage.objects.filter(kind="probe").count() == 1


def test_after_the_merge_time_it_is_another_alert(
    live: Deployment, camera: Camera, entry: WatchlistEntry, settings: Settings
):
    settings.ALERT_MERGE_S = 30
    first = _seen(live, camera, entry, 0)

    assert _seen(live, camera, entry, 29).pk == first.pk
    assert _seen(live, camera, entry, 60).pk != first.pk


def test_another_camera_or_person_is_another_alert(cast: Cast):
    cameras = [make_camera(), make_camera()]
    live = make_deployment(status=Status.LIVE, cameras=cameras)
    one, other = make_entry(live), make_entry(live)

    seen = {_seen(live, camera, e, 0).pk for camera in cameras for e in (one, other)}

    assert len(seen) == 4


def test_a_late_sighting_does_not_turn_the_time_back(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = _seen(live, camera, entry, 10)

    again = _seen(live, camera, entry, 4)

    assert again.last_seen_at == alert.last_seen_at
    assert again.sighting_count == 2


def test_consoles_hear_of_repeats_now_and_then_only(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = _seen(live, camera, entry, 0)
    for _ in range(5):
        _seen(live, camera, entry, 1)
    assert alert.events.count() == 1

    with mock.patch.object(raising, "SEEN_AGAIN_EVERY", timedelta(0)):
        _seen(live, camera, entry, 2)

    assert alert.events.filter(kind=EventKind.SEEN_AGAIN).count() == 1
