"""What an operator has begun to write down, through reloads and lost connections."""

import pytest
from playwright.sync_api import Page, expect

from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason
from alerts.models import Alert, JudgementDraft
from deployments.enums import Status
from deployments.models import Deployment, User
from tests.alerts.console_pages import (
    PageOf,
    act,
    card,
    compare,
    connection_of,
    open_console,
    step_of,
)
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_deployment, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "A scar above the left eye."


@pytest.fixture
def live(web_server: WebServer) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def alice(live: Deployment) -> User:
    return person("alice")


@pytest.fixture
def claimed(live: Deployment, alice: User) -> Alert:
    return make_alert(live, status=AlertStatus.CLAIMED, by=alice)


def begin(page: Page) -> None:
    compare(page, "Nose")
    page.locator('[data-prompt="Ears"]').dblclick()
    page.locator("#factor-subject").fill(WORDS)
    page.locator("[data-reason]").select_option(DismissalReason.POOR_IMAGE)


def stands(page: Page) -> None:
    """As it was begun, in the alert that was open."""
    expect(step_of(page, "judge")).to_be_visible()
    expect(page.locator('[data-prompt="Nose"]')).to_have_attribute("data-finding", "agrees")
    expect(page.locator('[data-prompt="Ears"]')).to_have_attribute("data-finding", "differs")
    expect(page.locator("#factor-subject")).to_have_value(WORDS)
    expect(page.locator("[data-reason]")).to_have_value(DismissalReason.POOR_IMAGE)


def test_reload_in_a_storm_costs_nothing(
    page_of: PageOf, live: Deployment, alice: User, claimed: Alert
) -> None:
    """At once after the last key, with others waiting that are more urgent."""
    page = open_console(page_of, alice, live)
    expect(page.locator("[data-open-alert]")).to_have_attribute("data-uuid", str(claimed.uuid))
    for _ in range(20):
        make_alert(live)
    begin(page)

    page.reload()

    connection_of(page, "live")
    expect(page.locator("[data-open-alert]")).to_have_attribute("data-uuid", str(claimed.uuid))
    stands(page)
    stored = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert WORDS not in stored
    assert "nose" not in stored
    act(page, "confirm")
    expect(step_of(page, "dispatch")).to_be_visible()
    assert not JudgementDraft.objects.exists()
    assert claimed.adjudications.get().subject_factors == WORDS


def test_server_that_was_away_gets_it_afterwards(
    page_of: PageOf, live: Deployment, alice: User, claimed: Alert, web_server: WebServer
) -> None:
    page = open_console(page_of, alice, live)
    expect(step_of(page, "judge")).to_be_visible()
    web_server.stop()
    connection_of(page, "offline")
    begin(page)
    with page.expect_response(lambda answer: "/draft/" in answer.url and answer.ok):
        web_server.start()  # it is sent again without a further key
    connection_of(page, "live")
    stands(page)

    page.reload()
    stands(page)


def test_alert_that_was_given_back_meanwhile_is_gone_on_with(
    page_of: PageOf, live: Deployment, alice: User, claimed: Alert
) -> None:
    """Confirming who one is may take longer than an absent console keeps its alert."""
    page = open_console(page_of, alice, live)
    with page.expect_response(lambda answer: "/draft/" in answer.url and answer.ok):
        begin(page)
    page.goto("about:blank")
    lifecycle.abandon(claimed)

    page.go_back()
    card(page, claimed).get_by_role("button").click()
    act(page, "claim")

    stands(page)


def test_release_and_erasure_leave_nothing_in_the_page(
    page_of: PageOf, live: Deployment, alice: User, claimed: Alert
) -> None:
    page = open_console(page_of, alice, live)
    with page.expect_response(lambda answer: "/draft/" in answer.url and answer.ok):
        begin(page)

    page.keyboard.press("Escape")
    act(page, "release")
    expect(step_of(page, "claim")).to_be_visible()
    act(page, "claim")

    expect(step_of(page, "judge")).to_be_visible()
    expect(page.locator("#factor-subject")).to_have_value("")
    expect(page.locator('[data-prompt="Nose"]')).to_have_attribute("data-finding", "")
    assert not JudgementDraft.objects.exists()


def test_second_operators_begin_with_nothing(
    page_of: PageOf, live: Deployment, alice: User, claimed: Alert
) -> None:
    page = open_console(page_of, alice, live)
    begin(page)
    page.keyboard.press("Escape")
    page.locator("[data-reveal]").click()
    act(page, "ask-second")
    expect(step_of(page, "asked")).to_be_visible()

    second = open_console(page_of, person("bob"), live)
    card(second, claimed).get_by_role("button").click()
    expect(step_of(second, "judge")).to_be_visible()
    expect(second.locator("#factor-subject")).to_have_value("")
    compare(second, "Mouth")
    second.reload()
    connection_of(second, "live")
    card(second, claimed).get_by_role("button").click()
    expect(second.locator('[data-prompt="Mouth"]')).to_have_attribute("data-finding", "agrees")

    act(page, "take-back-second")
    stands(page)


def test_operator_says_when_officers_met_and_parted(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED, by=alice)
    page = open_console(page_of, alice, live)
    card(page, alert).get_by_role("button").click()
    since = step_of(page, "sent").locator("[name=engaged_from]")
    expect(since).not_to_have_value("")
    since.fill("2020-01-01T10:00")
    act(page, "engage")
    expect(page.locator("[data-problem]")).to_contain_text("Officers were sent at")

    page.reload()
    card(page, alert).get_by_role("button").click()
    act(page, "engage")
    outcome = step_of(page, "outcome")
    expect(outcome.locator("[name=engaged_from]")).not_to_have_value("")
    expect(outcome.locator("[name=engaged_to]")).not_to_have_value("")
    outcome.locator("select").select_option("arrest")
    for name in ("identity_confirmed", "notice_handed_over"):
        outcome.locator(f'[name="{name}"][value="yes"]').check()
    act(page, "resolve")

    expect(step_of(page, "over")).to_contain_text("Arrest")
    alert.refresh_from_db()
    assert alert.engagement.engaged_to is not None
    assert alert.engagement.engaged_from <= alert.engagement.engaged_to
