"""What the demo's check wants to know and no page shows to the fraction of a second."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db.models import Max, Sum

from deployments.models import Deployment
from recognition.models import CameraRun


class Command(BaseCommand):
    help = "Print one deployment's counts and how soon its cameras stopped, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uuid", type=UUID)

    def handle(self, *_: Any, uuid: UUID, **options: Any) -> None:
        deployment = Deployment.objects.get(uuid=uuid)
        runs = CameraRun.objects.filter(deployment=deployment)
        stopped_at = None
        if not runs.filter(stopped_at=None).exists():
            stopped_at = runs.aggregate(last=Max("stopped_at"))["last"]
        after_the_end = None
        if stopped_at and deployment.ended_at:
            after_the_end = round((stopped_at - deployment.ended_at).total_seconds(), 3)
        facts = {
            "faces_seen": runs.aggregate(seen=Sum("faces_seen"))["seen"] or 0,
            "cameras_stopped_at": stopped_at and stopped_at.timestamp(),
            "cameras_stopped_s": after_the_end,
        }
        self.stdout.write(json.dumps(facts))
