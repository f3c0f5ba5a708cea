"""A hold is of a time: what was being written when it was made, or begins later within it, is held
from the moment in which it is finished."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments import purge
from deployments.enums import FootageGround, Status
from deployments.footage import holds, recovery
from deployments.footage.store import OpenSegment
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Camera, Deployment, FootageHold, FootageSegment
from deployments.subject_access import requests
from tests.deployments.access_requests import opened
from tests.deployments.recordings import recorded, write_into
from tests.factories import Cast, make_camera, make_deployment, person

pytestmark = pytest.mark.usefixtures("recognition_worker")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


def in_writing(deployment: Deployment, *, started_at: datetime) -> OpenSegment:
    segment = OpenSegment(deployment.pk, deployment.cameras.get().pk, started_at=started_at)
    write_into(segment)
    return segment


def finished(segment: OpenSegment) -> FootageSegment:
    return segment.finish(ended_at=segment.row.started_at + timedelta(seconds=4))


def held(
    deployment: Deployment,
    *segments: FootageSegment,
    camera: Camera | None = None,
    begins: datetime | None = None,
    ends: datetime,
) -> FootageHold:
    return holds.hold(
        deployment,
        segments,
        span=holds.Span(camera, begins, ends),
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=14),
        by=person("disclosure_officer"),
    )


def test_what_is_being_written_is_held_as_it_is_finished(live: Deployment):
    now = timezone.now()
    segment = in_writing(live, started_at=now - 5 * timedelta(seconds=1))

    hold = held(live, ends=now)
    row = finished(segment)

    assert list(hold.segments.all()) == [row]
    event = AuditEvent.objects.get(action="footage.recorded")
    assert json.loads(event.details)["holds"] == [hold.pk]
    with pytest.raises(IntegrityError, match="held is not erased"), transaction.atomic():
        FootageSegment.objects.filter(pk=row.pk).update(erased_at=now)


def test_what_begins_later_within_the_time_is_held_and_nothing_else(live: Deployment):
    now = timezone.now()
    hold = held(live, begins=now, ends=now + 10 * MINUTE)

    before, within = recorded(live, started_at=now - MINUTE), recorded(live, started_at=now)
    last = recorded(live, started_at=now + 9 * MINUTE)
    after = recorded(live, started_at=now + 10 * MINUTE)

    assert set(hold.segments.all()) == {within, last}
    assert not {before, after} & set(hold.segments.all())


def test_of_another_camera_nothing_is_held(live: Deployment):
    now = timezone.now()
    hold = held(live, camera=make_camera(), ends=now + MINUTE)

    recorded(live, started_at=now)

    assert not hold.segments.exists()


def test_a_released_hold_takes_nothing_in(live: Deployment):
    hold = held(live, ends=timezone.now() + MINUTE)
    holds.release(hold, reason="Withdrawn.", by=person("disclosure_officer"))

    recorded(live)

    assert not hold.segments.exists()


def test_what_a_killed_recorder_left_is_held_once_it_is_recovered(live: Deployment):
    long_ago = timezone.now() - timedelta(hours=1)
    segment = in_writing(live, started_at=long_ago)
    segment.abandon()
    hold = held(live, ends=timezone.now())

    assert recovery.recover() == 1

    assert hold.segments.get().is_cut_short


def test_where_nothing_comes_any_more_an_empty_hold_is_refused(live: Deployment):
    with pytest.raises(Refused, match="Nothing is left"):
        held(live, ends=timezone.now())


def test_its_time_is_not_rewritten(live: Deployment):
    hold = held(live, ends=timezone.now() + MINUTE)

    for change in ({"ends": timezone.now()}, {"begins": timezone.now()}, {"ends": None}):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            FootageHold.objects.filter(pk=hold.pk).update(**change)


def test_a_request_for_access_keeps_what_is_finished_after_it_was_opened(
    live: Deployment, settings: Any, cast: Cast
):
    """Policy erases after a week, and the answer takes longer."""
    week_ago = timezone.now() - timedelta(days=8)
    there = recorded(live, started_at=week_ago)
    segment = in_writing(live, started_at=week_ago + MINUTE)
    request = opened(live, begins=week_ago, ends=week_ago + 2 * MINUTE)
    row = finished(segment)
    settings.RETENTION_PERIODS_S = {"footage": 7 * 86400}

    purge.purge()

    row.refresh_from_db()
    assert row.is_there
    assert requests.segments_of(request) == [there, row]
    requests.nothing_found(request, by=cast.disclosure_officer)
    purge.purge()
    row.refresh_from_db()
    assert not row.is_there


def test_a_request_of_the_very_first_minute_has_its_hold_before_there_is_a_segment(
    live: Deployment,
):
    request = opened(live)
    assert request.hold is not None
    assert not request.hold.segments.exists()

    row = recorded(live)

    assert list(request.hold.segments.all()) == [row]


def test_on_the_page_a_hold_takes_the_segment_that_is_being_written(live: Deployment, cast: Cast):
    client = Client()
    client.force_login(cast.disclosure_officer)
    address = reverse("deployments:footage", args=[live.uuid])
    segment = in_writing(live, started_at=timezone.now() - timedelta(seconds=5))
    assert "is held as soon as it is finished" in client.get(address).content.decode()

    answer = client.post(
        address,
        {
            "action": "hold",
            "ground": "complaint",
            "reason": "Complaint 12/26.",
            "review_on": (timezone.localdate() + timedelta(days=14)).isoformat(),
        },
    )
    assert answer.status_code == 302
    assert "No segment yet, and what is recorded until" in client.get(address).content.decode()
    row = finished(segment)

    assert list(FootageHold.objects.get().segments.all()) == [row]


def test_the_applications_role_takes_it_in_too(live: Deployment, app_role: None):
    hold = held(live, ends=timezone.now() + MINUTE)

    row = recorded(live)

    assert list(hold.segments.all()) == [row]
