import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recognition.evaluation.acquisition import BATCH, Acquisition, Role
from recognition.evaluation.evaluation import Evaluation, Plan, evaluate
from recognition.evaluation.labelled import UnusableFolder, people_in
from recognition.evaluation.pipeline_chain import PipelineChain, in_the_middle
from recognition.evaluation.report import as_json, as_lines
from recognition.evaluation.split import Split, draw
from recognition.evaluation.watchlist_search import search, wanted_by
from recognition.factory import ModelSet, load_profile
from recognition.images import UnusableImage
from recognition.types import Face, Floats, Image
from tests.recognition.labelled_pictures import BLANK, ScriptedChain, write_people, write_picture
from tests.recognition.scripted_parts import ScriptedDetector, ScriptedEmbedder, frontal_face


def ignore(_count: int) -> None:
    """Nobody watches the progress."""


def run(folder: Path, **plan: int) -> Evaluation:
    return evaluate(
        people_in(folder), Acquisition(ScriptedChain()), plan=Plan(**plan), advance=ignore
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people", mated=30, single=40)


# Who is on the list


def test_nobody_who_passes_by_is_on_the_list(folder: Path) -> None:
    split = draw(people_in(folder), watchlist=20, seed=(1,))

    listed = {path.parent for _, path in split.enrolled}
    assert len(split.enrolled) == len(split.mated) == 20
    assert len(split.non_mated) == 50
    assert len({path.parent for path in split.non_mated}) == 50, "one probe a person"
    assert not listed & {path.parent for path in split.non_mated}
    assert {path.parent for _, path in split.mated} == listed
    assert not {path for _, path in split.enrolled} & {path for _, path in split.mated}


def test_a_long_list_takes_people_with_one_picture_too(folder: Path) -> None:
    split = draw(people_in(folder), watchlist=60, seed=(1,))

    assert (len(split.enrolled), len(split.mated), len(split.non_mated)) == (60, 30, 10)


def test_numbers_asked_for_are_kept(folder: Path) -> None:
    split = draw(people_in(folder), watchlist=20, mated=5, non_mated=7, seed=(1,))

    assert (len(split.enrolled), len(split.mated), len(split.non_mated)) == (20, 5, 7)


def test_the_same_seed_draws_the_same_and_another_does_not(folder: Path) -> None:
    people = people_in(folder)

    assert draw(people, watchlist=20, seed=(1, 2)) == draw(people, watchlist=20, seed=(1, 2))
    assert draw(people, watchlist=20, seed=(1, 2)) != draw(people, watchlist=20, seed=(1, 3))


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"watchlist": 70}, "too few for a watchlist of 70"),
        ({"watchlist": 700}, "too few for a watchlist of 700"),
        ({"watchlist": 20, "mated": 21}, "21 mated probes asked for; 20"),
        ({"watchlist": 20, "non_mated": 51}, "51 non-mated probes asked for; 50"),
    ],
)
def test_a_folder_too_small_says_so(folder: Path, numbers: dict[str, int], words: str) -> None:
    with pytest.raises(UnusableFolder, match=words):
        draw(people_in(folder), seed=(1,), **numbers)


def test_folders_that_cannot_be_evaluated_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder, match="not a folder"):
        people_in(tmp_path / "none")
    with pytest.raises(UnusableFolder, match="holds 0 sub-folders"):
        people_in(tmp_path)
    with pytest.raises(UnusableFolder, match=r"Nobody in .* two pictures"):
        people_in(write_people(tmp_path, mated=0, single=3))


# What is measured


def test_the_figures_are_those_of_the_scores(folder: Path) -> None:
    evaluation = run(folder, watchlist=20, draws=1)
    (scores,) = evaluation.scores

    for point in evaluation.points:
        assert point.tpir.value == pytest.approx(np.mean(scores.mated >= point.threshold))
        assert point.fpir.value == pytest.approx(np.mean(scores.non_mated >= point.threshold))
        assert point.fpir.value <= point.target_fpir
    assert evaluation.point(0.02).tpir.value >= evaluation.point(0.001).tpir.value
    assert [point.is_carried for point in evaluation.points] == [False] * 4, "of 50 probes"


