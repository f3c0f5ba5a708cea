"""`manage.py protocol_schema`: writes docs/protocol.schema.json anew from alerts/protocol.py."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from alerts.protocol_schema import as_text

SCHEMA = Path("docs") / "protocol.schema.json"


class Command(BaseCommand):
    help = "Write the JSON Schema of the messages between consoles and the server."

    def handle(self, *_: Any, **__: Any) -> None:
        (settings.BASE_DIR / SCHEMA).write_text(as_text())
        self.stdout.write(f"Written to {SCHEMA}.")
