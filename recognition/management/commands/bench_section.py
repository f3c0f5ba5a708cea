"""One section of the bench, in a process of its own; `manage.py bench` starts them."""

import json
import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from recognition.bench.machine import machine, peak_rss_mb
from recognition.bench.options import Options
from recognition.bench.sections import SECTIONS

DEFAULT_MINUTES = 5.0
QUICK_MINUTES = 0.5


class Command(BaseCommand):
    help = "Measure one section of the bench on the database of the settings. Used by `bench`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("section", choices=SECTIONS)
        parser.add_argument("--into", type=Path, required=True)
        parser.add_argument("--quick", action="store_true")
        parser.add_argument("--minutes", type=float)

    def handle(self, *_: object, **options: Any) -> None:
        quick, section = options["quick"], options["section"]
        began = machine()
        figures: dict[str, Any] = import_module(f"recognition.bench.{section}").measure(
            Options(
                quick=quick,
                minutes=options["minutes"] or (QUICK_MINUTES if quick else DEFAULT_MINUTES),
                test_data=Path(os.environ.get("LFR_TEST_DATA", "")),
            )
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        figures["measured"] = {**began, "load_after": machine()["load"], "at": now, "quick": quick}
        figures["peak_rss_mb"] = round(peak_rss_mb())
        options["into"].write_text(json.dumps(figures))
        self.stdout.write(json.dumps(figures, indent=2))
