"""`manage.py purge`: erase what is due. The general worker does the same on its clock."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deployments import purge
from deployments.retention import Due

OF_NONE = "no deployment"


class Command(BaseCommand):
    help = "Erase what is due; with --simulate, only list everything that has a clock running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulate", action="store_true")

    def handle(self, *_: Any, simulate: bool, **options: Any) -> None:
        if simulate:
            lines = [_line(due) for due in purge.everything_held()]
            self.stdout.write("\n".join(lines) or "Nothing is held whose time is running.")
            return
        lines = [
            f"erased  {each.kind} × {each.count}  {each.deployment or OF_NONE}"
            for each in purge.purge()
        ]
        self.stdout.write("\n".join(lines) or "Nothing was due.")


def _line(due: Due) -> str:
    state = "overdue" if due.is_overdue else "due"
    moment = timezone.localtime(due.due_at).strftime("%Y-%m-%d %H:%M:%S")
    return f"{state:8}{moment}  {due.rule.kind} × {due.count}  {due.deployment or OF_NONE}"
