"""`manage.py policy-annex`: the DPIA's annex on retention, as Markdown or as a PDF."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from deployments import policy_annex


class Command(BaseCommand):
    help = "Print the annex on retention in Markdown; with --pdf, write it as a PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pdf", type=Path, metavar="FILE")

    def handle(self, *_: Any, pdf: Path | None, **options: Any) -> None:
        if pdf is None:
            self.stdout.write(policy_annex.markdown(), ending="")
            return
        pdf.write_bytes(policy_annex.as_pdf())
        self.stdout.write(f"Written to {pdf}.")
