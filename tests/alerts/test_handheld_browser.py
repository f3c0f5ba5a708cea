"""The officers' handheld in a phone-sized Chromium: installed, in a tunnel, under two sign-ins."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import reverse
from playwright.sync_api import Page, expect

from alerts import lifecycle
from alerts.enums import AlertStatus
from alerts.models import Alert, Engagement, FieldAssessment
from deployments.enums import Role, Status
from deployments.models import Deployment, User
from tests.alerts.conftest import PHONE
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_deployment, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[..., Page]
WORKER_READY = "navigator.serviceWorker.ready.then((each) => each.active.state)"
GLOVE_PX = 56


@pytest.fixture
def live(web_server: WebServer) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def officer(live: Deployment) -> User:
    return person("engagement_officer")


@pytest.fixture
def handheld(page_of: PageOf, live: Deployment, officer: User) -> Page:
    page = page_of(officer, reverse("alerts:handheld", args=[live.uuid]), size=PHONE)
    expect(page.locator("[data-connection]")).to_have_text("Live")
    page.evaluate(WORKER_READY)
    return page


def of(page: Page, alert: Alert, selector: str) -> Any:
    return page.locator(f'[data-uuid="{alert.uuid}"] {selector}')


def press(page: Page, alert: Alert, action: str) -> None:
    of(page, alert, f'[data-step]:not([hidden]) [data-action="{action}"]').click()


def kept_on_the_phone(page: Page) -> dict[str, Any]:
    """Everything that the page and its service worker store: caches with their addresses and
    types, local and session storage, databases, cookies that scripts see."""
    found: dict[str, Any] = page.evaluate("""async () => {
        const cached = {};
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
                const answer = await cache.match(request);
                cached[new URL(request.url).pathname] = {
                    type: answer.headers.get("Content-Type"), text: await answer.text(),
                };
            }
        }
        return {
            cached, local: {...localStorage}, session: {...sessionStorage},
            databases: (await indexedDB.databases()).length,
        };
    }""")
    return found


def test_through_a_tunnel_from_acknowledgement_to_outcome(
    handheld: Page, live: Deployment, officer: User
) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    expect(of(handheld, alert, "img")).to_have_count(2)
    expect(of(handheld, alert, '[data-picture="candidate"] img')).to_be_visible()

    handheld.context.set_offline(True)
    expect(handheld.locator("[data-connection]")).to_have_text("No signal", timeout=20_000)
    press(handheld, alert, "acknowledge")
    of(handheld, alert, '[data-view="could_be"]').click()
    press(handheld, alert, "engage")
    for name, value in (
        ("identity_confirmed", "yes"),
        ("outcome", "arrest"),
        ("notice_handed_over", "no"),
    ):
        of(handheld, alert, f'input[name^="{name}"][value="{value}"]').check()
    press(handheld, alert, "resolve")
    expect(handheld.locator("[data-outbox-list] li")).to_have_count(4)
    alert.refresh_from_db()
    assert alert.status == AlertStatus.DISPATCHED
    handheld.context.set_offline(False)

    expect(handheld.locator("[data-done-list]")).to_contain_text("Arrest")
    expect(handheld.locator("[data-outbox]")).to_be_hidden()
    expect(handheld.locator("[data-refused]")).to_be_hidden()
    alert.refresh_from_db()
    assert alert.status == AlertStatus.RESOLVED
    engagement = Engagement.objects.get()
    assert (engagement.by, engagement.notice_handed_over) == (officer, False)
    assert FieldAssessment.objects.get().view == "could_be"


def test_what_moved_on_meanwhile_is_refused_with_the_reason(
    handheld: Page, live: Deployment
) -> None:
    gone, here = (make_alert(live, status=AlertStatus.DISPATCHED) for _ in range(2))
    expect(handheld.locator(".field-alert")).to_have_count(2)

    handheld.context.set_offline(True)
    for alert in (gone, here):
        press(handheld, alert, "acknowledge")
        of(handheld, alert, '[data-view="cannot_tell"]').click()
        press(handheld, alert, "engage")
    expect(handheld.locator("[data-outbox-list] li")).to_have_count(6)
    lifecycle.not_located(gone, by=person("alice"))
    handheld.context.set_offline(False)

    expect(of(handheld, here, '[data-step="outcome"]')).to_be_visible()
    refused = handheld.locator("[data-refused-list] li")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("This alert has moved on: not located.")
    expect(handheld.locator("[data-outbox]")).to_be_hidden()
    handheld.locator("[data-refused-read]").click()
    expect(handheld.locator("[data-refused]")).to_be_hidden()
    for alert in (gone, here):
        alert.refresh_from_db()
    assert (here.status, gone.status) == (AlertStatus.ENGAGED, AlertStatus.NOT_LOCATED)
    assert FieldAssessment.objects.get().alert == here


def test_answer_that_was_lost_on_the_way_back_is_no_refusal(
    handheld: Page, live: Deployment
) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    answered: list[int] = []

    def lose_the_first(route: Any) -> None:
        if not answered:
            answered.append(route.fetch().status)  # the server has heard it
            route.abort()
        else:
            route.continue_()

    handheld.route("**/not-located/", lose_the_first)
    press(handheld, alert, "acknowledge")
    press(handheld, alert, "not-located")

    expect(handheld.locator("[data-done-list]")).to_contain_text("Not located")
    expect(handheld.locator("[data-outbox]")).to_be_hidden()
    expect(handheld.locator("[data-refused]")).to_be_hidden()
    assert answered == [200]


def test_phone_keeps_its_shell_and_nothing_of_anybody(handheld: Page, live: Deployment) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    expect(of(handheld, alert, '[data-picture="probe"] img')).to_be_visible()
    of(handheld, alert, "[data-reveal]").click()
    expect(of(handheld, alert, "[data-identity]")).to_be_visible()
    assert alert.entry is not None

    handheld.context.set_offline(True)
    press(handheld, alert, "acknowledge")
    expect(handheld.locator("[data-outbox-list] li")).to_have_count(1)
    kept = kept_on_the_phone(handheld)

    types = {address: each["type"].partition(";")[0] for address, each in kept["cached"].items()}
    pages = [address for address, kind in types.items() if kind == "text/html"]
    assert pages == [reverse("alerts:handheld_shell")]
    assert set(types.values()) == {"text/html", "text/css", "text/javascript", "image/svg+xml"}
    assert all(address in pages or address.startswith("/static/") for address in types)
    everything = json.dumps(kept)
    for secret in (
        alert.entry.name,
        alert.entry.reference,
        alert.get_category_display(),
        live.title,
        str(person("engagement_officer")),
    ):
        assert secret not in everything
    (waiting,) = json.loads(kept["local"]["lfr-handheld-outbox"])
    assert set(waiting) == {"by", "uuid", "action", "fields", "at", "isTried"}
    assert (kept["session"], kept["databases"]) == ({}, 0)


def test_it_opens_in_a_tunnel_and_sends_when_it_is_out(handheld: Page, live: Deployment) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    expect(handheld.locator(".field-alert")).to_have_count(1)
    handheld.context.set_offline(True)
    press(handheld, alert, "acknowledge")
    expect(handheld.locator("[data-outbox-list] li")).to_have_count(1)

    handheld.reload()

    expect(handheld.locator("[data-connection]")).to_have_text("No signal", timeout=20_000)
    expect(handheld.locator("[data-empty]")).to_contain_text("No signal")
    expect(handheld.locator("[data-outbox-list] li")).to_contain_text("Acknowledged: an alert")
    expect(handheld.locator("img[src]")).to_have_count(0)
    assert Axe().run(handheld).response["violations"] == []
    handheld.context.set_offline(False)

    expect(handheld.locator(".field-alert")).to_have_count(1)
    expect(handheld.locator("[data-outbox]")).to_be_hidden()
    expect(handheld.locator("[data-title]")).to_have_text(live.title)
    expect(of(handheld, alert, '[data-step="assess"]')).to_be_visible()
    assert FieldAssessment.objects.filter(alert=alert).count() == 1


def test_nobody_elses_decisions_are_sent(
    handheld: Page, live: Deployment, web_server: WebServer
) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    expect(handheld.locator(".field-alert")).to_have_count(1)
    handheld.evaluate(
        """(uuid) => localStorage.setItem("lfr-handheld-outbox", JSON.stringify([
            {by: 999999, uuid, action: "not-located", fields: {}, at: Date.now(), isTried: false},
        ]))""",
        str(alert.uuid),
    )
    handheld.reload()

    expect(handheld.locator("[data-refused-list]")).to_contain_text("another sign-in")
    expect(handheld.locator("[data-outbox]")).to_be_hidden()
    alert.refresh_from_db()
    assert alert.status == AlertStatus.DISPATCHED


def test_lost_role_leaves_nobody_on_the_screen(
    handheld: Page, live: Deployment, officer: User
) -> None:
    make_alert(live, status=AlertStatus.DISPATCHED)
    expect(handheld.locator(".field-alert img[src]").first).to_be_visible()

    User.objects.filter(pk=officer.pk).update(roles=[Role.APPLICANT])

    expect(handheld.locator("[data-notice]")).to_be_visible()
    expect(handheld.locator("img[src]")).to_have_count(0)


def test_it_can_be_installed(handheld: Page) -> None:
    devtools = handheld.context.new_cdp_session(handheld)

    manifest = devtools.send("Page.getAppManifest")
    problems = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["display"] == "standalone"
    # A browser context of a test is a private window, in which nothing is ever installed.
    assert {each["errorId"] for each in problems} <= {"in-incognito"}


def test_everything_is_large_enough_for_gloves(handheld: Page, live: Deployment) -> None:
    alert = make_alert(live, status=AlertStatus.DISPATCHED)
    small = """(least) => [...document.querySelectorAll("button, a, .big-choices label")]
        .filter((each) => each.checkVisibility() && !each.closest(".skip-link, .visually-hidden"))
        .filter((each) => !each.classList.contains("skip-link"))
        .filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < least)
        .map((each) => each.outerHTML)"""

    for step in ("acknowledge", "assess", "engage", "outcome"):
        expect(of(handheld, alert, f'[data-step="{step}"]')).to_be_visible()
        assert handheld.evaluate(small, GLOVE_PX) == []
        assert handheld.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert Axe().run(handheld).response["violations"] == []
        if step == "assess":
            of(handheld, alert, '[data-view="could_be"]').click()
        elif step != "outcome":
            press(handheld, alert, step)
