import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.embedded import Urls
from tests import servers_plugin


def test_a_run_has_its_own_folder_and_servers(embedded_urls: Urls) -> None:
    assert os.environ["LFR_DATA_DIR"] == str(servers_plugin.VAR / f"test-{os.getpid()}")
    assert os.environ["LFR_REDIS_URL"] == embedded_urls.redis
    assert os.environ["LFR_DATABASE_OWNER_URL"] == embedded_urls.database_owner


def test_what_a_killed_run_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    monkeypatch.setattr(servers_plugin, "VAR", tmp_path)
    remains = tmp_path / f"test-{ended.pid}"
    (remains / "files").mkdir(parents=True)
    of_a_live_run = tmp_path / f"test-{os.getpid()}"
    not_ours = tmp_path / "test-data"
    for folder in (of_a_live_run, not_ours):
        folder.mkdir()

    servers_plugin.discard_remains()

    assert not remains.exists()
    assert of_a_live_run.exists()
    assert not_ours.exists()
    shutil.rmtree(of_a_live_run)


def test_the_callers_settings_do_not_reach_a_test() -> None:
    assert "LFR_DEMO" not in os.environ
    assert "LFR_DEBUG" not in os.environ
