"""Folders, secrets and settings of a demo. Secrets are made once a data folder, never shipped."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from lfr_site.embedded import Urls

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
ASSETS = ROOT / "recognition" / "demo_assets"
# Shown on every page of the demo: real deployments keep watchlists and alerts up to 24 hours.
SHORTENED_RETENTION = "watchlist=120,alert=120,sign_photograph=120,footage=900"
# Asked for in the demo's applications: midway between the most alike strangers of the synthetic
# street and its least alike watchlisted walker (docs/synthetic.md).
THRESHOLD = 0.96
CHECK_RETENTION = "watchlist=20,alert=20,sign_photograph=20,footage=30"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where one demo keeps everything: the lasting one, or the check's, made anew each time."""

    path: Path
    is_check: bool = False
    asks_second_factor: bool = False

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def description(self) -> Path:
        """Addresses and logins, for scripts."""
        return self.path / "demo.json" if self.is_check else VAR / "demo.json"

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    def secrets(self) -> dict[str, str]:
        """The keys and the people's password, kept so that a second run can read the first's."""
        fresh = {
            "secret_key": secrets.token_urlsafe(50),
            "master_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "audit_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "password": secrets.token_urlsafe(9),
        }
        stored: dict[str, str] = {}
        if self.secrets_file.exists():
            stored = json.loads(self.secrets_file.read_text())
        if fresh.keys() - stored.keys():  # a folder of before there was one of them
            stored = fresh | stored
            write_private(self.secrets_file, json.dumps(stored))
        return stored


def environment(folder: DemoFolder, urls: Urls) -> dict[str, str]:
    """What every process of the demo gets: the caller's environment, less other LFR settings."""
    keys = folder.secrets()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LFR_")}
    return kept | {
        **urls.environment(),
        "DJANGO_SETTINGS_MODULE": "lfr_site.settings",
        "LFR_DEMO": "1",
        "LFR_SECOND_FACTOR": "1" if folder.asks_second_factor else "0",
        "LFR_URGENT_ROUTE": "1",
        "LFR_DATA_DIR": str(folder.path),
        "LFR_SECRET_KEY": keys["secret_key"],
        "LFR_MASTER_KEY": keys["master_key"],
        "LFR_AUDIT_KEY": keys["audit_key"],
        "LFR_DEMO_PASSWORD": keys["password"],
        "LFR_RETENTION_S": CHECK_RETENTION if folder.is_check else SHORTENED_RETENTION,
        "LFR_CCTV_SEGMENT_S": "5" if folder.is_check else "20",
        "LFR_CCTV_MIN_FREE_MB": "256",
        "LFR_UNDO_S": "1" if folder.is_check else "5",
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "1",
    }


def write_private(path: Path, text: str) -> None:
    """Write a file that holds a secret: readable by its owner only, from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.rename(path)
