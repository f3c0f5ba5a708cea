"""The measurements of `manage.py bench_console`, which starts the servers for it."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lfr_site.console_bench.measure import QUICK, Plan, measure
from recognition.bench.machine import machine


class Command(BaseCommand):
    help = "Measure the console against a running site. Used by `bench_console`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--origin", required=True)
        parser.add_argument("--into", type=Path, required=True)
        parser.add_argument("--quick", action="store_true")

    def handle(self, *_: object, **options: Any) -> None:
        began = machine()
        figures = measure(options["origin"], QUICK if options["quick"] else Plan())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        figures["measured"] = {
            **began,
            "load_after": machine()["load"],
            "at": now,
            "quick": options["quick"],
        }
        options["into"].write_text(json.dumps(figures))
