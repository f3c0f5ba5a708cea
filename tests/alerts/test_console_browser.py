"""The console and the handheld as people meet them: real browsers, a real server."""

import re

import pytest
from playwright.sync_api import expect

from alerts import lifecycle
from alerts.enums import AlertStatus, Factor, Outcome
from alerts.erasure import forget_entry
from alerts.models import AlertEvent
from deployments.enums import Role, Status
from deployments.models import Deployment, User
from tests.alerts.conftest import PHONE
from tests.alerts.console_pages import (
    PageOf,
    act,
    card,
    compare,
    connection_of,
    handheld_of,
    open_console,
    step_of,
    violations,
)
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_camera, make_deployment, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect.set_options(timeout=20_000)  # a dismissal alone waits five seconds to be undone


@pytest.fixture
def live(web_server: WebServer) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def alice(live: Deployment) -> User:
    return person("alice")


@pytest.fixture
def bob(live: Deployment) -> User:
    return person("bob")


def test_alert_from_camera_to_outcome(
    page_of: PageOf, live: Deployment, alice: User, bob: User
) -> None:
    first, second = (open_console(page_of, user, live) for user in (alice, bob))
    officer = page_of(person("engagement_officer"), handheld_of(live), size=PHONE)
    expect(officer.locator("[data-empty]")).to_be_visible()

    alert = make_alert(live)
    for page in (first, second):
        for which in ("probe", "candidate", "context"):
            expect(page.locator(f'[data-picture="{which}"] img')).to_be_visible()
    painted = card(first, alert)
    expect(painted).to_have_attribute("data-painted-at", re.compile(r"\d+"))
    latency_s = float(painted.get_attribute("data-painted-at") or "nan") - float(
        painted.get_attribute("data-captured-at") or "nan"
    )
    assert latency_s > 0

    first.keyboard.press("c")
    expect(second.locator('[data-step="other"]')).to_contain_text(str(alice))
    expect(first.locator('[data-action="confirm"]')).to_be_disabled()
    expect(first.locator("[data-reveal]")).to_be_disabled()
    compare(first, "Nose")
    first.locator("[data-reveal]").click()
    expect(first.locator("[data-identity]")).to_contain_text("Person Number")
    first.keyboard.press("m")
    expect(second.locator('[data-step="other"]')).to_be_visible()
    expect(first.locator('[data-step="dispatch"]')).to_be_visible()
    expect(officer.locator(".field-alert")).to_have_count(0)
    first.keyboard.press("d")
    expect(first.locator("[data-problem]")).to_contain_text("Say who was asked")
    first.get_by_label("Police National Computer").check()
    first.keyboard.press("d")
    expect(step_of(first, "undo")).to_contain_text("Officers are told in")
    expect(officer.locator(".field-alert")).to_have_count(0)

    expect(officer.locator(".field-alert img")).to_have_count(2)
    act(officer, "acknowledge")
    officer.locator('[data-view="could_be"]').click()
    act(officer, "engage")
    for name, value in (
        ("identity_confirmed", "yes"),
        ("outcome", Outcome.ARREST),
        ("notice_handed_over", "yes"),
    ):
        officer.locator(f'input[name^="{name}"][value="{value}"]').check()
    act(officer, "resolve")

    for page in (first, second):
        expect(card(page, alert)).to_contain_text("Arrest")
    alert.refresh_from_db()
    assert alert.engagement.outcome == Outcome.ARREST
    assert alert.adjudications.get().in_favour == [Factor.NOSE]
    assert alert.first_looks.get().by == alice


def test_two_operators_reach_for_the_same_alerts(
    page_of: PageOf, live: Deployment, alice: User, bob: User
) -> None:
    first, second = (open_console(page_of, user, live) for user in (alice, bob))
    for _ in range(5):
        alert = make_alert(live)
        for page in (first, second):
            card(page, alert).get_by_role("button").click()
            expect(page.locator('[data-action="claim"]')).to_be_enabled()
        for page in (first, second):
            page.evaluate("document.querySelector('[data-action=claim]').click()")

        alert_won = first.locator("[data-open-alert]")
        expect(alert_won).to_have_attribute("data-status", "claimed")
        expect(second.locator("[data-open-alert]")).to_have_attribute("data-status", "claimed")
        alert.refresh_from_db()
        winner, loser = (first, second) if alert.claimed_by == alice else (second, first)
        expect(winner.locator('[data-step="judge"]')).to_be_visible()
        expect(loser.locator('[data-step="other"]')).to_contain_text(str(alert.claimed_by))


