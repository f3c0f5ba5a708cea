"""What officers record before they speak to anybody."""

from datetime import datetime, timedelta

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts import field, lifecycle
from alerts.enums import AlertStatus, EventKind, OfficersView
from alerts.models import Alert, Engagement, FieldAssessment
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment
from tests.factories import Cast, make_alert, make_deployment


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def sent(live: Deployment) -> Alert:
    return make_alert(live, status=AlertStatus.DISPATCHED)


def kinds(alert: Alert) -> list[str]:
    return list(alert.events.order_by("sequence").values_list("kind", flat=True))[4:]


def test_acknowledgement_is_told_once(cast: Cast, sent: Alert) -> None:
    for _ in range(2):
        field.acknowledge(sent, by=cast.engagement_officer)

    assert kinds(sent) == [EventKind.ACKNOWLEDGED]
    assert AuditEvent.objects.filter(action="alert.acknowledged").count() == 1


def test_last_view_counts_and_each_is_on_record(cast: Cast, sent: Alert) -> None:
    for view in (OfficersView.CANNOT_TELL, OfficersView.COULD_BE):
        field.assess(sent, by=cast.engagement_officer, view=view)

    assert FieldAssessment.objects.get().view == OfficersView.COULD_BE
    assert kinds(sent) == [EventKind.ASSESSED] * 2
    told = AuditEvent.objects.filter(action="alert.assessed").order_by("sequence")
    assert [event.reason for event in told] == ["cannot_tell", "could_be"]


@pytest.mark.parametrize("view", ["", "certain"])
def test_view_is_one_of_a_list(cast: Cast, sent: Alert, view: str) -> None:
    with pytest.raises(Refused, match="what you make of it"):
        field.assess(sent, by=cast.engagement_officer, view=view)


@pytest.mark.parametrize(
    "status", sorted(set(AlertStatus) - {AlertStatus.DISPATCHED, AlertStatus.NOT_SOUGHT})
)
def test_alert_that_moved_on_is_refused_with_the_reason(
    cast: Cast, live: Deployment, status: AlertStatus
) -> None:
    alert = make_alert(live, status=status)

    for act in (
        lambda: field.acknowledge(alert, by=cast.engagement_officer),
        lambda: field.assess(alert, by=cast.engagement_officer, view=OfficersView.COULD_BE),
    ):
        with pytest.raises(Refused, match=f"moved on: {status.label.lower()}"):
            act()


def test_only_officers_acknowledge(cast: Cast, sent: Alert) -> None:
    for name, user in cast.everyone().items():
        if name != "engagement_officer":
            with pytest.raises(Refused, match="Only engagement officers"):
                field.acknowledge(sent, by=user)


@pytest.mark.parametrize(
    ("view", "words"), [(None, "own assessment first"), (OfficersView.IS_NOT, "not the person")]
)
def test_nobody_is_engaged_without_the_officers_own_view(
    cast: Cast, sent: Alert, view: OfficersView | None, words: str
) -> None:
    officer = cast.engagement_officer
    field.acknowledge(sent, by=officer)
    if view is not None:
        field.assess(sent, by=officer, view=view)

    with pytest.raises(Refused, match=words):
        lifecycle.engage(sent, by=officer)
    with pytest.raises(Error, match="assessment of their own"), transaction.atomic():
        Engagement.objects.create(alert=sent, by=officer, engaged_from=timezone.now())

    sent.refresh_from_db()
    assert sent.status == AlertStatus.DISPATCHED


def test_operator_records_what_is_told_by_radio(cast: Cast, sent: Alert) -> None:
    lifecycle.engage(sent, by=cast.alice)

    assert Engagement.objects.get().by == cast.alice


def test_what_is_told_late_keeps_its_time(cast: Cast, sent: Alert) -> None:
    Alert.objects.filter(pk=sent.pk).update(dispatched_at=timezone.now() - timedelta(minutes=10))
    field.assess(sent, by=cast.engagement_officer, view=OfficersView.COULD_BE)
    lifecycle.engage(sent, by=cast.engagement_officer, ago=timedelta(minutes=4))
    lifecycle.resolve(
        sent,
        by=cast.engagement_officer,
        outcome="arrest",
        identity_confirmed=True,
        notice_handed_over=True,
        ago=timedelta(minutes=1),
    )

    engagement = Engagement.objects.get()
    assert engagement.engaged_to is not None
    lasted = engagement.engaged_to - engagement.engaged_from
    assert timedelta(minutes=2) < lasted < timedelta(minutes=4)


