"""`manage.py erasure-report`: do ledger, database, file store and schedule agree, and is anything
overdue? The exit status is 1 where not."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Sum
from django.utils import timezone

from deployments.models import ErasureRecord
from deployments.reconciliation import Reconciliation, reconcile
from deployments.retention import Due


class Command(BaseCommand):
    help = "Hold the ledger of erasures against the database, the file store and the schedule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for scripts, on one line")

    def handle(self, *_: Any, json: bool, **options: Any) -> None:
        found = reconcile()
        self.stdout.write(_as_json(found) if json else _as_text(found))
        if not found.is_clean:
            raise CommandError(f"Not reconciled: {_names(found)}.")


def _names(found: Reconciliation) -> str:
    return ", ".join(sorted({finding.what for finding in found.findings}))


def _as_text(found: Reconciliation) -> str:
    lines = [f"{len(found.held)} kinds with a clock running:"]
    lines += [f"  {_line(due)}" for due in found.held]
    lines.append("Erased so far, by the ledger:")
    lines += [
        f"  {row['kind']} × {row['total']} in {row['times']} erasures" for row in _erased()
    ] or ["  nothing"]
    if found.is_clean:
        lines.append("Ledger, database, file store and schedule agree. Nothing is overdue.")
    lines += [f"{finding.what}: {finding.words}" for finding in found.findings]
    return "\n".join(lines)


def _line(due: Due) -> str:
    moment = timezone.localtime(due.due_at).strftime("%Y-%m-%d %H:%M:%S")
    whose = due.deployment.uuid if due.deployment else "no deployment"
    return f"{due.rule.kind} × {due.count}, due {moment}, {whose}"


def _as_json(found: Reconciliation) -> str:
    return json.dumps(
        {
            "at": found.at.isoformat(),
            "reconciled": found.is_clean,
            "findings": [
                {"what": each.what, "count": each.count, "words": each.words}
                for each in found.findings
            ],
            "overdue": [_facts(due) for due in found.overdue],
            "held": [_facts(due) for due in found.held],
            "erased": {row["kind"]: row["total"] for row in _erased()},
        }
    )


def _facts(due: Due) -> dict[str, object]:
    return {
        "kind": due.rule.kind,
        "count": due.count,
        "due_at": due.due_at.isoformat(),
        "deployment": str(due.deployment.uuid) if due.deployment else None,
    }


def _erased() -> list[Any]:
    rows = ErasureRecord.objects.values("kind").order_by("kind")
    return list(rows.annotate(total=Sum("count"), times=Count("pk")))
