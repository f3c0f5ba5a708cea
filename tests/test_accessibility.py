"""axe finds nothing on any page of the site, light or dark.

Pages are answered by Django in this process, so that a visit costs no server; what a page is, who
sees it and in which state stands in `tests/site_pages.py`."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page, Route
from pytest_django.fixtures import Settings

from tests.factories import Cast
from tests.site_pages import NOT_PAGES, PAGES, World, make_world
from tests.site_pages import Page as SitePage

SITE = "http://testserver"
ADMIN_MODEL = re.compile(r"^admin:\w+_(changelist|add|change|history|delete)$")
READERS = ("auditor", "system_administrator")
AXE = Axe().axe_script
RUN_AXE = "async (options) => (await axe.run(document, options)).violations"
PASSES = {
    "light": {"resultTypes": ["violations"]},
    # The same page again in dark: only what depends on colour can differ.
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}


def names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern, inner)
        elif pattern.name:
            yield namespace + pattern.name


def test_every_page_of_the_site_is_visited():
    known = set(names(get_resolver()))
    visited = {page.name for page in PAGES}
    found_by_registry = {name for name in known if ADMIN_MODEL.match(name)} | {"admin:index"}

    assert known - visited - NOT_PAGES.keys() - found_by_registry == set(), (
        "pages that nobody visits: add a line to tests/site_pages.py"
    )
    assert (visited | NOT_PAGES.keys()) - known == set(), "names that are gone"
    assert visited & NOT_PAGES.keys() == set()


class Visitor:
    """A browser whose requests Django answers at once, as one person."""

    def __init__(self, page: Page, client: Client) -> None:
        self.page, self.client = page, client
        self.document: HttpResponseBase | None = None
        page.route(re.compile(".*"), self._answer)

    def problems(
        self, address: str, *, post: dict[str, str] | None = None, answers: int = 200
    ) -> list[str]:
        client = self.client
        self.document = client.get(address) if post is None else client.post(address, post)
        if self.document.status_code != answers:
            return [f"{address} answered {self.document.status_code}"]
        self.page.emulate_media(color_scheme="light")
        self.page.goto(SITE + address)
        self.page.evaluate(AXE)
        found = []
        for scheme, options in PASSES.items():
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            violations = self.page.evaluate(RUN_AXE, options)
            found += [
                f"{scheme} {each['id']}: {node['html'][:200]}"
                for each in violations
                for node in each["nodes"][:3]
            ]
        return found

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request() and self.document is not None:
            fulfil(route, self.document)
        elif path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=Path(str(file)).read_bytes(), content_type=content_type)
        else:  # pictures and data: a callback of the browser's is outside the test's transaction
            route.fulfill(status=404)


def fulfil(route: Route, answer: HttpResponseBase) -> None:
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    kept = ("Content-Type", "Content-Security-Policy")
    headers = {name: answer[name] for name in kept if name in answer}
    route.fulfill(status=answer.status_code, body=body, headers=headers)


@pytest.fixture
def world(cast: Cast, settings: Settings, urgent_route: None) -> World:
    settings.SECURE_SSL_REDIRECT = False
    return make_world()


def visit(browser: Browser, cast: Cast, world: World, pages: list[SitePage]) -> list[str]:
    """Everything that is wrong on these pages, in words; one browser context a person."""
    faults = []
    for who in dict.fromkeys(page.who for page in pages):
        client = Client()
        if who is not None:
            client.force_login(getattr(cast, who))
        context = browser.new_context(
            viewport={"width": 1366, "height": 768},
            locale="en-GB",
            reduced_motion="reduce",  # a colour on its way to another is neither
        )
        visitor = Visitor(context.new_page(), client)
        for page in (each for each in pages if each.who == who):
            address = page.address(world)
            found = visitor.problems(address, post=page.post, answers=page.answers)
            faults += [f"{page}: {fault}" for fault in found]
        context.close()
    return faults


@pytest.mark.browser
def test_no_page_has_a_violation(browser: Browser, cast: Cast, world: World):
    of_admin = [page for who in READERS for page in admin_pages(cast, who)]
    assert {page.name for page in of_admin} > {
        "admin:index",
        "admin:deployments_user_change",
        "admin:deployments_user_history",
    }

    faults = visit(browser, cast, world, [*PAGES, *of_admin])

    assert not faults, "\n".join(faults)


def admin_pages(cast: Cast, who: str) -> list[SitePage]:
    """The admin's lists and forms that this person may open."""
    client = Client()
    client.force_login(getattr(cast, who))
    addresses = {"admin:index": reverse("admin:index")}
    for model in admin.site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first = model._default_manager.order_by("pk").first()
        addresses[f"{label}_changelist"] = reverse(f"{label}_changelist")
        addresses[f"{label}_add"] = reverse(f"{label}_add")
        if first is not None:
            for what in ("change", "history", "delete"):
                addresses[f"{label}_{what}"] = reverse(f"{label}_{what}", args=[first.pk])
    return [
        SitePage(name, who, lambda _, address=address: address)  # type: ignore[misc]
        for name, address in addresses.items()
        if client.get(address).status_code == 200
    ]


@pytest.mark.browser
def test_the_visit_would_notice(browser: Browser, db: None):
    """An unnamed picture, and words that dark makes unreadable."""
    context = browser.new_context()
    visitor = Visitor(context.new_page(), Client())
    visitor.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        "document.querySelector('main').append(new Image());"
        "document.querySelector('h1').style.color = '#15212a'; })"
    )

    found = visitor.problems(reverse("public:how"))

    assert any(fault.startswith("light image-alt") for fault in found)
    assert any(fault.startswith("dark color-contrast") for fault in found)
    context.close()
