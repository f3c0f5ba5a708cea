"""Redis, the web server and PostgreSQL are killed and started again under a stream of alerts. In
the end every console shows what the database holds."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from urllib.parse import urlsplit

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from alerts import lifecycle
from alerts.enums import AlertStatus
from alerts.models import Alert, AlertEvent
from deployments.enums import Status
from deployments.models import Deployment
from lfr_site.embedded import EmbeddedServers
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_deployment, make_entry, person
from tests.servers_plugin import running_servers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[..., Page]
SETTLES_WITHIN_S = 90.0
SHOWS = """(wanted) => {
    const cards = [...document.querySelectorAll(".cards [data-uuid]")];
    const shown = Object.fromEntries(cards.map((card) => [card.dataset.uuid, card.dataset.status]));
    const names = new Set([...Object.keys(wanted), ...Object.keys(shown)]);
    return document.body.dataset.connection === "live"
        && cards.length === Object.keys(shown).length
        && [...names].every((name) => wanted[name] === shown[name]);
}"""


class Stream:
    """Alerts are raised, claimed and dismissed, whatever else is down. What the database does not
    take is tried again."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.entries = [make_entry(deployment) for _ in range(6)]
        self.operator = person("alice")
        self.stored = threading.Semaphore(0)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def wait_for(self, number: int) -> None:
        for _ in range(number):
            assert self.stored.acquire(timeout=60), "no alert was stored"

    def _run(self) -> None:
        turn = 0
        while not self.is_over.is_set():
            try:
                self._one(turn)
            except (OperationalError, InterfaceError):
                connection.close()
                continue
            turn += 1
            self.stored.release()
            self.is_over.wait(0.15)  # a pace that a browser shares a machine with
        connection.close()

    def _one(self, turn: int) -> None:
        alert = make_alert(self.deployment, entry=self.entries[turn % len(self.entries)])
        if turn % 3 == 0 and alert.status == AlertStatus.RAISED:
            lifecycle.claim(alert, by=self.operator)


@contextmanager
def streaming(deployment: Deployment) -> Iterator[Stream]:
    stream = Stream(deployment)
    stream.thread.start()
    try:
        yield stream
    finally:
        stream.is_over.set()
        stream.thread.join(60)


@pytest.fixture
def servers(pytestconfig: pytest.Config) -> EmbeddedServers:
    return running_servers(pytestconfig)


@pytest.fixture
def consoles(page_of: PageOf, web_server: WebServer) -> tuple[Deployment, list[Page]]:
    deployment = make_deployment(status=Status.LIVE)
    address = reverse("alerts:console", args=[deployment.uuid])
    pages = [page_of(person(name), address) for name in ("alice", "bob")]
    for page in pages:
        page.wait_for_selector('body[data-connection="live"]')
    return deployment, pages


def everyone_shows_what_is_stored(deployment: Deployment, pages: list[Page]) -> None:
    """Alerts of a console that was away too long wait again, so what is stored may change while
    the pages catch up: it is read anew until all agree."""
    deadline = monotonic() + SETTLES_WITHIN_S
    while not all(page.evaluate(SHOWS, _stored(deployment)) for page in pages):
        assert monotonic() < deadline, "a console does not show what is stored"
        pages[0].wait_for_timeout(200)
    sequences = AlertEvent.objects.filter(deployment=deployment).order_by("sequence")
    deployment.refresh_from_db()
    assert list(sequences.values_list("sequence", flat=True)) == list(
        range(1, deployment.event_sequence + 1)
    )


def _stored(deployment: Deployment) -> dict[str, str]:
    rows = Alert.objects.filter(deployment=deployment).values_list("uuid", "status")
    return {str(uuid): status for uuid, status in rows}


def test_redis(
    consoles: tuple[Deployment, list[Page]],
    servers: EmbeddedServers,
    settings: Settings,
) -> None:
    """Knocks are lost; consoles read the log by themselves."""
    deployment, pages = consoles
    settings.ALERT_MERGE_S = 0
    redis = servers.redis
    address = urlsplit(redis.url)
    assert redis.process is not None
    with streaming(deployment) as stream:
        stream.wait_for(4)
        redis.process.kill()
        redis.process.wait()
        try:
            stream.wait_for(6)
            everyone_hears_of_the_newest(deployment, pages)
        finally:
            redis.resume(port=address.port or 0, password=address.password or "")
        stream.wait_for(4)

    everyone_shows_what_is_stored(deployment, pages)


def everyone_hears_of_the_newest(deployment: Deployment, pages: list[Page]) -> None:
    newest = Alert.objects.filter(deployment=deployment).latest("pk")
    for page in pages:
        page.wait_for_selector(
            f'.cards [data-uuid="{newest.uuid}"]', timeout=1000 * SETTLES_WITHIN_S
        )


def test_web_server(
    consoles: tuple[Deployment, list[Page]],
    web_server: WebServer,
    settings: Settings,
) -> None:
    deployment, pages = consoles
    settings.ALERT_MERGE_S = 0
    with streaming(deployment) as stream:
        stream.wait_for(4)
        web_server.stop()
        for page in pages:
            page.wait_for_selector('body[data-connection="offline"]')
        stream.wait_for(6)
        web_server.start()
        stream.wait_for(4)

    everyone_shows_what_is_stored(deployment, pages)


def test_postgresql(
    consoles: tuple[Deployment, list[Page]],
    servers: EmbeddedServers,
    settings: Settings,
) -> None:
    """It stops as in a crash. What was committed is there again, and on every console."""
    deployment, pages = consoles
    settings.ALERT_MERGE_S = 0
    with streaming(deployment) as stream:
        stream.wait_for(6)
        connection.close()
        assert servers.postgres.process is not None
        os.kill(servers.postgres.process.pid, signal.SIGQUIT)
        servers.postgres.process.wait()
        try:
            for page in pages:
                page.wait_for_selector('body:not([data-connection="live"])')
                assert page.locator('[data-action="claim"]').is_disabled()
        finally:
            servers.postgres.start()
        stream.wait_for(6)

    everyone_shows_what_is_stored(deployment, pages)
