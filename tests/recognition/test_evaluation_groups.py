from pathlib import Path

import numpy as np
import pytest

from recognition.evaluation.acquisition import Acquisition
from recognition.evaluation.evaluation import Plan, evaluate
from recognition.evaluation.group_report import group_json, group_lines
from recognition.evaluation.groups import NO_CLAIM, Group, Searched, measure_groups, rates
from recognition.evaluation.labelled import UnusableFolder, group_pictures_in, people_in
from tests.recognition.labelled_pictures import BLANK, ScriptedChain, write_people, write_picture


def ignore(_count: int) -> None:
    """Nobody watches the progress."""


def group(name: str, probes: int) -> Group:
    return Group("group", name, probes, (np.zeros(probes),), np.zeros(probes))


def verdicts(*shares: tuple[float, int], searched: Searched = Searched.WATCHLIST) -> list[str]:
    groups = [group(str(index), probes) for index, (_, probes) in enumerate(shares)]
    return [
        rate.verdict for rate in rates(groups, [share for share, _ in shares], searched=searched)
    ]


def test_no_claim_where_the_numbers_cannot_carry_it() -> None:
    assert verdicts((0.02, 90), (0.0, 90)) == [NO_CLAIM, NO_CLAIM]


def test_a_difference_that_chance_explains_is_none() -> None:
    assert verdicts((0.020, 1000), (0.025, 1000)) == ["no difference from the others shown"] * 2


def test_a_difference_that_chance_does_not_explain_is_said() -> None:
    assert verdicts((0.02, 1000), (0.08, 1000)) == [
        "lower than the others",
        "higher than the others",
    ]


def test_a_difference_too_large_for_chance_is_said_of_a_small_group_too() -> None:
    assert verdicts((11 / 153, 153), (5 / 605, 605))[0] == "higher than the others"
    assert verdicts((3 / 20, 20), (0.0, 600))[0] == NO_CLAIM, "three alerts are three alerts"


def test_faces_that_raise_each_others_alert_count_half() -> None:
    one = group("one", 90)

    assert one.independent(Searched.WATCHLIST) == 90
    assert one.independent(Searched.OWN_GROUP) == 45
    (rate, _) = rates([one, group("two", 90)], [0.5, 0.5], searched=Searched.OWN_GROUP)
    assert rate.probes == 45


@pytest.fixture
def chips(tmp_path: Path) -> Path:
    """Twenty faces of each gender of two groups; one of them shows nobody."""
    folder = tmp_path / "chips"
    for number in range(80):
        gender, label = number % 2, number // 2 % 2
        name = f"{20 + number}_{gender}_{label}_2017{number:03}.png"
        write_picture(folder / name, BLANK if number == 3 else 200 + number % 50, shot=number)
    write_picture(folder / "portrait.png", 1)
    return folder


def test_chips_are_grouped_by_their_names(chips: Path) -> None:
    pictures = group_pictures_in(chips)

    assert len(pictures) == 80
    assert {(each.gender, each.group) for each in pictures} == {
        (gender, name) for gender in ("male", "female") for name in ("White", "Black")
    }


def test_a_folder_without_such_names_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "portrait.png", 1)

    with pytest.raises(UnusableFolder, match="no pictures named age_gender_group"):
        group_pictures_in(tmp_path)


def test_every_group_is_reported_with_its_failures_and_intervals(
    tmp_path: Path, chips: Path
) -> None:
    people = people_in(write_people(tmp_path / "people", mated=30, single=40))
    acquisition, plan = Acquisition(ScriptedChain()), Plan(watchlist=20, draws=2)
    evaluation = evaluate(people, acquisition, plan=plan, advance=ignore)

    groups = measure_groups(
        group_pictures_in(chips), acquisition, splits=plan.splits(people), advance=ignore
    )
    result = {(each["kind"], each["name"]): each for each in group_json(groups, evaluation)}

    assert len(result) == 2 + 2 + 4
    black_women = result["gender and group", "female, Black"]
    assert (black_women["pictures"], black_women["acquired"]) == (20, 19)
    assert result["gender", "male"]["failure_to_acquire"]["value"] == 0.0
    alerts = black_women["false_alerts"]["watchlist"]["0.01"]
    assert 0 <= alerts["low"] <= alerts["value"] <= alerts["high"] <= 1
    assert alerts["verdict"] == NO_CLAIM
    assert NO_CLAIM in "\n".join(group_lines(groups, evaluation))


def test_nobody_is_a_candidate_for_himself(tmp_path: Path, chips: Path) -> None:
    people = people_in(write_people(tmp_path / "people", mated=30, single=40))
    acquisition, plan = Acquisition(ScriptedChain()), Plan(watchlist=20, draws=1)
    evaluate(people, acquisition, plan=plan, advance=ignore)

    groups = measure_groups(
        group_pictures_in(chips), acquisition, splits=plan.splits(people), advance=ignore
    )

    assert max(float(each.own_scores.max()) for each in groups) < 0.999
