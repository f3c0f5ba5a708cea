"""The second factor in a real browser, on a running server that asks for it: an application and its
decision, a security key, and images after an idle while."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings as site_settings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings

from deployments import step_up
from deployments.enums import DocumentKind, Status
from deployments.models import AuditEvent, Deployment, User
from lfr_site.demo.environment import ASSETS
from tests.alerts.web_server import WebServer
from tests.factories import (
    PASSWORD,
    Cast,
    make_alert,
    make_camera,
    make_cast,
    make_deployment,
    make_policy_document,
)
from tests.filling_in import write_application
from tests.second_factors import App, app_of

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1366, "height": 768}
PLACE = "Corn Market, Seedham"


class AskingServer(WebServer):
    """Asks for a second factor, unlike the servers of other tests."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"LFR_SECOND_FACTOR": "1", "LFR_DEMO": "1"}


@pytest.fixture(scope="module")
def running_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AskingServer]:
    server = AskingServer(tmp_path_factory.mktemp("asking"))
    yield server
    server.stop()


@pytest.fixture
def server(
    running_server: AskingServer, transactional_db: None, file_store: Path, settings: Settings
) -> AskingServer:
    cache.clear()
    settings.FILE_STORE = running_server.files
    settings.SECOND_FACTOR = True
    if running_server.process is None:
        running_server.start()
    return running_server


@pytest.fixture
def cast(server: AskingServer) -> Cast:
    return make_cast()


PageFor = Callable[..., Page]


@pytest.fixture
def page_for(browser: Browser, server: AskingServer) -> Iterator[PageFor]:
    """A browser of one's own, with password and, where there is an app, its code given."""
    contexts = []

    def open_page(user: User, app: App | None = None, *, size: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=size,  # type: ignore[arg-type]
            locale="en-GB",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        give_password(page, user)
        if app is not None:
            give_code(page, app, button="Continue")
            # Whoever goes elsewhere before the answer is there is not signed in.
            expect(page.locator("[name=code]")).to_have_count(0)
        return page

    yield open_page
    for context in contexts:
        context.close()


def give_password(page: Page, user: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def give_code(page: Page, app: App, *, button: str) -> None:
    page.locator("[name=code]").fill(app.code())
    page.get_by_role("button", name=button, exact=True).click()


def let_pass(page: Page, seconds: float) -> None:
    """As if this browser's session had seen nothing for so long."""
    key = next(c["value"] for c in page.context.cookies() if c["name"] == "sessionid")
    session = import_module(site_settings.SESSION_ENGINE).SessionStore(key)
    for name in (step_up.PROVEN_AT, step_up.ACTIVE_AT):
        if name in session:
            session[name] -= seconds
    session.save()


def violations(page: Page) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [
            f"{scheme} {each['id']}: {each['nodes'][0]['html'][:120]}"
            for each in Axe().run(page).response["violations"]
        ]
    page.emulate_media(color_scheme="light")
    return found


def test_an_application_is_decided_with_the_second_factor_shown_again(
    cast: Cast, page_for: PageFor
):
    make_camera(name="Corn Market", source=f"file:{ASSETS / 'street.mp4'}")
    for kind in DocumentKind:
        make_policy_document(kind=kind)
    applicant = page_for(cast.applicant, app_of(cast.applicant))
    write_application(applicant, place=PLACE, threshold=0.96)
    applicant.get_by_role("button", name="Submit for decision").click()
    expect(applicant.get_by_text("Submitted. An authorising officer")).to_be_visible()
    deployment = Deployment.objects.get(place=PLACE)

    app = app_of(cast.authorising_officer)
    officer = page_for(cast.authorising_officer, app)
    officer.goto(f"/deployments/{deployment.uuid}/")
    officer.check("[name=decision][value=authorise]")
    officer.fill("[name=reasons]", "Necessary, and limited in place and time.")
    let_pass(officer, site_settings.STEP_UP_S + 1)
    officer.get_by_role("button", name="Record the decision").click()

    expect(officer.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert violations(officer) == []
    deployment.refresh_from_db()
    assert deployment.status == Status.SUBMITTED
    give_code(officer, app, button="Confirm")

    expect(officer.get_by_text("Authorised. What was applied for is frozen")).to_be_visible()
    deployment.refresh_from_db()
    assert deployment.status == Status.AUTHORISED
    assert deployment.decision_reasons == "Necessary, and limited in place and time."
    events = AuditEvent.objects.filter(actor="authorising_officer").order_by("sequence")
    order = [event.action for event in events]
    assert order.index("person.confirmed") < order.index("deployment.authorise")


def test_the_first_sign_in_sets_up_an_app_and_prints_recovery_codes(cast: Cast, page_for: PageFor):
    page = page_for(cast.alice, size=PHONE)
    expect(page.get_by_text("Until then no other page opens for you.")).to_be_visible()
    assert violations(page) == []
    page.goto("/deployments/")
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()

    page.get_by_role("link", name="Set up an app").click()
    assert violations(page) == []
    app = App(page.locator("#secret").inner_text())
    give_code(page, app, button="Set up the app")

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.get_by_role("button", name="Print this page")).to_be_visible()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert violations(page) == []
    code = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="I have printed them").click()
    assert violations(page) == []
    page.get_by_role("link", name="Go on to your work").click()
    expect(page.get_by_role("heading", name="Deployments", level=1)).to_be_visible()

    page.context.clear_cookies()
    give_password(page, cast.alice)
    assert violations(page) == []
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", name="Deployments", level=1)).to_be_visible()


def test_a_security_key_is_added_signs_in_confirms_and_is_removed(cast: Cast, page_for: PageFor):
    page = page_for(cast.authorising_officer)
    virtual = page.context.new_cdp_session(page)
    virtual.send("WebAuthn.enable")
    virtual.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    page.get_by_role("link", name="Add a security key").click()
    page.get_by_label("What you call it").fill("Blue key")
    assert violations(page) == []
    page.get_by_role("button", name="Add the key").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)

    page.context.clear_cookies()
    give_password(page, cast.authorising_officer)
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Deployments", level=1)).to_be_visible()

    let_pass(page, site_settings.STEP_UP_S + 1)
    page.goto("/second-factor/keys/")
    assert violations(page) == []
    page.get_by_role("link", name="Rename Blue key").click()
    page.get_by_role("link", name="Use a security key").click()
    assert violations(page) == []
    page.get_by_role("button", name="Use your security key").click()
    page.get_by_label("What you call it").fill("Red key")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Red key").click()
    assert violations(page) == []
    page.get_by_role("button", name="Remove the key").click()

    expect(page.get_by_text("Until then no other page opens for you.")).to_be_visible()