@pytest.mark.parametrize("ago", [timedelta(days=2), timedelta(hours=-2)])
def test_no_engagement_before_officers_were_sent_or_in_the_future(
    cast: Cast, sent: Alert, ago: timedelta
) -> None:
    lifecycle.engage(sent, by=cast.alice, ago=ago)

    began = Engagement.objects.get().engaged_from
    sent.refresh_from_db()
    assert sent.dispatched_at is not None
    assert sent.dispatched_at <= began <= timezone.now()


def london(moment: datetime) -> str:
    """As the console's input of a day and a time gives it."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def sent_long_ago(sent: Alert) -> Alert:
    sent_at = timezone.now() - timedelta(minutes=30)
    Alert.objects.filter(pk=sent.pk).update(dispatched_at=sent_at)
    sent.refresh_from_db()
    return sent


OUTCOME = {"outcome": "arrest", "identity_confirmed": "yes", "notice_handed_over": "yes"}


def test_operator_says_from_when_to_when(cast: Cast, sent_long_ago: Alert) -> None:
    client, now = Client(), timezone.now()
    client.force_login(cast.alice)
    met, corrected, parted = (now - timedelta(minutes=each) for each in (20, 22, 4))

    def post(name: str, **fields: str) -> None:
        answer = client.post(reverse(f"alerts:{name}", args=[sent_long_ago.uuid]), fields)
        assert answer.status_code == 200, answer.content

    post("engage", engaged_from=london(met))
    assert london(Engagement.objects.get().engaged_from) == london(met)
    post("resolve", engaged_from=london(corrected), engaged_to=london(parted), **OUTCOME)

    engagement = Engagement.objects.get()
    assert engagement.engaged_to is not None
    assert london(engagement.engaged_from) == london(corrected)
    assert london(engagement.engaged_to) == london(parted)


def test_times_left_alone_are_by_the_clock(cast: Cast, sent_long_ago: Alert) -> None:
    client = Client()
    client.force_login(cast.alice)
    for name, fields in (("engage", {}), ("resolve", OUTCOME)):
        client.post(reverse(f"alerts:{name}", args=[sent_long_ago.uuid]), fields)

    engagement = Engagement.objects.get()
    assert engagement.engaged_to is not None
    assert timezone.now() - engagement.engaged_from < timedelta(seconds=30)
    assert engagement.engaged_from <= engagement.engaged_to <= timezone.now()


@pytest.mark.parametrize(
    ("began", "ended", "words"),
    [
        (31, None, "Officers were sent at"),
        (-2, None, "they met the person then or earlier"),
        (10, 11, "they parted then or later"),
        (10, -2, "they parted then or earlier"),
    ],
)
def test_times_that_cannot_be_are_told_in_words(
    cast: Cast, sent_long_ago: Alert, began: int, ended: int | None, words: str
) -> None:
    """Minutes ago."""
    client, now = Client(), timezone.now()
    client.force_login(cast.alice)
    lifecycle.engage(sent_long_ago, by=cast.alice, ago=timedelta(minutes=15))
    said = {"engaged_from": london(now - timedelta(minutes=began))}
    if ended is not None:
        said["engaged_to"] = london(now - timedelta(minutes=ended))

    answer = client.post(reverse("alerts:resolve", args=[sent_long_ago.uuid]), {**OUTCOME, **said})

    assert answer.status_code == 409
    assert words in answer.json()["error"]
    sent_long_ago.refresh_from_db()
    assert sent_long_ago.status == AlertStatus.ENGAGED


def test_the_minute_in_which_officers_were_sent_is_not_before(cast: Cast, sent: Alert) -> None:
    assert sent.dispatched_at is not None
    said = sent.dispatched_at.replace(second=0, microsecond=0)

    lifecycle.engage(sent, by=cast.alice, engaged_from=said)

    assert Engagement.objects.get().engaged_from == sent.dispatched_at


@pytest.mark.parametrize("minutes", [-1, 2])
def test_database_refuses_an_engagement_that_cannot_be(
    cast: Cast, sent: Alert, minutes: int
) -> None:
    assert sent.dispatched_at is not None
    lifecycle.engage(sent, by=cast.alice)
    at = sent.dispatched_at + timedelta(minutes=minutes)

    with pytest.raises(Error, match="after officers were sent"), transaction.atomic():
        Engagement.objects.update(engaged_from=at, engaged_to=None)


def test_assessments_are_kept(cast: Cast, sent: Alert) -> None:
    field.acknowledge(sent, by=cast.engagement_officer)

    with pytest.raises(Error), transaction.atomic():
        FieldAssessment.objects.all().delete()
