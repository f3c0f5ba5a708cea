"""Two operators press at the same moment, a hundred times: real browsers, a real server."""

import time

import pytest
from playwright.sync_api import Page, expect

from alerts import lifecycle
from alerts.enums import AlertStatus, EventKind
from alerts.models import AlertEvent
from deployments.enums import Status
from deployments.models import AuditEvent, User
from tests.alerts.console_pages import (
    PageOf,
    act,
    card,
    connection_of,
    console_of,
    open_console,
    step_of,
)
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_deployment, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROUNDS = 100
PRESS_AT = """at => {
  const press = () => document.querySelector('[data-step="claim"] [data-action=claim]').click();
  setTimeout(press, at - Date.now());
}"""


def shows(page: Page, status: AlertStatus) -> None:
    expect(page.locator("[data-open-alert]")).to_have_attribute(
        "data-status", status, timeout=20_000
    )


def test_one_has_it_and_the_other_sees_who(page_of: PageOf, web_server: WebServer) -> None:
    live = make_deployment(status=Status.LIVE)
    users: list[User] = [person("alice"), person("bob")]
    pages = [open_console(page_of, user, live) for user in users]
    alert = make_alert(live)
    for page in pages:
        card(page, alert).get_by_role("button").click()

    for _ in range(ROUNDS):
        for page in pages:
            shows(page, AlertStatus.RAISED)
            expect(page.locator('[data-step="claim"] [data-action="claim"]')).to_be_enabled()
        at = 1000 * time.time() + 60
        for page in pages:
            page.evaluate(PRESS_AT, at)
        for page in pages:
            shows(page, AlertStatus.CLAIMED)
        alert.refresh_from_db()
        assert alert.claimed_by in users
        for user, page in zip(users, pages, strict=True):
            mine = alert.claimed_by == user
            expect(step_of(page, "judge" if mine else "other")).to_be_visible()
            if not mine:
                expect(step_of(page, "other")).to_contain_text(str(alert.claimed_by))
        lifecycle.release(alert, by=alert.claimed_by)

    assert AlertEvent.objects.filter(kind=EventKind.CLAIMED).count() == ROUNDS
    assert AuditEvent.objects.filter(action="alert.claimed").count() == ROUNDS


def test_console_that_goes_away_gives_its_alert_back(
    page_of: PageOf, web_server: WebServer
) -> None:
    """Whatever became of its socket: the database has not heard of it for four seconds."""
    live = make_deployment(status=Status.LIVE)
    alice, bob = person("alice"), person("bob")
    alert = make_alert(live)
    strict = WebServer(web_server.files, settings={"LFR_CONSOLE_GONE_S": "4"})
    strict.start()
    try:
        lost, other = (page_of(user, console_of(live), server=strict) for user in (alice, bob))
        for page in (lost, other):
            connection_of(page, "live")
            card(page, alert).get_by_role("button").click()
        act(lost, "claim")
        expect(step_of(other, "other")).to_contain_text(str(alice))
        other.wait_for_timeout(6000)  # longer than the limit: one who is there keeps it
        shows(other, AlertStatus.CLAIMED)

        lost.close()

        shows(other, AlertStatus.RAISED)
        expect(step_of(other, "claim")).to_be_visible()
        released = AuditEvent.objects.get(action="alert.released")
        assert (released.actor, released.reason) == (
            "system",
            "The operator's console has gone away.",
        )
    finally:
        strict.stop()
