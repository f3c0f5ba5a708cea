"""The whole loop in a real browser on the real parts: servers, workers, models, street camera.

What `manage.py demo --check` does over HTTP, with the clicks that people make."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from lfr_site.demo.cast import CAST
from lfr_site.demo.environment import ASSETS, THRESHOLD, DemoFolder
from lfr_site.demo.running import RunningDemo, running, seed
from lfr_site.demo.signs import sign_picture
from lfr_site.embedded import discard
from lfr_site.ports import free_port
from tests.filling_in import write_application

pytestmark = [pytest.mark.browser, pytest.mark.model]

PLACE = "Corn Market, Seedham"
ENROLMENT_MS = 180_000
CHECKS_MS = 60_000
FIRST_ALERT_MS = 90_000
ERASURE_MS = 120_000
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

PageOf = Callable[..., Page]


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningDemo]:
    """Everything that `make demo` starts, on a data folder of its own."""
    folder = DemoFolder(Path(settings.DATA_DIR) / "loop", is_check=True)
    try:
        with running(folder, port=free_port(), console=False, say=lambda _: None) as started:
            seed(started, people_only=True, say=lambda _: None)
            yield started
    finally:
        discard(folder.path)
        shutil.rmtree(folder.path)


@pytest.fixture
def page_of(browser: Browser, demo: RunningDemo) -> Iterator[PageOf]:
    """A browser of one's own for each person; nobody is signed in without a role."""
    contexts = []

    def open_page(role: str | None = None, *, size: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(
            base_url=demo.base_url,
            viewport=size,  # type: ignore[arg-type]
            locale="en-GB",
            java_script_enabled=role is not None,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        if role is not None:
            sign_in(page, role, password=demo.folder.secrets()["password"])
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, role: str, *, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", next(p.username for p in CAST if p.role == role))
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")


def apply(page: Page) -> str:
    """Fill the application in and submit it. Returns the deployment's page."""
    write_application(page, place=PLACE, threshold=THRESHOLD)
    page.get_by_role("button", name="Submit for decision").click()
    expect(page.get_by_text("Submitted. An authorising officer decides next.")).to_be_visible()
    return page.url


def fill_watchlist(page: Page, deployment: str, archive: Path) -> None:
    page.goto(f"{deployment}watchlist/import/")
    page.set_input_files("[name=sheet]", ASSETS / "watchlist.csv")
    page.set_input_files("[name=archive]", archive)
    page.click("main form button[type=submit]")
    page.get_by_role("button", name="Add 20 people").click()
    expect(page.get_by_text("The images are enrolled next")).to_be_visible()
    page.goto(deployment)
    expect(page.get_by_text("Every image is processed.")).to_be_visible(timeout=ENROLMENT_MS)


def review_watchlist(second: Page, manager: Page, deployment: str) -> None:
    """Twelve on a page: somebody looks, ticks and accepts until nobody waits."""
    for left in (20, 8):
        second.goto(f"{deployment}watchlist/review/")
        expect(second.get_by_text(f"{left} wait for you")).to_be_visible()
        second.get_by_role("button", name="Tick all shown").click()
        second.get_by_role("button", name="Accept what is ticked").click()
    expect(second.get_by_text("Nothing waits for your review")).to_be_visible()
    manager.goto(f"{deployment}watchlist/")
    manager.select_option("[name=source]", "pnc")
    manager.fill("[name=reference]", "CHECK-1")
    manager.get_by_role("button", name="Everybody on the list is still sought").click()
    expect(manager.get_by_text("Recorded: still sought.")).to_be_visible()


def judge_and_send(operator: Page) -> None:
    operator.locator('[data-action="claim"]').click()
    operator.locator('[data-prompt="Nose"]').click()
    operator.locator('[data-action="confirm"]').click()
    operator.get_by_label("Police National Computer").check()
    operator.locator('[data-action="dispatch"]').click()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "portraits.zip"
    with zipfile.ZipFile(path, "w") as images:
        for portrait in (ASSETS / "portraits").iterdir():
            images.write(portrait, portrait.name)
    return path


def test_from_application_to_erasure(page_of: PageOf, archive: Path) -> None:
    deployment = apply(page_of("applicant"))

    officer = page_of("authorising_officer")
    officer.goto(deployment)
    officer.check("[name=decision][value=authorise]")
    officer.fill("[name=reasons]", "Necessary, and limited in place and time.")
    officer.get_by_role("button", name="Record the decision").click()
    expect(officer.get_by_text("Authorised").first).to_be_visible()

    public = page_of()
    public.goto("/")
    expect(public.get_by_text(PLACE)).to_be_visible()
    assert public.context.cookies() == []

    manager = page_of("watchlist_manager")
    fill_watchlist(manager, deployment, archive)
    review_watchlist(page_of("watchlist_manager_2"), manager, deployment)

    operator = page_of("operator")
    operator.goto(deployment)
    operator.get_by_role("link", name="Read it").click()
    operator.get_by_role("button", name="Acknowledge the briefing").click()
    operator.get_by_role("button", name="Make ready").click()
    operator.get_by_role("link", name="Photographs of the signs").click()
    for place in ("zone", "approach"):
        operator.set_input_files(
            f"#{place}-picture",
            {"name": "sign.jpg", "mimeType": "image/jpeg", "buffer": sign_picture(place)},
        )
        form = operator.locator("form").filter(has=operator.locator(f"#{place}-picture"))
        form.get_by_role("button", name="Store this photograph").click()
        expect(operator.get_by_text("Stored. Its faces")).to_be_visible()
    operator.goto(deployment)
    # The page renews the checks by itself as the cameras are looked at.
    expect(operator.locator(".checks .failed")).to_have_count(0, timeout=CHECKS_MS)
    operator.get_by_role("button", name="Start recognition").click()
    operator.get_by_role("link", name="Open the console").click()
    uuid = deployment.rstrip("/").rpartition("/")[2]
    handheld = page_of("engagement_officer", size=PHONE)
    handheld.goto(f"/alerts/handheld/{uuid}/")

    card = operator.locator(".cards [data-uuid]").first
    expect(card).to_be_visible(timeout=FIRST_ALERT_MS)
    for which in ("probe", "candidate", "context"):
        expect(operator.locator(f'[data-picture="{which}"] img')).to_be_visible()
    judge_and_send(operator)

    engage(handheld)
    expect(operator.get_by_text("Arrest").first).to_be_visible()

    operator.goto(deployment)
    operator.get_by_text("End…", exact=True).click()
    operator.locator('form[action$="/move/end/"] [name=reason]').fill("The purpose is met.")
    operator.locator('form[action$="/move/end/"] button[type=submit]').click()
    expect(operator.get_by_text("Ended").first).to_be_visible()

    # The handheld is told when the deployment is closed: erased and published.
    expect(handheld.get_by_text("not open for alerts")).to_be_visible(timeout=ERASURE_MS)
    public.goto(f"/deployment/{uuid}/")
    expect(public.get_by_text(re.compile("false alert rate", re.IGNORECASE)).first).to_be_visible()
    read_audit(page_of("auditor"))


def engage(handheld: Page) -> None:
    """Officers look for themselves before they speak to anybody."""
    handheld.locator('.field-alert [data-action="acknowledge"]').first.click()
    handheld.locator('.field-alert [data-view="could_be"]').first.click()
    handheld.locator('.field-alert [data-action="engage"]').first.click()
    for name, value in (
        ("identity_confirmed", "yes"),
        ("outcome", "arrest"),
        ("notice_handed_over", "yes"),
    ):
        handheld.locator(f'.field-alert input[name^="{name}"][value="{value}"]').first.check()
    handheld.locator('.field-alert [data-action="resolve"]').first.click()


def read_audit(auditor: Page) -> None:
    auditor.goto("/admin/deployments/auditevent/?action=alert.dispatched")
    expect(auditor.locator("#result_list tbody tr")).to_have_count(1)
    expect(auditor.get_by_role("link", name="Add audit event")).to_have_count(0)
    auditor.locator("#result_list tbody a").first.click()
    expect(auditor.locator("input[type=submit]:visible")).to_have_count(0)
