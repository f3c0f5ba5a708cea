"""Fills a demo's database. Refuses anywhere else."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lfr_site.demo import seed
from lfr_site.demo.asking import seed_subject_access
from lfr_site.demo.documents import seed_documents


class Command(BaseCommand):
    help = "Seed the demo: people and a camera and, unless --people-only, a live deployment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("assets", type=Path)
        parser.add_argument("--people-only", action="store_true")

    def handle(self, *_: Any, assets: Path, people_only: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This seeds people with known passwords: only with LFR_DEMO=1.")
        people = seed.seed_people()
        seed_documents(people)
        camera = seed.seed_camera(assets)
        seed.seed_still(camera, by=people["system_administrator"])
        if people_only:
            return
        seed.seed_upcoming(people, camera)
        seed.seed_urgent(people, camera)
        try:
            deployment = seed.seed_live_deployment(people, camera, assets, self.stdout.write)
            seed_subject_access(people, deployment)
        except TimeoutError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"deployment {deployment.uuid}")
