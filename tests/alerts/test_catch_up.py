"""What was missed is made once for all, and shows alerts as they are now."""

import json
from collections.abc import Callable

import pytest

from alerts import catch_up, lifecycle
from alerts.enums import AlertStatus
from alerts.protocol import MAX_MISSED, Audience
from deployments.enums import Status
from deployments.models import Deployment
from tests.factories import Cast, make_alert, make_deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def missed(
    deployment: Deployment, since: int, audience: Audience = Audience.CONSOLE
) -> list[dict[str, object]]:
    deployment.refresh_from_db()
    texts = catch_up.missed(deployment, since, deployment.event_sequence, audience=audience)
    return [json.loads(text) for text in texts]


def test_old_event_shows_what_became_of_its_alert(cast: Cast, live: Deployment) -> None:
    alert = make_alert(live)
    assert [event["alert"]["status"] for event in missed(live, 0)] == ["raised"]  # type: ignore[index]

    lifecycle.claim(alert, by=cast.bob)

    events = missed(live, 0)
    assert [event["sequence"] for event in events] == [1, 2]
    assert {event["alert"]["claimed_by"] for event in events} == {str(cast.bob)}  # type: ignore[index]
    assert all(event["missed"] for event in events)


def test_who_missed_more_gets_more_and_who_missed_less_gets_less(live: Deployment) -> None:
    make_alert(live, status=AlertStatus.DISPATCHED)

    assert [len(missed(live, since)) for since in (3, 0, 2, 4)] == [1, 4, 2, 0]


def test_handheld_missed_what_is_for_officers(live: Deployment) -> None:
    make_alert(live)
    make_alert(live, status=AlertStatus.ENGAGED)

    events = missed(live, 0, Audience.HANDHELD)

    assert [event["kind"] for event in events] == ["dispatched", "assessed", "engaged"]


def test_second_console_costs_no_query(
    live: Deployment, django_assert_num_queries: Callable[[int], object]
) -> None:
    make_alert(live, status=AlertStatus.DISPATCHED)
    first = missed(live, 0)

    live.refresh_from_db()
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        texts = catch_up.missed(live, 0, live.event_sequence, audience=Audience.CONSOLE)
    assert [json.loads(text) for text in texts] == first


def test_no_more_is_held_than_may_be_missed(live: Deployment) -> None:
    held = catch_up.Held(first=0, head=0)

    assert held.events.maxlen == MAX_MISSED
    for _ in range(catch_up.MOST_HELD + 3):
        missed(make_deployment(status=Status.LIVE), 0)
    assert len(catch_up._held) <= catch_up.MOST_HELD
