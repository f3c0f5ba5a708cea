"""A notice that came late or not at all says so wherever the deployment is shown."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from deployments import lifecycle, publication
from deployments.applications import withhold_notice
from deployments.enums import Status
from deployments.models import Deployment
from tests.factories import Cast, make_deployment
from tests.tampering import force_status

LATE = timedelta(hours=10)


def publish(deployment: Deployment, *, ahead: timedelta) -> Deployment:
    deployment.published_at = deployment.starts_at - ahead
    deployment.save(update_fields=["published_at"])
    return deployment


def read(name: str, *args: object) -> str:
    return Client().get(reverse(name, args=args)).content.decode()


@pytest.mark.parametrize("status", [Status.AUTHORISED, Status.CLOSED])
@override_settings(NOTICE_LEAD_DAYS=3)
def test_a_late_notice_is_visible_everywhere(cast: Cast, status: Status):
    deployment = publish(make_deployment(status=status), ahead=LATE)

    assert "10 hours before the start: later than policy asks, which is 3 days ahead" in read(
        "public:deployment", deployment.uuid
    )
    assert "Notice late" in read("public:home")
    assert "Notice late" in read("public:announced" if status == "authorised" else "public:results")
    answer = Client().get(reverse("public:public_api:deployment", args=[deployment.uuid])).json()
    assert answer["notice_in_time"] is False
    with override_settings(NOTICE_LEAD_DAYS=0):  # it is judged by the policy of its own day
        assert "Notice late" in read("public:home")


@override_settings(NOTICE_LEAD_DAYS=3)
def test_a_notice_in_time_says_when(cast: Cast):
    deployment = publish(make_deployment(status=Status.AUTHORISED), ahead=timedelta(days=4))

    body = read("public:deployment", deployment.uuid)

    assert "The notice was published 4 days before the start." in body
    assert "Notice late" not in read("public:home")


def test_a_notice_after_the_start_is_no_notice_before():
    now = timezone.now()
    deployment = Deployment(starts_at=now - timedelta(hours=2), published_at=now)

    assert "only after the start" in publication.notice_in_words(deployment)


def test_a_withheld_deployment_appears_once_it_is_over(cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED, place="Quiet Street")
    withhold_notice(deployment, by=cast.authorising_officer, reason="A threat to a witness.")
    deployment = lifecycle.authorise(deployment, by=cast.authorising_officer, reasons="Necessary.")
    for name in ("public:home", "public:announced", "public:feed", "public:calendar", "public:csv"):
        assert "Quiet Street" not in read(name)

    force_status(deployment, Status.LIVE)
    lifecycle.end(deployment, by=cast.alice, reason="Purpose met.")

    assert "withheld beforehand" in read("public:deployment", deployment.uuid)
    assert "Notice withheld" in read("public:results")
    assert "threat" not in read("public:deployment", deployment.uuid)
    answer = Client().get(reverse("public:public_api:deployment", args=[deployment.uuid])).json()
    assert (answer["notice_withheld"], answer["stage"]) == (True, "over")
