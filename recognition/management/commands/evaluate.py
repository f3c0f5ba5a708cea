"""`manage.py evaluate FOLDER --profile P --watchlist N`: accuracy, measured on labelled pictures.

The folder has a sub-folder for each person. Templates stay in the memory of this process.
"""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection

from recognition.evaluation.acquisition import Acquisition, Advance, Chain, Role, Wanted
from recognition.evaluation.comparison import compared, comparison_lines
from recognition.evaluation.evaluation import Evaluation, Plan, evaluate
from recognition.evaluation.group_report import group_json, group_lines
from recognition.evaluation.groups import Group, measure_groups
from recognition.evaluation.labelled import (
    GroupPicture,
    Person,
    UnusableFolder,
    group_pictures_in,
    people_in,
)
from recognition.evaluation.pipeline_chain import PipelineChain
from recognition.evaluation.plots import det_plot, score_histogram
from recognition.evaluation.report import as_json, as_lines
from recognition.evaluation.watchlist_search import wanted_by
from recognition.factory import build_models
from recognition.operating_points import record_evaluation
from recognition.profiles import UnknownProfile, UnusableProfile, load_profile
from recognition.progress import Progress
from recognition.weights import MissingWeights, WrongWeights


class Command(BaseCommand):
    help = "Measure a profile's accuracy as a watchlist search on a folder of labelled pictures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a sub-folder with pictures for each person")
        parser.add_argument("--profile", default=settings.RECOGNITION_PROFILE)
        parser.add_argument("--watchlist", type=int, required=True, help="people on the list")
        parser.add_argument("--mated", type=int, help="probes of people on the list; all")
        parser.add_argument("--non-mated", type=int, help="probes of others; everybody else")
        parser.add_argument("--seed", type=int, default=1, help="the same seed: the same numbers")
        parser.add_argument("--draws", type=int, default=10, help="watchlists drawn; 10")
        parser.add_argument("--by-group", type=Path, help="chips named age_gender_group_….jpg")
        parser.add_argument(
            "--compare", action="store_true", help="beside dlib's own chain and stock DeepFace"
        )
        parser.add_argument("--json", type=Path, help="write the figures here")
        parser.add_argument("--output", type=Path, help="folder for the plots")
        parser.add_argument(
            "--no-record", action="store_true", help="store no operating points in the database"
        )

    def handle(self, *_: Any, folder: Path, **options: Any) -> None:
        plan = _plan(options)
        if os.environ.get("LFR_WITHOUT_SITE") and not options["no_record"]:
            self.stderr.write("No site is configured here: operating points are not stored.")
            options["no_record"] = True
        try:
            people = people_in(folder)
            group_folder: Path | None = options["by_group"]
            pictures = group_pictures_in(group_folder) if group_folder else []
            plan.splits(people)
        except UnusableFolder as error:
            raise CommandError(str(error)) from None
        if not options["no_record"]:
            _check_database()
        own = self._chain(options["profile"])
        acquisition = Acquisition(own)
        evaluation = self._evaluate(people, acquisition, plan=plan)
        groups = self._groups(pictures, acquisition, people=people, plan=plan)
        rivals = self._rivals(people, plan=plan) if options["compare"] else []
        result = as_json(evaluation, dataset=folder.name) | {"profile": options["profile"]}
        if groups:
            result["groups"] = group_json(groups, evaluation)
            self._write(group_lines(groups, evaluation))
        if rivals:
            result["compare"] = compared(evaluation, rivals)
            self._write(comparison_lines(evaluation, rivals))
        self._plots([evaluation, *rivals], folder=options["output"])
        if options["json"]:
            options["json"].write_text(json.dumps(result, indent=2) + "\n", "utf-8")
        if not options["no_record"]:
            rows = record_evaluation(evaluation, profile=options["profile"], dataset=folder.name)
            self.stdout.write(f"{len(rows)} operating points of {evaluation.name} stored.")

    def _chain(self, name: str) -> Chain:
        try:
            return PipelineChain(build_models(load_profile(name)))
        except (UnknownProfile, UnusableProfile, MissingWeights, WrongWeights) as error:
            raise CommandError(str(error)) from None

    def _evaluate(
        self, people: Sequence[Person], acquisition: Acquisition, *, plan: Plan
    ) -> Evaluation:
        wanted = chain.from_iterable(wanted_by(split) for split in plan.splits(people))
        progress = self._progress(acquisition, wanted)
        try:
            evaluation = evaluate(people, acquisition, plan=plan, advance=progress.advance)
        except ValueError as error:
            raise CommandError(f"Nothing can be measured: {error}.") from None
        finally:
            progress.close()
        self._write(as_lines(evaluation))
        return evaluation

    def _groups(
        self,
        pictures: Sequence[GroupPicture],
        acquisition: Acquisition,
        *,
        people: Sequence[Person],
        plan: Plan,
    ) -> list[Group]:
        if not pictures:
            return []
        progress = self._progress(acquisition, ((each.path, Role.PROBE) for each in pictures))
        advance: Advance = progress.advance
        groups = measure_groups(pictures, acquisition, splits=plan.splits(people), advance=advance)
        progress.close()
        return groups

    def _rivals(self, people: Sequence[Person], *, plan: Plan) -> list[Evaluation]:
        from recognition.evaluation.rivals import DlibChain, StockDeepFace

        rivals: tuple[Chain, Chain] = (DlibChain(), StockDeepFace())
        return [self._evaluate(people, Acquisition(each), plan=plan) for each in rivals]

    def _progress(self, acquisition: Acquisition, wanted: Any) -> Progress:
        missing: list[Wanted] = list(wanted)
        return Progress(
            acquisition.chain.name,
            total=acquisition.missing(missing),
            stream=sys.stderr,
            unit="pictures",
        )

    def _plots(self, evaluations: Sequence[Evaluation], *, folder: Path | None) -> None:
        folder = folder or settings.DATA_DIR / "evaluations" / evaluations[0].name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "det.svg").write_text(det_plot(evaluations), "utf-8")
        (folder / "scores.svg").write_text(score_histogram(evaluations[0]), "utf-8")
        self.stdout.write(f"Plots: {folder / 'det.svg'}, {folder / 'scores.svg'}")

    def _write(self, lines: Any) -> None:
        for line in lines:
            self.stdout.write(line)


def _plan(options: dict[str, Any]) -> Plan:
    numbers = {name: options[name] for name in ("watchlist", "mated", "non_mated", "draws")}
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise CommandError(f"--{name.replace('_', '-')} must be at least 1.")
    if options["seed"] < 0:
        raise CommandError("--seed must not be negative.")
    return Plan(seed=options["seed"], **numbers)


def _check_database() -> None:
    """Now rather than after minutes of work."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        raise CommandError(
            "The database does not answer, so no operating point could be stored: "
            "see LFR_DATABASE_URL, or measure with --no-record."
        ) from None
