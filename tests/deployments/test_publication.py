"""The notice before, the result after."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import audit, lifecycle, publication
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, DeploymentResult
from deployments.publication import Counts
from deployments.start_checks.notice import notice_check
from tests.factories import Cast, make_deployment

COUNTS = Counts(
    watchlist_size=12,
    faces_seen=1000,
    alerts=3,
    true_alerts=2,
    false_alerts=1,
    undecided_alerts=0,
    engagements=2,
    outcomes={"arrest": 1, "no_further_action": 1},
)


def test_the_notice_goes_up_with_the_authority_and_is_a_disclosure(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)

    authorised = lifecycle.authorise(submitted, by=cast.authorising_officer, reasons="Necessary.")

    assert authorised.published_at is not None
    event = AuditEvent.objects.get(action="notice.published")
    assert (event.kind, event.actor) == ("disclosure", "authorising_officer")


def test_a_withheld_notice_does_not_go_up(cast: Cast):
    submitted = make_deployment(
        status=Status.SUBMITTED, notice_withheld_reason="A life is at risk."
    )

    authorised = lifecycle.authorise(submitted, by=cast.authorising_officer, reasons="Necessary.")

    assert authorised.published_at is None
    assert not AuditEvent.objects.filter(action="notice.published").exists()


@pytest.mark.parametrize(("hours", "in_time"), [(72, True), (71, False), (0, False)])
def test_the_lead_of_a_notice(settings: Settings, hours: int, in_time: bool):
    settings.NOTICE_LEAD_DAYS = 3
    now = timezone.now()
    deployment = Deployment(starts_at=now, published_at=now - timedelta(hours=hours))

    assert publication.is_notice_in_time(deployment) == in_time
    deployment.published_at = None
    assert publication.notice_lead(deployment) == timedelta()


def test_another_policy_judges_no_notice_that_is_up(cast: Cast, settings: Settings):
    settings.NOTICE_LEAD_DAYS = 3
    start = timezone.now() + timedelta(days=4)
    early = make_deployment(
        status=Status.AUTHORISED, starts_at=start, ends_at=start + timedelta(hours=4)
    )
    published_at = start - timedelta(days=4)
    Deployment.objects.filter(pk=early.pk).update(published_at=published_at)

    settings.NOTICE_LEAD_DAYS = 30

    early.refresh_from_db()
    assert early.notice_lead_days == 3
    assert publication.is_notice_in_time(early)
    assert notice_check(early).passed
    later = timedelta(days=2)
    Deployment.objects.filter(pk=early.pk).update(published_at=published_at + later)
    settings.NOTICE_LEAD_DAYS = 0
    early.refresh_from_db()
    assert not publication.is_notice_in_time(early)
    assert "which is 3 days ahead" in publication.notice_in_words(early)
    assert "policy asks for 3 days" in notice_check(early).evidence


def test_a_result_is_published_once(cast: Cast):
    ended = make_deployment(status=Status.ENDED)

    publication.publish_result(ended, COUNTS, profile_version="embedded-1")
    changed = Counts(0, 0, 0, 0, 0, 0, 0, {})
    publication.publish_result(ended, changed, profile_version="other")

    result = DeploymentResult.objects.get(deployment=ended)
    assert (result.alerts, result.outcomes) == (3, COUNTS.outcomes)
    assert (result.threshold, result.profile_version) == (ended.threshold, "embedded-1")
    assert AuditEvent.objects.filter(action="result.published").count() == 1


def test_a_result_that_cannot_be_audited_is_not_published(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    ended = make_deployment(status=Status.ENDED)

    def fails(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(OSError, match="no room"), transaction.atomic():
        publication.publish_result(ended, COUNTS, profile_version="embedded-1")

    assert not DeploymentResult.objects.exists()


def test_the_false_alert_rate_of_a_street_without_anybody(cast: Cast):
    assert DeploymentResult(faces_seen=0, false_alerts=0).false_alert_rate is None
    assert DeploymentResult(faces_seen=2000, false_alerts=1).false_alert_rate == 0.0005
