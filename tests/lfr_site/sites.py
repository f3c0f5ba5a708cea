"""Sites that a backup is made of or restored into: a database and a file store each."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from lfr_site.embedded import Urls

ROOT = Path(__file__).resolve().parents[2]
FACTS = """
import json
from deployments import image_store
from deployments.audit_verification import verify
from deployments.encryption import Unreadable
from deployments.models import AuditEvent, Deployment, StoredImage
def opens(image):
    try:
        return bool(image_store.read(image))
    except Unreadable:
        return False
event = AuditEvent.objects.order_by("-sequence")[0]
print(json.dumps({
    "status": Deployment.objects.get(title="To restore").status,
    "images": [opens(image) for image in StoredImage.objects.all()],
    "trail": "; ".join(verify().faults),
    "event": event.action,
    "details": json.loads(event.details),
}))
"""


@dataclass
class Site:
    """A database and a file store; `manage` runs the site's own program on them, as the owner."""

    urls: Urls
    database: str
    files: Path
    journal: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def owner_url(self) -> str:
        return self.urls.database_owner.replace("/lfr?", f"/{self.database}?")

    @property
    def superuser_url(self) -> str:
        return self.urls.database_superuser.replace("/lfr?", f"/{self.database}?")

    @property
    def variables(self) -> dict[str, str]:
        return os.environ | {
            "LFR_DATABASE_URL": self.owner_url,
            "LFR_FILE_STORE": str(self.files),
            "LFR_ERASURE_JOURNAL": str(self.journal),
            "LFR_AUDIT_CHECKPOINTS": str(self.files.parent / f"{self.database}-checkpoints"),
            **self.environment,
        }

    def begin(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """The same as `manage`, without waiting for its end."""
        program = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.Popen(program, env=self.variables, stdout=subprocess.DEVNULL)

    def manage(self, *arguments: str, fails: bool = False) -> str:
        run = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode != 0) == fails, run.stdout + run.stderr
        return run.stderr if fails else run.stdout

    def facts(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(
            self.manage("shell", "--command", FACTS).splitlines()[-1]
        )
        return found

    def ask(self, query: str) -> object:
        with psycopg.connect(self.owner_url) as own:
            row = own.execute(query).fetchone()
            return row[0] if row else None
