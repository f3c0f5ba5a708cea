"""Was this reference on a list on that day? Asked after everything else is gone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from deployments import ledger
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, WatchlistLedger
from tests.factories import Cast, make_deployment
from tests.tampering import refusal_of

ASK = {"reference": "W-1", "day": "2026-07-02", "why": "Complaint 12."}


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.DRAFT)


def searched(deployment: Deployment, begins: datetime, ends: datetime | None) -> None:
    WatchlistLedger.objects.create(
        deployment=deployment,
        reference="W-1",
        category="wanted_by_courts",
        added_at=begins,
        removed_at=ends,
    )


def at(day: int, hour: int, minute: int = 0, month: int = 7) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        (at(2, 8), at(2, 16), [2]),
        (at(1, 8), at(3, 16), [1, 2, 3]),
        (at(2, 8), None, [2, 3, 4]),
        # London's midnight is 23:00 UTC in summer.
        (at(1, 23), at(2, 1), [2]),
        (at(1, 22, 59), at(1, 22, 59), [1]),
        (at(2, 22, 59), at(2, 23), [2, 3]),
    ],
)
def test_the_day_is_the_forces_own(
    deployment: Deployment, begins: datetime, ends: datetime | None, days: list[int]
):
    searched(deployment, begins, ends)

    found = [d for d in range(1, 5) if ledger.rows_on("w-1 ", day=date(2026, 7, d)).exists()]

    assert found == days
    assert ledger.rows_on("W-1", day=None).exists()
    assert not ledger.rows_on("W-2", day=None).exists()


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_of_23_and_25_hours(deployment: Deployment, day: date):
    """The hour before the day is another day; each hour of the day is its own."""
    begins, ends = ledger._bounds(day)
    assert (ends - begins) in {timedelta(hours=23), timedelta(hours=25)} or ends.tzinfo
    searched(deployment, begins - timedelta(minutes=2), begins - timedelta(minutes=1))
    assert not ledger.rows_on("W-1", day=day).exists()
    searched(deployment, ends - timedelta(minutes=2), ends - timedelta(minutes=1))
    assert ledger.rows_on("W-1", day=day).count() == 1


def test_it_answers_after_the_erasure(cast: Cast, client: Client):
    closed = make_deployment(status=Status.CLOSED, entries=1)
    assert not closed.entries.exists()
    reference = WatchlistLedger.objects.get(deployment=closed).reference
    client.force_login(cast.auditor)

    page = client.post(reverse("deployments:ledger"), {"reference": reference, "why": "Complaint."})

    body = page.content.decode()
    assert "Yes: 1 time" in body
    assert closed.title in body


def test_each_question_is_on_record_without_the_reference(
    deployment: Deployment, cast: Cast, client: Client
):
    searched(deployment, at(2, 8), at(2, 16))
    client.force_login(cast.auditor)

    page = client.post(reverse("deployments:ledger"), ASK)

    assert "no-store" in page["Cache-Control"]
    event = AuditEvent.objects.get(action="ledger.asked")
    assert (event.kind, event.actor, event.reason) == ("consultation", "auditor", "Complaint 12.")
    assert "W-1" not in event.details + event.subject
    refused = client.post(reverse("deployments:ledger"), ASK | {"why": " "})
    assert "Say why it is asked" in refused.content.decode()
    assert AuditEvent.objects.filter(action="ledger.asked").count() == 1


def test_the_sheet_holds_no_formula(deployment: Deployment, cast: Cast, client: Client):
    Deployment.objects.filter(pk=deployment.pk).update(title="=HYPERLINK(1)")
    searched(deployment, at(2, 8), at(2, 16))
    client.force_login(cast.auditor)

    sheet = client.post(reverse("deployments:ledger"), ASK | {"format": "csv"})

    assert "'=HYPERLINK(1)" in sheet.content.decode()
    assert AuditEvent.objects.get(action="ledger.asked").kind == "disclosure"


def test_nobody_but_an_auditor_asks(cast: Cast, client: Client):
    for name, user in cast.everyone().items():
        client.force_login(user)
        answer = client.post(reverse("deployments:ledger"), ASK)
        assert (answer.status_code == 200) == (name == "auditor"), name


def test_the_ledger_is_neither_rewritten_nor_emptied(deployment: Deployment, app_role: None):
    searched(deployment, at(2, 8), at(2, 16))

    for sql in (
        "UPDATE deployments_watchlistledger SET reference = 'X'",
        "UPDATE deployments_watchlistledger SET removed_at = NULL",
        "DELETE FROM deployments_watchlistledger",
        "TRUNCATE deployments_watchlistledger",
    ):
        assert refusal_of(sql), sql
