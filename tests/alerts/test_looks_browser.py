"""Console and handheld in every state, in all three colours, on a laptop and on a phone: read by
axe, measured, and photographed into pytest's temporary folder, to be looked at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from alerts.enums import AlertStatus
from alerts.raising import Near
from deployments.enums import Status
from deployments.models import Deployment
from tests.alerts.conftest import LAPTOP, PHONE
from tests.alerts.console_pages import (
    PageOf,
    act,
    card,
    compare,
    console_of,
    handheld_of,
    step_of,
    violations,
)
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_deployment, make_entry, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THEMES = ["light", "dark", "sunlight"]
FINGER_PX = 44
# What is pressed and too small for a finger. A link within a sentence is exempt (WCAG 2.5.8).
TOO_SMALL = """least => [...document.querySelectorAll(
    "button, select, summary, a.button, input:not([type=hidden]), label:has(input)")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest(".visually-hidden"))
  .filter((each) => !each.matches("input") || !each.closest("label"))
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 120)])
  .filter(([box]) => Math.min(box.width, box.height) < least - 0.5)
  .map(([box, html]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
SCROLLS = """[document.documentElement, document.querySelector(".open")]
  .some((each) => each.scrollHeight > each.clientHeight)"""
Look = Callable[[Page, str], None]


@pytest.fixture
def live(web_server: WebServer) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    """What is wrong with a state is collected, so that one run names all of it."""
    faults: list[str] = []

    def look_at(page: Page, state: str) -> None:
        page.screenshot(path=tmp_path / f"{state}.png", full_page=True)
        size = page.viewport_size
        assert size is not None
        wrong = violations(page)
        if size["width"] == PHONE[0]:
            wrong += page.evaluate(TOO_SMALL, FINGER_PX)
            if page.evaluate("document.documentElement.scrollWidth") > PHONE[0]:
                wrong.append("wider than the phone")
        elif page.locator(".open").count() and page.evaluate(SCROLLS):
            wrong.append("the open alert needs scrolling")
        faults.extend(f"{state}: {each}" for each in wrong)

    yield look_at
    assert not faults


def coloured(page: Page, theme: str) -> None:
    page.evaluate("theme => localStorage.setItem('lfr-theme', theme)", theme)
    page.reload()
    expect(page.locator(".badge[data-connection]")).to_have_text("Live")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_console(
    page_of: PageOf, live: Deployment, look: Look, theme: str, size: tuple[int, int]
) -> None:
    page = page_of(person("alice"), console_of(live), size=size)
    coloured(page, theme)
    page.locator("[data-sound-test]").click()
    expect(page.locator("[data-sound]")).to_have_text("Sound on")
    look(page, "0-nothing")
    near = Near(make_entry(live).pk, 0.79)
    make_alert(live, is_lookalike=True, others=(near,))
    for which in ("probe", "candidate", "context"):
        expect(page.locator(f'[data-picture="{which}"] img').first).to_be_visible()
    look(page, "1-raised")
    act(page, "claim")
    expect(step_of(page, "judge")).to_be_visible()
    compare(page, "Nose", "Lighting")
    page.locator('[data-prompt="Ears"]').dblclick()
    look(page, "2-first-look")
    page.locator("[data-reveal]").click()
    expect(page.locator("[data-identity]")).to_be_visible()
    look(page, "3-identity")
    act(page, "dismiss")
    expect(page.locator("[data-problem]")).to_be_visible()
    look(page, "4-refused")
    act(page, "ask-second")
    expect(step_of(page, "asked")).to_be_visible()
    look(page, "5-asked")
    act(page, "take-back-second")
    act(page, "confirm")
    expect(step_of(page, "dispatch")).to_be_visible()
    look(page, "6-dispatch")
    page.get_by_label("Police National Computer").check()
    act(page, "dispatch")
    expect(step_of(page, "undo")).to_be_visible()
    look(page, "7-undo")
    expect(step_of(page, "sent")).to_be_visible()
    look(page, "8-sent")
    act(page, "engage")
    expect(step_of(page, "outcome")).to_be_visible()
    look(page, "9-outcome")
    held = make_alert(live, status=AlertStatus.CLAIMED, by=person("bob"))
    card(page, held).get_by_role("button").click()
    expect(step_of(page, "other")).to_be_visible()
    look(page, "10-other")
    page.locator("[data-keys]").click()
    expect(page.locator("[data-keys-dialog]")).to_be_visible()
    look(page, "11-keys")


def test_handheld(page_of: PageOf, live: Deployment, look: Look, theme: str) -> None:
    page = page_of(person("engagement_officer"), handheld_of(live), size=PHONE)
    coloured(page, "light" if theme == "sunlight" else theme)
    if theme == "sunlight":
        page.locator("[data-sunlight]").click()
    look(page, "0-nothing")
    make_alert(live, status=AlertStatus.DISPATCHED, is_lookalike=True)
    expect(page.locator(".field-alert img")).to_have_count(2)
    for index in range(2):
        expect(page.locator(".field-alert img").nth(index)).to_be_visible()
    page.locator("[data-reveal]").click()
    expect(page.locator("[data-identity]")).to_be_visible()
    look(page, "1-acknowledge")
    act(page, "acknowledge")
    expect(step_of(page, "assess")).to_be_visible()
    look(page, "2-assess")
    page.locator('[data-view="could_be"]').click()
    expect(step_of(page, "engage")).to_be_visible()
    look(page, "3-engage")
    act(page, "engage")
    expect(step_of(page, "outcome")).to_be_visible()
    act(page, "resolve")
    expect(page.locator("[data-problem]")).to_be_visible()
    look(page, "4-outcome")
    page.context.set_offline(True)
    for name, value in (
        ("identity_confirmed", "yes"),
        ("outcome", "arrest"),
        ("notice_handed_over", "yes"),
    ):
        page.locator(f'input[name^="{name}"][value="{value}"]').check()
    act(page, "resolve")
    expect(page.locator("[data-outbox]")).to_be_visible()
    look(page, "5-kept")
