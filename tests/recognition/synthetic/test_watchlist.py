import csv
from pathlib import Path

import pytest

from recognition.synthetic import watchlist
from recognition.synthetic.anatomy import Identity
from recognition.synthetic.finishing import Picture
from recognition.synthetic.portraits import portrait
from recognition.synthetic.watchlist import COLUMNS, write_watchlist


@pytest.fixture(autouse=True)
def small_portraits(monkeypatch: pytest.MonkeyPatch):
    def small(identity: Identity) -> Picture:
        return portrait(identity, size_px=40)

    monkeypatch.setattr(watchlist, "portrait", small)


def test_each_person_gets_a_row_and_a_portrait(tmp_path: Path):
    write_watchlist(tmp_path, people=[11, 4])

    with (tmp_path / "watchlist.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["reference"] for row in rows] == ["SYN-0004", "SYN-0011"]
    for row in rows:
        assert (tmp_path / "portraits" / row["image"]).read_bytes().startswith(b"\xff\xd8")


def test_portraits_of_an_earlier_choice_go(tmp_path: Path):
    write_watchlist(tmp_path, people=[11, 4])
    write_watchlist(tmp_path, people=[4])

    assert [path.name for path in (tmp_path / "portraits").iterdir()] == ["SYN-0004.jpg"]
