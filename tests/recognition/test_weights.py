import hashlib
from pathlib import Path

import pytest

from recognition.weights import (
    MissingWeights,
    WrongWeights,
    checked,
    installed_weights,
    packaged_weights,
)

CONTENT = b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path))
    return tmp_path


def test_a_file_with_the_right_hash_is_found(folder: Path) -> None:
    (folder / "a.onnx").write_bytes(CONTENT)

    assert installed_weights("a.onnx", sha256=SHA256, source="there") == folder / "a.onnx"


def test_a_missing_file_says_how_to_get_it(folder: Path) -> None:
    with pytest.raises(MissingWeights, match=r"a\.onnx is missing .* Get it from there"):
        installed_weights("a.onnx", sha256=SHA256, source="there")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"other weights", "a file with SHA-256"),
        (b"", "an empty file, not weights"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\n<html>Not found", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    ],
)
def test_what_is_no_weight_file_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(content)

    with pytest.raises(WrongWeights, match=words):
        checked(path, sha256=SHA256)


def test_a_missing_package_says_what_to_run() -> None:
    with pytest.raises(MissingWeights, match="make setup"):
        packaged_weights("no_such_package", "a.dat", sha256=SHA256)
    with pytest.raises(MissingWeights, match="holds no"):
        packaged_weights("numpy", "a.dat", sha256=SHA256)
