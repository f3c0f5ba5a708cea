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
        runs = CameraRun.objects.filter(deployment=deployment).aggregate(
            faces=Sum("faces_seen"), stopped=Max("stopped_at")
        )
        stopped = None
        if runs["stopped"] and deployment.ended_at:
            stopped = round((runs["stopped"] - deployment.ended_at).total_seconds(), 3)
        self.stdout.write(
            json.dumps({"faces_seen": runs["faces"] or 0, "cameras_stopped_s": stopped})
        )
