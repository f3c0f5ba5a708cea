"""False alerts by group as JSON and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from recognition.evaluation.evaluation import Evaluation
from recognition.evaluation.groups import Group, GroupRate, Searched, rates
from recognition.evaluation.measures import threshold_at
from recognition.evaluation.report import between, interval_json, percent

# Rates at which groups of a hundred faces may show anything at all.
SHOWN_FPIRS = (0.02, 0.01)
PRINTED_FPIR = 0.01

TITLES = {
    Searched.WATCHLIST: "against the watchlists drawn",
    Searched.OWN_GROUP: "against the other faces of the same gender and group",
}


def rates_by_list(
    groups: Sequence[Group], evaluation: Evaluation, fpir: float
) -> dict[Searched, list[GroupRate]]:
    thresholds = [threshold_at(fpir, each.non_mated) for each in evaluation.scores]
    mean = evaluation.point(fpir).threshold
    listed = [group.watchlist_rate(thresholds) for group in groups]
    own = [group.own_rate(mean) for group in groups]
    return {
        Searched.WATCHLIST: rates(groups, listed, searched=Searched.WATCHLIST),
        Searched.OWN_GROUP: rates(groups, own, searched=Searched.OWN_GROUP),
    }


def group_json(groups: Sequence[Group], evaluation: Evaluation) -> list[dict[str, Any]]:
    """One object for each group: failures to acquire, and by list and FPIR the false alert rate."""
    by_fpir = {fpir: rates_by_list(groups, evaluation, fpir) for fpir in SHOWN_FPIRS}
    return [
        {
            "kind": group.kind,
            "name": group.name,
            "pictures": group.pictures,
            "acquired": group.acquired,
            "failure_to_acquire": interval_json(group.failures),
            "false_alerts": {
                searched.value: {
                    str(fpir): _rate_json(by_fpir[fpir][searched][index]) for fpir in SHOWN_FPIRS
                }
                for searched in Searched
            },
        }
        for index, group in enumerate(groups)
    ]


def group_lines(groups: Sequence[Group], evaluation: Evaluation) -> Iterator[str]:
    yield "Failures to acquire by group"
    for group in groups:
        yield (
            f"  {group.kind:17} {group.name:16} {group.pictures - group.acquired:4} of "
            f"{group.pictures:4}  {percent(group.failures.value):7} ({between(group.failures)})"
        )
    for searched, measured in rates_by_list(groups, evaluation, PRINTED_FPIR).items():
        yield (f"False alerts at the threshold of FPIR {percent(PRINTED_FPIR)}, {TITLES[searched]}")
        for rate in measured:
            yield (
                f"  {rate.kind:17} {rate.name:16} {percent(rate.rate.value):7} "
                f"({between(rate.rate)}; {rate.probes} probes)  {rate.verdict}"
            )


def _rate_json(rate: GroupRate) -> dict[str, Any]:
    return {**interval_json(rate.rate), "verdict": rate.verdict}
