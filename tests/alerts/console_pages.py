"""What browser tests do with the pages of console and handheld."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from alerts.models import Alert
from deployments.models import Deployment, User

PageOf = Callable[..., Page]


def console_of(deployment: Deployment) -> str:
    return reverse("alerts:console", args=[deployment.uuid])


def handheld_of(deployment: Deployment) -> str:
    return reverse("alerts:handheld", args=[deployment.uuid])


def connection_of(page: Page, state: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", state)


def open_console(page_of: PageOf, user: User, deployment: Deployment) -> Page:
    page = page_of(user, console_of(deployment))
    connection_of(page, "live")
    return page


def card(page: Page, alert: Alert) -> Locator:
    return page.locator(f'.cards [data-uuid="{alert.uuid}"]')


def act(page: Page, name: str) -> None:
    page.locator(f'[data-step]:not([hidden]) [data-action="{name}"]:visible').click()


def step_of(page: Page, name: str) -> Locator:
    return page.locator(f'[data-step="{name}"]')


def compare(page: Page, *features: str) -> None:
    """Press each once: it agrees."""
    for feature in features:
        page.locator(f'[data-prompt="{feature}"]').click()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]
