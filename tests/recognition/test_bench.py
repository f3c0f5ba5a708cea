"""The bench itself: fair turns, honest figures, a report that fits what was measured."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lfr_site import bench
from recognition.bench import detect, report, search, timing
from recognition.bench.options import Options
from recognition.bench.sections import SECTIONS
from recognition.bench.strangers import alike, random_templates
from recognition.types import Box, Face
from tests.conftest import ROOT


class Clock:
    """A time that passes only in the calls that are measured."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.now)  # type: ignore[attr-defined]

    def taking(self, *seconds: float):
        values = iter(seconds)

        def call() -> None:
            self.now += next(values)

        return call


def test_each_gets_its_turn_and_the_first_round_does_not_count(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(monkeypatch)
    calls = {"one": clock.taking(9, 1, 1, 5), "other": clock.taking(9, 2, 4, 3)}

    assert timing.side_by_side(calls, seconds=0) == {"one": 1, "other": 3}


def test_rounds_go_on_as_long_as_they_may(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(monkeypatch)
    calls = {"one": clock.taking(*[1.0] * 11)}

    timing.side_by_side(calls, seconds=9.5)

    assert clock.now == 11


def test_percentiles_are_values_that_were_measured():
    values = [number / 1000 for number in range(1, 101)]

    found = timing.percentiles(values[::-1])

    assert found == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "count": 100}
    assert timing.percentiles([]) == {"count": 0}


def test_strangers_are_as_alike_as_asked():
    templates = random_templates(400, dimension=128, likeness=0.85)
    others = alike(templates, similarity=0.96)

    assert np.allclose(np.linalg.norm(templates, axis=1), 1.0, atol=1e-5)
    products = templates @ templates.T
    assert np.median(products[~np.eye(400, dtype=bool)]) == pytest.approx(0.85, abs=0.01)
    assert np.median((templates * others).sum(axis=1)) == pytest.approx(0.96, abs=0.02)


def test_every_section_can_be_measured():
    for section in SECTIONS:
        assert callable(import_module(f"recognition.bench.{section}").measure)


@pytest.mark.django_db(transaction=True)
@pytest.mark.model
def test_search_gives_the_keys_that_were_promised(monkeypatch: pytest.MonkeyPatch):
    """With lists so short that it takes seconds; DeepFace's own search is among what is timed."""
    monkeypatch.setattr(search, "QUICK_SIZES", (100, 300))
    monkeypatch.setattr(search, "INDEXED", 300)
    monkeypatch.setattr(search, "RECALL_PROBES", 50)

    found = search.measure(Options(quick=True, minutes=0, test_data=Path("nowhere")))

    assert set(found["search_ms"]) == set(found["search_ratio_vs_numpy"]) == {"100", "300"}
    assert found["hnsw_recall_at_1"]["on_the_list"] > 0.9
    assert {"numpy", "memory", "deepface_find", "deepface_batched", "pgvector"} <= set(
        found["search_detail_ms"]["100"]
    )
    assert "one face among 300" in report.as_table(found | {"measured": {"search": {}}})


def test_faces_are_shown_where_they_are_said_to_be():
    white = np.full((40, 60, 3), 255, np.uint8)
    people = [detect.Portrait(white, face_px=20)] * 7

    shown = list(detect.frames(people, resolution=(640, 360), size_px=40))

    assert [len(centres) for _, centres in shown] == [6, 1]
    for image, centres in shown:
        assert image.shape == (360, 640, 3)
        for x, y in centres:
            assert image[round(y), round(x)].tolist() == [255, 255, 255]
            assert image[round(y), round(x) + 61].max() < 255, "the picture is 120 px wide"


def test_a_face_is_found_once_and_a_box_on_plain_ground_is_a_mistake():
    tally = detect.Tally()
    at = [Box(90, 90, 20, 20), Box(95, 95, 20, 20), Box(600, 300, 20, 20)]
    faces = [Face(box, np.zeros((5, 2), np.float32), 0.9) for box in at]

    detect._count(tally, "photographs", faces, [(100, 100), (200, 100)], within_px=20)

    assert tally.found == {"photographs": [True, False]}
    assert tally.elsewhere == 1


@pytest.mark.model
def test_detectors_are_compared_on_the_same_faces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(detect, "RESOLUTIONS", ((640, 360),))
    monkeypatch.setattr(detect, "FACE_SIZES_PX", (80,))

    found = detect.measure(Options(quick=True, minutes=0, test_data=Path("nowhere")))

    row = found["detect"]["640x360"]["80"]["mtcnn"]
    assert row["faces"] == {"synthetic": 6}
    assert row["found"]["synthetic"] > 0.8
    assert row["ms"] > 0
    assert "faces of 80 px at 640×360" in report.as_table(found | {"measured": {"detect": {}}})


@pytest.fixture
def figures() -> dict[str, Any]:
    """As a quick run wrote them."""
    at = {"processor": "P", "cores": 2, "memory_gb": 8, "load": 0.1, "load_after": 0.2}
    at |= {"at": "2026-01-01T00:00:00+00:00", "quick": True}
    row = {"embedded": 6.0, "with_mirror_image": 12.0, "dlib": 120.0, "deepface": 180.0}
    speed = {"frames_per_s": 20.0, "faces_per_s": 60.0}
    return {
        "measured": dict.fromkeys(("embed", "pipeline", "latency", "following"), at),
        "embed_ms": {"8": row},
        "embed_speedup_vs_dlib": 20.0,
        "embed_speedup_vs_deepface": 30.0,
        "embed_speedup_vs_dlib_by_batch": {"8": 20.0},
        "embed_speedup_vs_deepface_by_batch": {"8": 30.0},
        "plain_matrix_share": 0.79,
        "plain_matrix_gflops": 117.0,
        "pipeline": {"street": {"embedded": speed}},
        "pipeline_speedup_vs_deepface": 40.0,
        "pipeline_speedup_vs_deepface_by_video": {"street": 40.0},
        "latency_ms": {"1": {"p50": 1, "p95": 2, "p99": 3, "count": 4}},
        "cameras_fps": {"1": [14.9]},
        "following_ms": {"withdrawn": {"p50": 5, "p95": 6, "p99": 7, "p100": 8, "count": 20}},
        "max_fps": 15,
        "rss_mb": 900,
        "rss_mb_by_section": {"embed": 900},
    }


def _document(sections: Iterable[str]) -> str:
    blocks = [f"\nold {name}\n".join(report.marks(name)) for name in sections]
    return "\n\n".join(["# Before", *blocks, "After\n"])


def test_the_document_is_made_anew_where_something_was_measured(figures: dict[str, Any]):
    made = report.as_markdown(_document(SECTIONS), figures)

    assert made.startswith(f"# Before\n\n{report.marks('embed')[0]}\n\nP, 2 cores, 8 GB; load")
    assert made.endswith(f"old memory\n{report.marks('memory')[1]}\n\nAfter\n")
    assert [name for name in SECTIONS if f"old {name}" not in made] == list(figures["measured"])
    assert "| share of a plain matrix product's speed | 79% of 117.0 GFLOP/s |  |" in made
    assert "p50 1, p95 2, p99 3 ms of 4; 14.9 frames/s" in made
    assert "| p50 5, p95 6, p100 8 ms of 20 | p100 ≤ 1000 ms |" in made
    assert made.count("peak memory") == 1
    assert report.as_markdown(made, figures) == made


def test_a_document_without_marks_is_left_alone(figures: dict[str, Any]):
    with pytest.raises(ValueError, match="lacks <!-- pipeline: begin"):
        report.as_markdown(_document(["embed", "latency"]), figures)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_projects_own_document_has_each_sections_marks_and_table(section: str):
    document = (ROOT / "docs" / "performance.md").read_text("utf-8")

    begin, end = report.marks(section)
    between = document.partition(begin)[2].partition(end)[0]
    assert "\n| what | measured | wanted |\n| --- | --- | --- |\n| " in between


def test_a_section_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        bench.main(["--only", "embed,sorcery"])

    assert "no section sorcery" in capsys.readouterr().err


@pytest.mark.model
def test_a_bare_machine_needs_no_settings(tmp_path: Path):
    """On servers of its own, in a process that knows of none: what `make bench` does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LFR_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    output, servers = tmp_path / "bench.json", ROOT / "var" / "bench-test"

    done = subprocess.run(
        [
            *(sys.executable, str(ROOT / "manage.py"), "bench", "--quick"),
            *("--only", "enrol", "--output", str(output), "--servers", str(servers)),
        ],
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(output.read_text())
    assert found["enrol_per_s"] > 0
    assert found["enrolled_images"] > 15
    assert found["rss_mb"] == found["rss_mb_by_section"]["enrol"]
    assert found["measured"]["enrol"]["quick"] is True
    assert "enrolment" in done.stdout
    assert not servers.exists()
