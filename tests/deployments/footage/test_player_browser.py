"""Footage in a real Chromium, from a real daphne: a reason, and then it plays and can be gone to
and fro in; segments follow each other; axe finds nothing, on a laptop and on a telephone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Page, expect

from deployments.enums import Status
from deployments.models import AuditEvent, Deployment
from tests.alerts.conftest import LAPTOP, PHONE
from tests.alerts.web_server import WebServer
from tests.deployments.recordings import recorded
from tests.factories import make_cast, make_deployment, person
from tests.recognition.running import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
IS_SHOWN = (
    "!document.querySelector('video').seeking && document.querySelector('video').readyState > 1"
)


@pytest.fixture
def live(web_server: WebServer, recognition_worker: None) -> Deployment:
    make_cast()
    deployment = make_deployment(status=Status.LIVE, records_cctv=True)
    for seconds_ago in (10, 5):
        recorded(deployment, started_at=timezone.now() - timedelta(seconds=seconds_ago))
    return deployment


def opened(page_of: OpenPage, live: Deployment, *, size: tuple[int, int] = LAPTOP) -> Page:
    page = page_of(person("disclosure_officer"), f"/deployments/{live.uuid}/footage/", size=size)
    page.get_by_label("Ground").first.select_option("complaint")
    page.get_by_label("Reason").first.fill("Complaint 12/26.")
    page.get_by_role("button", name="Look at these segments").click()
    page.wait_for_url("**/footage/play/")
    return page


def test_it_plays_goes_to_and_fro_and_on(page_of: OpenPage, live: Deployment):
    page = opened(page_of, live)
    assert AuditEvent.objects.filter(action="footage.viewed").count() == 2

    until(lambda: bool(page.evaluate("document.querySelector('video').readyState >= 1")))
    assert page.evaluate("document.querySelector('video').videoWidth") == 320
    page.evaluate("document.querySelector('video').currentTime = 2.5")
    until(lambda: bool(page.evaluate(IS_SHOWN)))
    first = live.footage.get(number=1).started_at + timedelta(seconds=2.5)
    expect(page.locator("[data-clock]")).to_have_text(f"{timezone.localtime(first):%H:%M:%S}")
    expect(page.locator("[data-unplayable]")).to_be_hidden()
    page.evaluate("document.querySelector('video').playbackRate = 4")
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_url("**/footage/play/?segment=2")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    page_of: OpenPage, live: Deployment, size: tuple[int, int]
):
    page = opened(page_of, live, size=size)

    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Footage of").click()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