def test_the_same_seed_gives_the_same_numbers(folder: Path) -> None:
    def figures(seed: int) -> str:
        evaluation = run(folder, watchlist=20, draws=3, seed=seed)
        return json.dumps(as_json(evaluation, dataset="people"))

    assert figures(4) == figures(4)
    assert figures(4) != figures(5)


def test_who_gives_no_template_is_missed_and_flatters_no_rate(tmp_path: Path) -> None:
    blank = range(0, 70, 7)
    folder = write_people(tmp_path, mated=30, single=40, blank=blank)

    evaluation = run(folder, watchlist=30, draws=1)
    (scores,) = evaluation.scores

    assert evaluation.enrolled == 25
    assert (len(scores.mated), np.isinf(scores.mated).sum()) == (30, 5)
    assert (evaluation.non_mated, evaluation.non_mated_acquired) == (40, 35)
    assert evaluation.failures[Role.ENROLMENT].count == 5
    assert evaluation.failures[Role.PROBE].count == 10
    assert evaluation.failures[Role.PROBE].reasons == {"No face was found": 10}
    assert evaluation.failure_to_acquire == pytest.approx(15 / 100)


def test_damaged_and_empty_files_are_failures_and_no_crash(folder: Path) -> None:
    people = sorted(folder.iterdir())
    for person, content in zip(
        people, [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + b"\0" * 99], strict=False
    ):
        for path in person.iterdir():
            path.write_bytes(content)

    evaluation = run(folder, watchlist=30, draws=1)

    assert evaluation.failures[Role.ENROLMENT].count == 3
    assert "The file is empty" in evaluation.failures[Role.PROBE].reasons


def test_nobody_acquired_is_said_in_words(tmp_path: Path) -> None:
    folder = write_people(tmp_path, mated=3, single=3, blank=range(6))

    with pytest.raises(ValueError, match="no non-mated probe was acquired"):
        run(folder, watchlist=2, draws=1)


def test_each_picture_is_embedded_once_for_all_draws_in_fixed_batches(folder: Path) -> None:
    chain = ScriptedChain()
    acquisition = Acquisition(chain)

    evaluate(people_in(folder), acquisition, plan=Plan(watchlist=20, draws=5), advance=ignore)

    assert sum(count for count, _ in chain.asked) <= 2 * 100
    assert all(count <= BATCH for count, _ in chain.asked)
    before = len(chain.asked)
    evaluate(people_in(folder), acquisition, plan=Plan(watchlist=20, draws=5), advance=ignore)
    assert len(chain.asked) == before


def test_the_wrong_person_first_is_a_miss(folder: Path) -> None:
    """Two people whose probes were mixed up: each is found, as the other."""
    first, second = (sorted(folder.glob(f"person_00{number}/*")) for number in (0, 1))
    split = Split(((0, first[0]), (1, second[0])), ((0, second[1]), (1, first[1])), ())
    acquisition = Acquisition(ScriptedChain())
    acquisition.acquire(wanted_by(split), advance=ignore)

    assert np.isinf(search(split, acquisition).mated).all()


def test_the_json_has_the_keys_that_others_read(folder: Path) -> None:
    result = json.loads(json.dumps(as_json(run(folder, watchlist=20, draws=2), dataset="people")))

    assert set(result["tpir"]) == {"0.02", "0.01", "0.005", "0.001"} == set(result["threshold"])
    assert set(result["tpir"]["0.01"]) == {"value", "low", "high"}
    assert result["failure_to_acquire"] == 0.0
    assert result["counts"] == {
        "people": 70,
        "watchlist": 20,
        "enrolled": 20,
        "mated": 20,
        "non_mated": 50,
        "non_mated_acquired": 50,
    }


def test_the_table_warns_where_probes_are_too_few(folder: Path) -> None:
    text = "\n".join(as_lines(run(folder, watchlist=20, draws=1)))

    assert "A scripted chain (scripted-1)" in text
    assert text.count("too few probes to claim this rate") == 4


# The pipeline's own code as a chain


