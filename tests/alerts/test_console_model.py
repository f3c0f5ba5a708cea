"""The console's own client, in a browser and on the real server, against a model of the protocol:
whatever its wire does, the page shows in the end what the database holds."""

import time
from collections.abc import Iterator

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from playwright.sync_api import Browser, Page, expect

from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason
from alerts.models import Alert
from alerts.transitions import OPEN
from deployments.enums import Role, Status
from deployments.models import Deployment, User
from tests.alerts.conftest import LAPTOP
from tests.alerts.console_pages import act, card, connection_of, console_of
from tests.alerts.web_server import WebServer
from tests.alerts.wire import Wire
from tests.factories import make_alert, make_deployment, make_entry, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect.set_options(timeout=20_000)
SHOWN_WITHIN_S = 20.0
CARDS = """() => Object.fromEntries([...document.querySelectorAll(".cards [data-uuid]")].map(
  (item) => [item.dataset.uuid, [item.dataset.status, item.innerText]]))"""


class Console(RuleBasedStateMachine):
    """Alice's console; Bob works beside it, where nothing is cut."""

    page: Page
    wire: Wire
    deployment: Deployment
    server: WebServer

    def __init__(self) -> None:
        super().__init__()
        self.alice, self.bob = person("alice"), person("bob")
        self._come()

    @rule(status=st.sampled_from((AlertStatus.RAISED, AlertStatus.CLAIMED, AlertStatus.DISMISSED)))
    def an_alert_comes(self, status: AlertStatus) -> None:
        entry = make_entry(self.deployment)
        make_alert(self.deployment, entry=entry, status=status, by=self.bob)

    @rule(dismisses=st.booleans())
    def bob_decides_or_gives_back(self, dismisses: bool) -> None:
        alert = self.deployment.alerts.filter(claimed_by=self.bob, status="claimed").first()
        if alert is None:
            return
        if dismisses:
            lifecycle.dismiss(alert, by=self.bob, reason=DismissalReason.POOR_IMAGE)
        else:
            lifecycle.release(alert, by=self.bob)

    @rule()
    @precondition(lambda self: self.wire.is_open)
    def alice_claims_and_gives_back(self) -> None:
        """Over HTTP, with its event on the wire: the page hears of it twice."""
        alert = self.deployment.alerts.filter(status=AlertStatus.RAISED).first()
        if alert is None:
            return
        self.shows_what_is_stored()
        card(self.page, alert).get_by_role("button").click()
        for name in ("claim", "release"):
            act(self.page, name)
        expect(card(self.page, alert)).to_have_attribute("data-status", AlertStatus.RAISED)

    @rule()
    @precondition(lambda self: not self.wire.is_cut)
    def the_wire_is_cut(self) -> None:
        self.wire.cut()
        connection_of(self.page, "offline")
        expect(self.page.locator('[data-action="claim"]:visible:enabled')).to_have_count(0)

    @rule()
    @precondition(lambda self: self.wire.is_cut)
    def the_wire_is_mended(self) -> None:
        self.wire.mend()

    @rule()
    @precondition(lambda self: self.wire.is_open)
    def the_wire_falls_silent(self) -> None:
        """Nobody may decide on what may be old."""
        self.wire.hold()
        connection_of(self.page, "behind")
        expect(self.page.locator('[data-action="claim"]:visible:enabled')).to_have_count(0)

    @rule()
    @precondition(lambda self: not self.wire.is_open and not self.wire.is_cut)
    def the_wire_speaks_again(self) -> None:
        self.wire.release()

    @rule(count=st.integers(1, 4))
    @precondition(lambda self: self.wire.is_open)
    def the_wire_says_it_twice(self, count: int) -> None:
        self.wire.repeat(count)

    @rule()
    @precondition(lambda self: self.wire.is_open)
    def alice_loses_her_role_for_a_while(self) -> None:
        roles = self.alice.roles
        User.objects.filter(pk=self.alice.pk).update(roles=[Role.APPLICANT])
        connection_of(self.page, "ended")
        expect(self.page.locator(".cards [data-uuid]")).to_have_count(0)
        expect(self.page.locator(".pictures img[src]")).to_have_count(0)
        User.objects.filter(pk=self.alice.pk).update(roles=roles)
        self._come()

    @rule()
    @precondition(lambda self: self.wire.is_open)
    def shows_what_is_stored(self) -> None:
        deadline = time.monotonic() + SHOWN_WITHIN_S
        while (wrong := self._wrongly_shown()) and time.monotonic() < deadline:
            self.page.wait_for_timeout(100)  # lets the wire carry what it has
        assert not wrong, wrong

    @invariant()
    def neither_side_breaks_the_protocol(self) -> None:
        assert self.wire.faults == []

    def teardown(self) -> None:
        if self.wire.is_cut:
            self.wire.mend()
        elif not self.wire.is_open:
            self.wire.release()
        self.shows_what_is_stored()
        self.neither_side_breaks_the_protocol()

    def _come(self) -> None:
        """Signed in anew, at a page that knows nothing."""
        self.wire.begin()
        self.alice.refresh_from_db()
        client = Client()
        client.force_login(self.alice, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies["sessionid"].value
        self.page.context.add_cookies(
            [{"name": "sessionid", "value": session, "url": self.server.url}]
        )
        self.page.goto(self.server.url + console_of(self.deployment))
        connection_of(self.page, "live")

    def _wrongly_shown(self) -> list[str]:
        """In words; empty where the page is live and each alert stands as it is stored."""
        self.deployment.refresh_from_db(fields=["event_sequence"])
        if self.page.locator("body").get_attribute("data-connection") != "live":
            return ["the page is not live"]
        shown = self.page.evaluate(CARDS)
        stored = {str(alert.uuid): alert for alert in self._stored()}
        wrong = [f"{uuid} is shown" for uuid in shown.keys() - stored.keys()]
        for uuid, alert in stored.items():
            status, words = shown.get(uuid, (None, ""))
            is_listed = status is not None or alert.status in OPEN
            if is_listed and status != alert.status:
                wrong.append(f"{uuid} is {alert.status}, shown as {status}")
            if alert.status == AlertStatus.CLAIMED and str(alert.claimed_by) not in words:
                wrong.append(f"{uuid} is with {alert.claimed_by}: {words}")
        if self.wire.handled != self.deployment.event_sequence:
            wrong.append(f"handled {self.wire.handled} of {self.deployment.event_sequence}")
        return wrong

    def _stored(self) -> list[Alert]:
        alerts = Alert.objects.filter(deployment=self.deployment, erased_at=None)
        return list(alerts.select_related("claimed_by"))


@pytest.fixture
def alices_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": LAPTOP[0], "height": LAPTOP[1]}, locale="en-GB"
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_the_page_shows_what_is_stored_whatever_happens(
    alices_page: Page, web_server: WebServer
) -> None:
    Console.page, Console.wire = alices_page, Wire(alices_page)
    Console.server = web_server
    Console.deployment = make_deployment(status=Status.LIVE)
    run_state_machine_as_test(
        Console,
        settings=settings(
            max_examples=5,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
