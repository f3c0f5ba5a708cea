from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lfr_site.backup.errors import BackupRefused
from lfr_site.backup.making import make


class Command(BaseCommand):
    help = "Back the site up into an empty folder: database, encrypted files, and the keys apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keys", type=Path, metavar="FILE", help="where the wrapped keys go; better elsewhere"
        )

    def handle(self, *_: Any, folder: Path, keys: Path | None, **options: Any) -> None:
        try:
            made = make(folder, keys=keys, say=self.stdout.write)
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{folder} holds the database and {len(made.manifest.files)} encrypted files; its "
            f"manifest has the SHA-256 {made.sha256}."
        )
