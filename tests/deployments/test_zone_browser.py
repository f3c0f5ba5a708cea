"""Drawing a zone in a real browser: with the pointer, with the keyboard, as numbers."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.fixtures import Settings

from deployments.models import Deployment
from tests.deployments.application_data import address, zone_of_camera
from tests.factories import Cast, make_camera, make_deployment

pytestmark = pytest.mark.browser

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture
def draft(cast: Cast, client: Client, settings: Settings) -> Deployment:
    """An application whose only camera has a zone of a tenth to seven tenths."""
    settings.SECURE_SSL_REDIRECT = False
    camera = make_camera()
    deployment = make_deployment(cameras=[camera])
    client.force_login(cast.applicant)
    client.post(address(deployment, "zones"), zone_of_camera(camera, y="10", h="60"))
    return deployment


@pytest.fixture
def zones(draft: Deployment, client: Client, page: Page) -> Page:
    """The page of the zones as Django answers it, with its own scripts and styles."""
    document = client.get(address(draft, "zones"))
    headers = {
        name: document[name]
        for name in ("Content-Type", "Content-Security-Policy")
        if name in document
    }

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            route.fulfill(body=document.content, headers=headers)
        elif path.startswith("/static/"):
            file = Path(str(finders.find(path.removeprefix("/static/"))))
            route.fulfill(body=file.read_bytes(), content_type=KINDS.get(file.suffix, "text/plain"))
        else:
            route.fulfill(status=404)

    page.route(re.compile(".*"), answer)
    page.goto("http://testserver" + address(draft, "zones"))
    return page


def numbers(page: Page) -> list[float]:
    return [
        float(page.locator(f'[data-zone] input[name$="-{name}"]').input_value()) for name in "xywh"
    ]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two points in fractions of the picture."""
    drawing = page.locator(".zone-drawing")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=3)
    page.mouse.up()


def test_pressing_outside_the_zone_draws_a_new_one(zones: Page):
    drag(zones, (0.8, 0.9), (0.9, 0.98))

    assert numbers(zones) == pytest.approx([80, 90, 10, 8], abs=0.7)


def test_pressing_inside_moves_it_and_the_frame_holds_it(zones: Page):
    drag(zones, (0.4, 0.4), (0.5, 0.5))
    assert numbers(zones) == pytest.approx([20, 20, 60, 60], abs=0.7)

    drag(zones, (0.5, 0.5), (0.99, 0.99))
    assert numbers(zones) == pytest.approx([40, 40, 60, 60], abs=0.7)


def test_the_keyboard_moves_it_and_changes_its_size(zones: Page):
    zones.locator(".zone-drawing").focus()

    zones.keyboard.press("ArrowRight")
    zones.keyboard.press("ArrowDown")
    zones.keyboard.press("Shift+ArrowLeft")
    zones.keyboard.press("Shift+ArrowDown")

    assert numbers(zones) == pytest.approx([11, 11, 59, 61])


def test_typing_a_number_draws_it(zones: Page):
    zones.locator('[data-zone] input[name$="-w"]').fill("25.5")

    expect(zones.locator(".zone-rect")).to_have_attribute("width", "0.255")


def test_what_is_drawn_is_what_is_saved(zones: Page, draft: Deployment, client: Client):
    drag(zones, (0.8, 0.9), (0.9, 0.98))
    camera = draft.cameras.get()
    typed = {
        f"camera-{camera.pk}-{name}": str(value)
        for name, value in zip("xywh", numbers(zones), strict=True)
    }

    response = client.post(address(draft, "zones"), typed)

    assert response.status_code == 302
    used = draft.deploymentcamera_set.get()
    assert float(used.zone_x or 0) * 100 == pytest.approx(float(typed[f"camera-{camera.pk}-x"]))
