from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments import erasure_journal
from lfr_site.backup.errors import BackupRefused
from lfr_site.backup.manifest import KEYS
from lfr_site.backup.restoring import Source, restore


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and file store. The site stays shut until what "
        "is due, and what was erased since the backup, is erased."
    )
    requires_system_checks = ()  # they read tables

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys", type=Path, metavar="FILE", help="the wrapped keys")
        parser.add_argument(
            "--without-keys", action="store_true", help="withhold them: no image opens again"
        )
        parser.add_argument(
            "--journal",
            type=Path,
            metavar="FILE",
            help="the journal of erasures (default: LFR_ERASURE_JOURNAL)",
        )

    def handle(self, *_: Any, folder: Path, **options: Any) -> None:
        keys = None if options["without_keys"] else options["keys"] or folder / KEYS
        journal = options["journal"] or erasure_journal.path()
        if not journal.exists():
            self.stderr.write(f"There is no journal of erasures at {journal}.")
        try:
            done = restore(Source(folder, keys, journal), say=self.stdout.write)
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored. Deployments ended: {done.ended}; suspended: {done.suspended}. Erased again "
            f"because they had been before: {done.erased_again} images; due: {done.purged}. The "
            "site is open."
        )
