import json
from pathlib import Path

import pytest

from recognition.synthetic.truth import TrueFace, Truth, reference

FACE = TrueFace(
    person=42,
    watchlisted=True,
    x=10,
    y=20,
    w=60,
    h=80,
    left_eye=(25, 50),
    right_eye=(55, 51),
    visible=0.93,
    yaw=-7,
)
TRUTH = Truth(1280, 720, 25, ("SYN-0042", "SYN-0043"), ("SYN-0042",), ((FACE,), ()))


def test_a_truth_that_is_written_reads_the_same(tmp_path: Path):
    TRUTH.write(tmp_path / "street.json")

    assert Truth.read(tmp_path / "street.json") == TRUTH


def test_other_fields_are_refused(tmp_path: Path):
    TRUTH.write(tmp_path / "street.json")
    document = json.loads((tmp_path / "street.json").read_text())
    document["fields"][0], document["fields"][1] = document["fields"][1], document["fields"][0]
    (tmp_path / "street.json").write_text(json.dumps(document))

    with pytest.raises(ValueError, match="other fields"):
        Truth.read(tmp_path / "street.json")


def test_a_short_row_is_refused():
    with pytest.raises(ValueError, match="12 values"):
        TrueFace.from_row(FACE.as_row()[:-1])


def test_references_sort_as_the_people_do():
    assert reference(7) == "SYN-0007"
    assert sorted(map(reference, (100, 20, 3))) == ["SYN-0003", "SYN-0020", "SYN-0100"]