def test_console_catches_up_after_the_server_was_killed(
    page_of: PageOf, live: Deployment, alice: User, bob: User, web_server: WebServer
) -> None:
    page = open_console(page_of, alice, live)
    before = make_alert(live)
    expect(card(page, before)).to_be_visible()

    web_server.stop()
    connection_of(page, "offline")
    expect(page.locator('[data-action="claim"]')).to_be_disabled()
    decided = make_alert(live, status=AlertStatus.NOT_LOCATED, by=bob)
    waiting = make_alert(live)
    lifecycle.claim(before, by=bob)
    web_server.start()

    connection_of(page, "live")
    expect(card(page, waiting)).to_have_attribute("data-status", "raised")
    expect(card(page, decided)).to_have_attribute("data-status", "not_located")
    expect(card(page, before)).to_have_attribute("data-status", "claimed")
    expect(page.locator(".cards [data-uuid]")).to_have_count(3)
    assert AlertEvent.objects.filter(deployment=live).count() == 8


def test_erased_alert_vanishes_with_its_pictures(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    alert = make_alert(live)
    page = open_console(page_of, alice, live)
    expect(page.locator('[data-picture="probe"] img')).to_be_visible()
    assert alert.entry is not None

    forget_entry(alert.entry)

    expect(card(page, alert)).to_have_count(0)
    expect(page.locator("[data-open-none]")).to_contain_text("The alert was erased.")
    assert page.locator(".pictures img[src]").count() == 0


def test_lost_role_closes_the_console(page_of: PageOf, live: Deployment, alice: User) -> None:
    make_alert(live)
    page = open_console(page_of, alice, live)

    User.objects.filter(pk=alice.pk).update(roles=[Role.APPLICANT])

    expect(page.locator("[data-notice]")).to_contain_text("You are signed out")
    expect(page.locator(".cards [data-uuid]")).to_have_count(0)
    expect(page.locator("[data-open-alert]")).to_be_hidden()
    expect(page.locator("[data-open-none] h2")).to_have_text("Nothing is open")


def test_words_from_the_database_are_text(page_of: PageOf, live: Deployment, alice: User) -> None:
    evil = "<img src=x onerror=document.title='owned'>"
    deployment = make_deployment(status=Status.LIVE, cameras=[make_camera(name=evil)])
    make_alert(deployment)

    page = open_console(page_of, alice, deployment)

    expect(page.locator('[data-slot="camera"]')).to_have_text(evil)
    expect(page.locator("[data-cameras]")).to_contain_text(evil)
    assert page.title() != "owned"


def test_single_keys_can_be_switched_off(page_of: PageOf, live: Deployment, alice: User) -> None:
    alert = make_alert(live)
    page = open_console(page_of, alice, live)
    expect(page.locator('[data-action="claim"]')).to_be_enabled()

    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.locator("[data-keys-dialog] button").click()
    page.keyboard.press("c")
    page.reload()
    connection_of(page, "live")
    page.keyboard.press("c")

    page.wait_for_timeout(300)
    alert.refresh_from_db()
    assert alert.status == AlertStatus.RAISED


def test_sound_is_visibly_waiting_until_it_is_allowed(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    page = open_console(page_of, alice, live)

    page.locator("[data-sound-test]").click()
    expect(page.locator("[data-sound]")).to_have_text("Sound on")
    page.locator("[data-sound]").click()
    expect(page.locator("[data-sound]")).to_have_text("Sound off")


def test_emergency_stop(page_of: PageOf, live: Deployment, alice: User) -> None:
    page = open_console(page_of, alice, live)
    expect(page.locator("[data-status]")).to_have_text("Live")

    page.get_by_role("button", name="Stop", exact=True).click()

    expect(page.locator("[data-status]")).to_have_text("Suspended")
    live.refresh_from_db()
    assert live.status == Status.SUSPENDED
    assert violations(page) == []
    page.get_by_label("Reason").fill("A camera had turned.")
    page.get_by_role("button", name="Add the reason").click()
    expect(page.locator("[data-stop-dialog]")).to_be_hidden()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    assert live.status_changes.filter(reason="A camera had turned.").exists()


def test_suspending_from_the_console_asks_why(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    page = open_console(page_of, alice, live)
    expect(page.locator("[data-status]")).to_have_text("Live")

    page.locator("[data-stop]").click()
    page.locator('[data-move-name="suspend"]').click()
    expect(page.locator("[data-stop-problem]")).to_contain_text("Say why")
    page.get_by_label("Reason").fill("Rain.")
    page.locator('[data-move-name="suspend"]').click()

    expect(page.locator("[data-status]")).to_have_text("Suspended")
    live.refresh_from_db()
    assert live.status == Status.SUSPENDED
