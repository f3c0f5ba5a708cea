"""`manage.py purge`: erase what is due. The general worker does the same on its clock."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deployments import purge


class Command(BaseCommand):
    help = "Erase what is due; with --simulate, only list everything that has a clock running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulate", action="store_true")

    def handle(self, *_: Any, simulate: bool, **options: Any) -> None:
        if simulate:
            for due in purge.everything_held():
                state = "overdue" if due.is_overdue else "due"
                moment = timezone.localtime(due.due_at).strftime("%Y-%m-%d %H:%M:%S")
                self.stdout.write(
                    f"{state:8}{moment}  {due.rule.kind} × {due.count}  {due.deployment or 'staff'}"
                )
            return
        for erasure in purge.purge():
            whose = erasure.deployment or "staff"
            self.stdout.write(f"erased  {erasure.kind} × {erasure.count}  {whose}")
