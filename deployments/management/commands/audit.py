"""`manage.py audit verify`: walk the hash chain of the audit trail."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments.audit import verify


class Command(BaseCommand):
    help = "Verify the audit trail's hash chain; names the first event that does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *_: Any, **options: Any) -> None:
        result = verify()
        if not result.is_sound:
            raise CommandError(f"The audit trail is broken: {result.fault}.")
        self.stdout.write(f"{result.count} events, unbroken. Head: {result.head}")
