from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from recognition.evaluation.acquisition import Acquisition
from recognition.evaluation.evaluation import Evaluation, Plan, evaluate
from recognition.evaluation.labelled import people_in
from recognition.evaluation.plots import det_plot, round_ticks, score_histogram, trade_off
from recognition.evaluation.svg import Drawing
from tests.recognition.labelled_pictures import ScriptedChain, write_people

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    people = people_in(write_people(tmp_path, mated=30, single=600 - 30))
    return evaluate(
        people,
        Acquisition(ScriptedChain()),
        plan=Plan(watchlist=30, draws=2),
        advance=lambda _count: None,
    )


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314  our own


def test_the_det_plot_names_its_axes_its_curves_and_its_numbers(evaluation: Evaluation) -> None:
    svg = det_plot([evaluation, evaluation])

    words = texts(svg)
    assert "False alerts: share of people not on the list (FPIR)" in words
    assert "Missed (1 − TPIR)" in words
    assert words.count("A scripted chain") == 2
    assert "Watchlist of 30; 30 mated and 570 non-mated probes; 2 draws" in words
    assert svg.count("<polyline") == 2


def test_the_histogram_shows_both_kinds_of_probe_and_the_threshold(evaluation: Evaluation) -> None:
    words = texts(score_histogram(evaluation))

    assert {"Not on the list", "On the list, right person first"} <= set(words)
    assert any(each.startswith("threshold 0.") for each in words)


def test_plots_are_drawn_within_their_frame_and_are_legible_on_light_and_dark(
    evaluation: Evaluation,
) -> None:
    for svg in (det_plot([evaluation]), score_histogram(evaluation)):
        root = ET.fromstring(svg)  # noqa: S314  our own
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for element in root.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(element.get(name, 0)) <= width
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(element.get(name, 0)) <= height
        assert "prefers-color-scheme:dark" in svg
        assert root.find(f"{SVG}title") is not None
        assert "<script" not in svg


def test_the_curve_falls_from_few_false_alerts_to_many(evaluation: Evaluation) -> None:
    curve = trade_off(evaluation)

    assert [fpir for fpir, _ in curve] == sorted(fpir for fpir, _ in curve)
    assert [tpir for _, tpir in curve] == sorted(tpir for _, tpir in curve)
    assert curve[0][0] == pytest.approx(1 / 570, rel=0.02)
    measured = {round(point.target_fpir, 3): point.tpir.value for point in evaluation.points}
    nearest = min(curve, key=lambda each: abs(each[0] - 0.02))
    assert nearest[1] == pytest.approx(measured[0.02], abs=0.05)


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((0.0, 1.0), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ((0.91, 0.99), [0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99]),
        ((0.0, 0.15), [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14]),
    ],
)
def test_ticks_are_round(ends: tuple[float, float], ticks: list[float]) -> None:
    assert round_ticks(ends) == pytest.approx(ticks)


def test_words_cannot_break_out_of_a_drawing() -> None:
    drawing = Drawing(10, 10, "<script>", "a & b")
    drawing.text("<b>&", (1, 1))

    root = ET.fromstring(drawing.as_text())  # noqa: S314  our own
    assert [element.text for element in root.iter(f"{SVG}text")] == ["<b>&"]