def test_a_console_left_alone_asks_before_it_shows_a_face(cast: Cast, page_for: PageFor):
    live = make_deployment(status=Status.LIVE)
    make_alert(live)
    app = app_of(cast.alice)
    page = page_for(cast.alice, app)
    let_pass(page, site_settings.IMAGE_IDLE_S + 1)

    page.goto(f"/alerts/console/{live.uuid}/")

    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("link", name="Confirm").click()
    give_code(page, app, button="Confirm")
    for which in ("probe", "candidate", "context"):
        expect(page.locator(f'[data-picture="{which}"] img')).to_be_visible()


def test_withdrawing_a_role_in_the_admin_closes_an_open_console(cast: Cast, page_for: PageFor):
    live = make_deployment(status=Status.LIVE)
    console = page_for(cast.alice, app_of(cast.alice))
    console.goto(f"/alerts/console/{live.uuid}/")
    expect(console.locator("span[data-connection]")).to_have_text("Live")
    administrator = page_for(cast.system_administrator, app_of(cast.system_administrator))
    administrator.goto(f"/admin/deployments/user/{cast.alice.pk}/change/")
    administrator.uncheck("[name=roles][value=operator]")

    administrator.get_by_role("button", name="Save", exact=True).click()

    expect(console.locator("span[data-connection]")).to_have_text("Closed")
    expect(console.get_by_text("You are signed out.")).to_be_visible()
    console.goto("/deployments/")
    expect(console.get_by_role("heading", name="Sign in")).to_be_visible()
