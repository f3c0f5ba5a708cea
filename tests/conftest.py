"""Fixtures that every app's tests share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from lfr_site.embedded import Urls
from lfr_site.embedded.bootstrap import APP_ROLE
from tests.servers_plugin import URLS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import Settings

    from tests.factories import Cast

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: Playwright keeps an event loop running in this thread until the end of the
    run, and no asynchronous test can run beside it."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def embedded_urls(pytestconfig: pytest.Config) -> Urls:
    """Addresses of this run's own servers, by role."""
    return pytestconfig.stash[URLS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_urls: Urls) -> str | None:
    """The test's database is a copy of one that an earlier run migrated, where there is one."""
    from django.db import connection

    from tests import schema_cache

    template = schema_cache.offer(embedded_urls)
    if template is not None:
        connection.settings_dict["TEST"]["TEMPLATE"] = template
    return template


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_modify_db_settings: str | None,
    embedded_urls: Urls,
) -> None:
    """pytest-django's own, and what it made is kept."""
    from django.db import connection

    from tests import schema_cache

    if django_db_modify_db_settings is None:
        schema_cache.keep(embedded_urls, str(connection.settings_dict["NAME"]))


@pytest.fixture(scope="session", autouse=True)
def flush_refusing_tables() -> Iterator[None]:
    """Committed tests are flushed although the audit trail refuses to be emptied."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    from tests.flushing import execute_sql_flush

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(autouse=True)
def file_store(settings: "Settings", tmp_path: Path) -> Path:
    """An image store of the test's own."""
    folder = tmp_path / "files"
    settings.FILE_STORE = folder
    return folder


@pytest.fixture(autouse=True)
def checkpoint_folder(settings: "Settings", tmp_path: Path) -> Path:
    """A folder of the test's own, outside the database."""
    folder = tmp_path / "audit-checkpoints"
    settings.AUDIT_CHECKPOINTS = folder
    return folder


@pytest.fixture
def cast(db: None) -> "Cast":
    """Everybody in `tests.factories`, saved."""
    from tests.factories import make_cast

    return make_cast()


@pytest.fixture
def recognition_worker() -> Iterator[None]:
    """A recognition worker that answers the start check."""
    from tests.factories import recognition_worker_answers

    with recognition_worker_answers():
        yield


@pytest.fixture
def urgent_route(db: None, settings: "Settings") -> Iterator[None]:
    """Policy has an urgent route, from inspector on; the database is told so too."""
    from django.db import connection

    from deployments import urgent_policy
    from deployments.enums import Rank

    settings.URGENT_ROUTE, settings.URGENT_RANK = True, Rank.INSPECTOR
    urgent_policy.write(using="default")
    yield
    settings.URGENT_ROUTE = False
    if not connection.needs_rollback:
        urgent_policy.write(using="default")


@pytest.fixture
def app_role(db: None) -> Iterator[None]:
    """Give the test's default connection the rights of the application, no more.

    The tables are made as their owner; what the application may not do must fail as it does in
    a deployment. Committed tests (`transactional_db`) are flushed as the owner again.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP_ROLE}")
    yield
    if connection.connection is not None and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def app_role_connection(
    transactional_db: None, embedded_urls: Urls
) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A second connection to the test's database, signed in as the application's role.

    It sees only what is committed, hence the transactional database.
    """
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(embedded_urls.database, dbname=name, autocommit=True) as own:
        yield own


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of measured test data; the test is skipped where it is not at hand."""
    default = ROOT.parent / "shared" / "data"
    folder = Path(os.environ.get("LFR_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"The test data is not in {folder}: set LFR_TEST_DATA to its folder.")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The machine's Chromium. Missing, it fails the run in CI and skips the test elsewhere."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        reason = "Chromium is not installed: apt-get install chromium."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator["Browser"]:
    """A headless Chromium for the whole run."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for an async context.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chromium's sandbox does not work for root, as in CI.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield running
        running.close()
        # While the loop runs, Django keeps connections of its own for it; none may outlive it.
        connections.close_all()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page with cookies of its own, at the size of an operator's laptop."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    yield context.new_page()
    context.close()
