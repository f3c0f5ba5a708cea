"""Starts the servers of a test run before Django reads its settings.

A pytest plugin, loaded by `-p tests.servers_plugin` (see pyproject.toml), because a conftest is
read too late. Each run has its own PostgreSQL and Redis under var/test-<pid>, so that it can run
beside a demo or another run. Run it as `python -m pytest`, which finds this module.
"""

import base64
import os
import secrets
import shutil
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from lfr_site.embedded import EmbeddedServerError, EmbeddedServers, Urls, discard

VAR = Path(__file__).resolve().parent.parent / "var"
_PREFIX = "test-"
_servers = pytest.StashKey[EmbeddedServers]()
URLS = pytest.StashKey[Urls]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers and name them in the environment, ahead of pytest-django."""
    discard_remains()
    data_dir = VAR / f"{_PREFIX}{os.getpid()}"
    servers = EmbeddedServers(data_dir, for_tests=True, say=_silently)
    try:
        urls = servers.start()
    except EmbeddedServerError as error:
        _remove(data_dir)
        raise pytest.UsageError(str(error)) from error
    early_config.stash[_servers] = servers
    early_config.stash[URLS] = urls
    set_environment(urls, data_dir=data_dir)
    try:
        return (yield)
    except BaseException:
        stop_servers(early_config)  # pytest_unconfigure is not called for an early failure
        raise


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove what the run wrote."""
    stop_servers(config)


def running_servers(config: pytest.Config) -> EmbeddedServers:
    """For tests of what happens when one of them is killed; they start it again."""
    return config.stash[_servers]


def stop_servers(config: pytest.Config) -> None:
    servers = config.stash.get(_servers, None)
    if servers is not None:
        servers.stop()
        _remove(servers.folders.data)
        del config.stash[_servers]


def set_environment(urls: Urls, *, data_dir: Path) -> None:
    """Set what the settings read, and nothing of what the caller's shell had set for a demo.

    The default connection is the owner's, which pytest-django needs to make the test database;
    the fixture `app_role` puts a test under the application's own rights.
    """
    (data_dir / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    for name in [name for name in os.environ if name.startswith("LFR_")]:
        if name != "LFR_TEST_DATA":
            del os.environ[name]
    os.environ.update(
        urls.environment()
        | {
            "LFR_DATABASE_URL": urls.database_owner,
            "LFR_DATA_DIR": str(data_dir),
            "LFR_SECRET_KEY": secrets.token_urlsafe(48),
            "LFR_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LFR_AUDIT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LFR_FORCE_NAME": "Seed Constabulary",
            "LFR_SSL_REDIRECT": "0",
            # Tests of the second factor turn it on; the others sign people in without.
            "LFR_SECOND_FACTOR": "0",
            # Decisions take effect at once; tests of taking them back give them seconds.
            "LFR_UNDO_S": "0",
        }
    )


def discard_remains() -> None:
    """Remove the data of runs that were killed."""
    for folder in VAR.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX)
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            _remove(folder)


def _silently(_line: str) -> None:
    """Take no notice: pytest's own output says enough."""


def _remove(data_dir: Path) -> None:
    discard(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)
