"""`manage.py rotate-master-key`: put everything under the master key that is in force now."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from deployments.key_providers import WRONG_KEY
from deployments.master_key_rotation import rotate


class Command(BaseCommand):
    help = (
        "Rewrap every secret by the master key in force. LFR_OTHER_MASTER_KEYS names the key that "
        "it takes over from. Interrupted, it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where another key is needed"
        )

    def handle(self, *_: Any, check: bool, **options: Any) -> None:
        try:
            done = rotate(dry=check)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        words = "under another key" if check else "rewrapped"
        for each in done:
            what = each.what.replace("_", " ")
            self.stdout.write(
                f"{what}: {each.rewrapped} {words}, {each.there_already} under the key in force, "
                f"{each.unreadable} unreadable"
            )
        if unreadable := sum(each.unreadable for each in done):
            raise CommandError(f"{unreadable} cannot be opened: {WRONG_KEY}.")
        if check and any(each.rewrapped for each in done):
            raise CommandError("Other keys are still needed: run manage.py rotate-master-key.")
