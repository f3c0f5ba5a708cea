"""The page of what is held, due, overdue and erased: who reads it, and what stands there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from deployments import erasure_chart, purge
from deployments.enums import FootageGround, Status
from deployments.footage import holds
from deployments.models import Deployment, ErasureRecord
from deployments.retention import RULES, Due
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_deployment
from tests.tampering import triggers_disabled

READERS = ("auditor", "inspector", "authorising_officer", "system_administrator")


def _page(client: Client, **query: str):
    return client.get(reverse("deployments:erasure"), query, secure=True)


@pytest.mark.parametrize("name", ["deployments:erasure", "deployments:retention_annex"])
def test_those_who_answer_for_it_read_it_and_nobody_else(client: Client, cast: Cast, name: str):
    for username, person in cast.everyone().items():
        client.force_login(person)
        may = username in READERS or username == "second_superintendent"
        assert client.get(reverse(name), secure=True).status_code == (200 if may else 403), username


def test_it_says_what_is_held_due_overdue_and_erased(
    client: Client, cast: Cast, settings: Settings
):
    ended = make_deployment(status=Status.ENDED, entries=3, title="Market Square")
    make_deployment(status=Status.LIVE, entries=2)
    client.force_login(cast.inspector)

    page = _page(client)
    assertContains(page, "goes now")
    assertNotContains(page, "3 overdue")
    assertContains(page, "Market Square")
    assertContains(page, "2 watchlist entries and 2 images belong to deployments that are not over")
    assertContains(page, "Nothing was erased yet.")

    purge.purge()
    page = _page(client)
    assertContains(page, "Everything agrees, and nothing is overdue")
    assertContains(page, RULES["watchlist_templates"].ground)
    assertNotContains(page, "badge-bad")
    for entry in ended.entries.all():
        assertNotContains(page, entry.reference)


def test_what_does_not_agree_is_said_first(client: Client, cast: Cast):
    now = timezone.now()
    ErasureRecord.objects.create(kind="session", ground="None", count=3, due_at=now, done_at=now)
    client.force_login(cast.auditor)

    assertContains(_page(client), "the ledger and the audit trail count")


def test_the_ledger_is_filtered_by_kind_and_paged(client: Client, cast: Cast):
    from deployments import erasure_ledger

    for number in range(30):
        erasure_ledger.record("session", count=1, ground=f"Old {number}", deployment=None)
    erasure_ledger.record("sign_in", count=777, ground="Older", deployment=None)
    client.force_login(cast.auditor)

    page = _page(client, kind="session")
    assertNotContains(page, ">777<")
    assertContains(page, "Page 1 of 2")
    assertContains(page, "kind=session&amp;page=2")
    assertContains(_page(client, kind="sign_in"), "777")
    assert _page(client, kind="nonsense", page="x").status_code == 200


def test_the_chart_counts_each_thing_once_where_it_belongs():
    now = timezone.now()
    ages = (-400, -10, 60, 3601, 7 * 3600, 2 * 86_400, 9 * 86_400, 99 * 86_400)
    held = [
        Due(None, RULES["session"], now + timedelta(seconds=age), count)
        for count, age in enumerate(ages, start=1)
    ]

    columns = erasure_chart.falling_due(held, now=now).columns

    assert [column.count for column in columns] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [column.is_late for column in columns] == [True, *[False] * 7]
    heights = [column.height for column in columns]
    assert heights == sorted(heights)
    assert all(column.y >= erasure_chart.ROOM - 0.1 for column in columns)
    assert erasure_chart.falling_due([], now=now).columns[0].height == 0


def test_what_housekeeping_missed_stands_out(client: Client, cast: Cast):
    ended = make_deployment(status=Status.ENDED, entries=3)
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=ended.pk).update(ended_at=timezone.now() - timedelta(hours=25))
    client.force_login(cast.auditor)

    page = _page(client)

    assertContains(page, "3 overdue", count=2)  # the list and its templates
    assertContains(page, "Start the general worker and beat")


def test_a_hold_that_nobody_reviewed_stands_out_without_its_reason(
    client: Client, cast: Cast, recognition_worker: None, monkeypatch: pytest.MonkeyPatch
):
    live = make_deployment(status=Status.LIVE, records_cctv=True)
    holds.hold(
        live,
        [recorded(live)],
        ground=FootageGround.COMPLAINT,
        reason="Complaint of Joan Bright.",
        review_on=timezone.localdate() + timedelta(days=1),
        by=cast.disclosure_officer,
    )
    client.force_login(cast.inspector)
    page = _page(client)
    assertContains(page, "Footage kept longer on a named ground")
    assertNotContains(page, "not reviewed in time")

    late = timezone.now() + timedelta(days=4)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    client.force_login(cast.inspector)

    page = _page(client)
    assertContains(page, "1 hold was not reviewed in time")
    assertNotContains(page, "Joan Bright")


def _erased_all_day(deployment: Deployment, *, first: datetime, times: int) -> None:
    """Segments of a minute that go one by one."""
    minutes = [first + timedelta(minutes=number) for number in range(times)]
    ErasureRecord.objects.bulk_create(
        ErasureRecord(
            deployment=deployment, kind="footage", ground="31 days", count=2, due_at=at, done_at=at
        )
        for at in minutes
    )


def test_hundreds_of_erasures_are_a_line_a_day(client: Client, cast: Cast):
    """In the ledger and on the deployment's page; the days are those of the clock on the wall."""
    closed = make_deployment(status=Status.CLOSED, title="Market Square")
    other = make_deployment(status=Status.CLOSED, title="Bridge Street")
    before = datetime(2026, 7, 1, 21, 0, tzinfo=UTC)  # 22:00 in summer: two hours of 1 July
    _erased_all_day(closed, first=before, times=300)
    _erased_all_day(other, first=before, times=1)
    client.force_login(cast.auditor)

    ledger = _page(client, kind="footage")
    detail = client.get(reverse("deployments:detail", args=[closed.uuid]), secure=True)

    assertContains(ledger, 'data-label="Was due"', count=3)
    assertContains(ledger, '<span class="soft"> in 120 parts</span>', count=1)
    assertContains(ledger, '<span class="soft"> in 180 parts</span>', count=1)
    for page in (ledger, detail):
        assertContains(page, ">1 Jul 2026, 22:00:00</time> to ")
        assertContains(page, ">2 Jul 2026, 00:00:00</time> to ")
    assertContains(detail, "240 erased on ", count=1)
    assertContains(detail, "360 erased on ", count=1)


def test_the_ledger_takes_as_many_queries_for_a_year_as_for_a_day(client: Client, cast: Cast):
    """Each line names its deployment."""
    client.force_login(cast.auditor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert _page(client, kind="footage").status_code == 200
        return len(asked)

    at = timezone.now() - timedelta(days=40)
    _erased_all_day(make_deployment(status=Status.CLOSED), first=at, times=1)
    for_one = queries()
    for each in [make_deployment(status=Status.CLOSED) for _ in range(5)]:
        _erased_all_day(each, first=at, times=20)

    assert queries() == for_one
