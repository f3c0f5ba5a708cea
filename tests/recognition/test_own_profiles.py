"""A force's own profiles: found beside ours, refused in words where something is wrong."""

from pathlib import Path

import pytest

from recognition.profiles import (
    FOLDER,
    UnknownProfile,
    UnusableProfile,
    _read,
    load_profile,
    profile_names,
)

OURS = (FOLDER / "mobilefacenet.toml").read_text("utf-8")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LFR_PROFILES_DIR", str(tmp_path))
    _read.cache_clear()
    return tmp_path


def test_a_profile_of_ones_own_stands_beside_ours(own: Path) -> None:
    (own / "seed_force.toml").write_text(OURS.replace("YuNet and a", "Our"), "utf-8")

    assert "seed_force" in profile_names()
    assert load_profile("seed_force").title.startswith("Our")
    assert load_profile("seed_force").model_name == "seed_force-1"


def test_it_cannot_take_the_place_of_one_of_ours(own: Path) -> None:
    (own / "embedded.toml").write_text(OURS, "utf-8")

    assert load_profile("embedded").title == "MTCNN and dlib's ResNet, ported to Keras"


@pytest.mark.parametrize("name", ["Seed Force", "../x", "1st", "a" * 41])
def test_a_name_that_could_not_stand_in_a_record_is_no_profile(own: Path, name: str) -> None:
    if "/" not in name:
        (own / f"{name}.toml").write_text(OURS, "utf-8")

    assert name not in profile_names()
    with pytest.raises(UnknownProfile):
        load_profile(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml at all", "cannot be read"),
        ("", "says nothing of 'detector'"),
        (OURS.replace('kind = "yunet"', ""), "says nothing of 'kind'"),
        (OURS.replace("dimension = 128", ""), "missing 1 required .* 'dimension'"),
        (OURS.replace("dimension = 128", "dimension = 128\ncolour = 1"), "colour"),
    ],
)
def test_what_is_no_profile_is_said_in_words(own: Path, text: str, words: str) -> None:
    (own / "own.toml").write_text(text, "utf-8")

    with pytest.raises(UnusableProfile, match=words):
        load_profile("own")