def pipeline_chain(*faces: Face) -> tuple[PipelineChain, ScriptedDetector]:
    detector = ScriptedDetector(*[list(faces)] * 9)
    return PipelineChain(ModelSet(load_profile("embedded"), detector, ScriptedEmbedder())), detector


def textured(person: int) -> Image:
    """A picture sharp enough to enrol whose pixels at a face's centre are its person."""
    picture = np.random.default_rng(person).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    picture[95:105, 95:105] = person
    return picture


def test_the_label_names_the_face_in_the_middle() -> None:
    middle, side = frontal_face(60, 60, 80), frontal_face(0, 0, 90)

    assert in_the_middle(textured(1), [side, middle]) is middle
    with pytest.raises(UnusableImage, match="No face was found"):
        in_the_middle(textured(1), [])


@pytest.mark.parametrize("role", Role)
def test_the_profiles_own_parts_make_the_template(role: Role) -> None:
    chain, _ = pipeline_chain(frontal_face(60, 60, 80))

    (template,) = chain.templates([textured(3)], role=role)

    assert not isinstance(template, str)
    assert template.argmax() == 3


def test_enrolment_asks_more_of_a_face_than_passing_by() -> None:
    chain, _ = pipeline_chain(frontal_face(78, 78, 45))

    (enrolled,) = chain.templates([textured(3)], role=Role.ENROLMENT)
    (probe,) = chain.templates([textured(3)], role=Role.PROBE)

    assert enrolled == "The face cannot be used: too small: 45 px."
    assert not isinstance(probe, str)


@pytest.mark.parametrize("role", Role)
def test_no_template_comes_from_nothing_or_from_garbage(role: Role) -> None:
    chain, _ = pipeline_chain()
    assert chain.templates([textured(1)], role=role) == ["No face was found."]

    for value in (0.0, np.nan):
        chain, _ = pipeline_chain(frontal_face(60, 60, 80))
        garbage = np.full((1, 8), value, np.float32)
        chain.models.embedder._embed = lambda _chips, answer=garbage: answer  # type: ignore[attr-defined]
        (answer,) = chain.templates([textured(1)], role=role)
        assert answer == "The face gave no usable template."


def test_landmarks_that_are_no_numbers_are_a_failure_in_words() -> None:
    face = frontal_face(60, 60, 80)
    broken = Face(face.box, np.full((5, 2), np.nan, np.float32), 0.9)
    chain, _ = pipeline_chain(broken)

    (answer,) = chain.templates([textured(1)], role=Role.PROBE)

    assert answer == "The face cannot be used: cut off by the edge of the picture."


def test_a_search_is_the_one_that_a_camera_would_make(folder: Path) -> None:
    """Scores come from the gallery and the decision of the pipeline: the best of each row."""
    acquisition = Acquisition(ScriptedChain())
    split = draw(people_in(folder), watchlist=20, seed=(1,))
    acquisition.acquire(wanted_by(split), advance=ignore)
    enrolled = np.stack([_known(acquisition, path, Role.ENROLMENT) for _, path in split.enrolled])

    scores = search(split, acquisition)

    for path, score in zip(split.non_mated, scores.non_mated, strict=True):
        best = float((enrolled @ _known(acquisition, path, Role.PROBE)).max())
        assert score == pytest.approx(best, abs=1e-6)


def _known(acquisition: Acquisition, path: Path, role: Role) -> np.ndarray:
    template = acquisition.template(path, role)
    assert template is not None
    return template


def test_the_blank_person_of_these_tests_is_none_of_the_others() -> None:
    assert BLANK > 70


def test_a_chip_cut_close_gets_a_border_of_its_own_edges(tmp_path: Path) -> None:
    class Watching(ScriptedChain):
        shapes: list[tuple[int, ...]] = []

        def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
            self.shapes.extend(picture.shape for picture in pictures)
            return super().templates(pictures, role=role)

    path = write_picture(tmp_path / "chip.png", 7)
    acquisition = Acquisition(Watching())

    acquisition.acquire([(path, Role.PROBE)], advance=ignore, border=0.25)

    assert Watching.shapes == [(90, 90, 3)]
    assert _known(acquisition, path, Role.PROBE).any()
