"""The supervisor's page: what nobody took, who is on, and for whom it is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts import attendance, lifecycle
from alerts.enums import AlertStatus
from alerts.models import Alert
from alerts.supervision import overviews
from deployments.enums import Rank, Response, Status
from deployments.models import Deployment, User
from tests.factories import Cast, make_alert, make_deployment, make_entry
from tests.tampering import triggers_disabled

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def page_of(user: User, **query: str) -> tuple[int, str]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("alerts:supervision"), query)
    return response.status_code, response.content.decode()


def raised_before(alert: Alert, *, seconds: float) -> None:
    with triggers_disabled("alerts_alert"):
        moment = timezone.now() - timedelta(seconds=seconds)
        Alert.objects.filter(pk=alert.pk).update(raised_at=moment)


def test_most_urgent_waits_first_and_the_late_is_marked(live: Deployment) -> None:
    green, red = (
        make_alert(live, entry=make_entry(live, response=response))
        for response in (Response.GREEN, Response.RED)
    )
    raised_before(red, seconds=31)
    raised_before(green, seconds=12)
    lifecycle.escalate_unclaimed()

    (overview,) = overviews()

    assert [each.alert for each in overview.waiting] == [red, green]
    assert [each.is_late for each in overview.waiting] == [True, False]
    assert [each.waits_long for each in overview.waiting] == [True, True]
    assert overview.late == 1
    assert overview.is_unattended


def test_who_is_on_and_what_they_hold(live: Deployment, cast: Cast) -> None:
    make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    make_alert(live, status=AlertStatus.DISPATCHED, by=cast.bob)
    attendance.note(live.pk, [cast.alice.pk])

    (overview,) = overviews()

    assert overview.operators == [{"name": str(cast.alice), "present": True, "holding": 1}]
    assert (overview.judged, overview.in_field) == (1, 1)
    assert not overview.is_unattended


def test_page_shows_every_live_deployment_and_nobody_sought(live: Deployment, cast: Cast) -> None:
    other = make_deployment(status=Status.LIVE, title="Station square")
    make_alert(live, entry=make_entry(live, name="Zebulon Quux", reference="ZQ-771"))
    ready = make_deployment(status=Status.READY, title="Not yet")

    status, page = page_of(cast.authorising_officer)

    assert status == 200
    assert str(other) in page
    assert str(live) in page
    assert str(ready) not in page
    assert "Zebulon" not in page
    assert "ZQ-771" not in page
    assert "<html" not in page_of(cast.authorising_officer, part="1")[1]


def test_for_authorising_officers_and_operators_who_lead(live: Deployment, cast: Cast) -> None:
    for user in (cast.alice, cast.engagement_officer, cast.charlie, cast.auditor):
        assert page_of(user)[0] == 403
    User.objects.filter(pk=cast.alice.pk).update(rank=Rank.SERGEANT)
    assert page_of(User.objects.get(pk=cast.alice.pk))[0] == 200
    assert Client().get(reverse("alerts:supervision")).status_code == 302


def test_how_long_an_alert_waits_is_said_as_one_says_it(live: Deployment, cast: Cast) -> None:
    for seconds in (12, 185):
        raised_before(make_alert(live), seconds=seconds)

    (overview,) = overviews()

    assert {each.age_in_words for each in overview.waiting} == {"12 s", "3 min"}
