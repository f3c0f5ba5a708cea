from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django import Settings

    from deployments.models import User
    from tests.alerts.web_server import WebServer

LAPTOP = (1366, 768)
PHONE = (390, 844)


@pytest.fixture(scope="session")
def running_web_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["WebServer"]:
    from tests.alerts.web_server import WebServer

    server = WebServer(tmp_path_factory.mktemp("files"))
    yield server
    server.stop()


@pytest.fixture
def web_server(
    running_web_server: "WebServer",
    transactional_db: None,
    file_store: Path,
    settings: "Settings",
) -> "WebServer":
    """A running daphne that sees what the test commits."""
    settings.FILE_STORE = running_web_server.files
    if running_web_server.process is None or running_web_server.process.poll() is not None:
        running_web_server.start()
    return running_web_server


@pytest.fixture
def page_of(browser: "Browser", web_server: "WebServer") -> Iterator[Callable[..., "Page"]]:
    """Opens an address as a signed-in person in a browser of their own."""
    from django.test import Client

    contexts: list[BrowserContext] = []

    def open_page(
        user: "User",
        path: str,
        *,
        size: tuple[int, int] = LAPTOP,
        server: "WebServer" = web_server,
    ) -> "Page":
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB"
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        page = context.new_page()
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
