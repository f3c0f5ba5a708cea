"""`manage.py models`: what is listed, installed and refused, with a server in a thread."""

import errno
import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Self

import pytest
from django.core.management import CommandError, call_command

from recognition import model_download, model_files
from recognition.profiles import FOLDER, _read, load_profile
from recognition.weights import models_folder

WEIGHTS = bytes(range(256)) * 9000
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"

Answer = Callable[[BaseHTTPRequestHandler], None]


def sent(body: bytes, *, status: int = 200, length: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def answers() -> dict[str, Answer]:
    """What the server says, by path; anything else is not found."""
    return {"/weights.onnx": sent(WEIGHTS)}


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up on nonsense is what is wanted."""


@pytest.fixture
def server(answers: dict[str, Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.get(self.path, sent(b"<html>Not Found</html>", status=404))(self)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with QuietServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder and a folder of own profiles, both empty."""
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("LFR_PROFILES_DIR", str(tmp_path / "profiles"))
    (tmp_path / "profiles").mkdir()
    return tmp_path


def own_profile(folder: Path, *, source: str, name: str = "own") -> None:
    """A profile like `mobilefacenet` with one small weight file of its own."""
    text = (FOLDER / "mobilefacenet.toml").read_text("utf-8")
    embedder = load_profile("mobilefacenet").embedder.weights
    detector = load_profile("mobilefacenet").detector.weights
    assert embedder
    assert detector
    for weights in (detector, embedder):
        text = text.replace(f'file = "{weights.file}"', 'file = "weights.onnx"')
        text = text.replace(weights.sha256, SHA256).replace(weights.source, source)
    (folder / "profiles" / f"{name}.toml").write_text(text, "utf-8")
    _read.cache_clear()


def models(*arguments: str) -> str:
    out = io.StringIO()
    call_command("models", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        models(*arguments)
    return str(caught.value)


def leftovers() -> list[Path]:
    return [path for path in models_folder().rglob("*") if path.is_file()]


def test_the_list_says_what_each_profile_needs(folder: Path) -> None:
    own_profile(folder, source="the safe in the basement")
    (folder / "profiles" / "broken.toml").write_text("version = ")

    text = models("list")

    for words in ("CC0-1.0", "Apache-2.0", "dimension  512", "live use   no", "live use   yes"):
        assert words in text
    assert "embedded  (in use)" in text
    assert "Get it from the safe in the basement" in text
    assert "broken.toml cannot be read" in text
    assert text.split("embedded  (in use)")[1].split("\n\n")[0].endswith("weights    ready")


def test_weights_are_downloaded_checked_and_put_in_place(folder: Path, server: str) -> None:
    own_profile(folder, source=f"{server}/weights.onnx")

    text = models("install", "own")

    assert "installed and verified" in text
    assert "Not for live use" in text
    assert (folder / "models" / "weights.onnx").read_bytes() == WEIGHTS
    assert len(leftovers()) == 1
    assert "ok       own" in models("verify", "own")


def test_what_is_there_is_not_fetched_again(folder: Path) -> None:
    own_profile(folder, source="http://127.0.0.1:1/never-asked")
    (folder / "models").mkdir()
    (folder / "models" / "weights.onnx").write_bytes(WEIGHTS)

    assert models("install", "own").startswith("own: the weights are ready.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sent(b"<!DOCTYPE html><title>Sign in</title>"), "a web page, not weights"),
        (sent(POINTER), "a Git LFS pointer"),
        (sent(b""), "an empty file"),
        (sent(WEIGHTS[:-1]), "a file with SHA-256"),
        (sent(WEIGHTS[:5000], length=len(WEIGHTS)), "cut short after 5000 of 2304000 bytes"),
        (sent(b"gone", status=503), "the server answers 503"),
        (sent(b"", length=5 << 40), "that is no weight file"),
    ],
)
def test_what_the_network_gives_instead_of_weights_is_refused_in_words(
    folder: Path, server: str, answers: dict[str, Answer], answer: Answer, words: str
) -> None:
    own_profile(folder, source=f"{server}/weights.onnx")
    answers["/weights.onnx"] = answer

    assert words in refusal("install", "own")
    assert leftovers() == []


def test_a_stream_without_an_end_is_given_up(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_profile(folder, source=f"{server}/weights.onnx")
    monkeypatch.setattr(model_download, "MAX_BYTES", 1 << 20)

    assert "that is no weight file" in refusal("install", "own")


def test_a_page_that_is_not_there_and_a_server_that_is_not_there(folder: Path, server: str) -> None:
    own_profile(folder, source=f"{server}/elsewhere")
    assert "the server answers 404" in refusal("install", "own")

    own_profile(folder, source="http://127.0.0.1:1/weights.onnx")
    words = refusal("install", "own")
    assert "refused" in words
    assert "--from FOLDER" in words


@pytest.mark.parametrize("source", ["file:///etc/passwd", "the force's own model store"])
def test_only_the_web_is_downloaded_from(folder: Path, source: str) -> None:
    own_profile(folder, source=source)

    assert "cannot be downloaded" in refusal("install", "own")
    assert not (folder / "models").exists()


def test_weights_come_from_a_folder_too(folder: Path) -> None:
    own_profile(folder, source="nowhere")
    stick = folder / "stick" / "somewhere"
    stick.mkdir(parents=True)
    assert "holds no weights.onnx" in refusal("install", "own", "--from", str(folder / "stick"))

    (stick / "weights.onnx").write_bytes(WEIGHTS)
    models("install", "own", "--from", str(folder / "stick"))

    assert (folder / "models" / "weights.onnx").read_bytes() == WEIGHTS
    assert "not a folder" in refusal("install", "cpu", "--from", str(folder / "none"))


@pytest.mark.parametrize("content", [POINTER, b"", b"<html>", WEIGHTS + b"!"])
def test_a_wrong_file_of_a_folder_is_refused_and_what_was_there_stays(
    folder: Path, content: bytes
) -> None:
    own_profile(folder, source="nowhere")
    (folder / "models").mkdir()
    (folder / "models" / "weights.onnx").write_bytes(b"older")
    (folder / "stick").mkdir()
    (folder / "stick" / "weights.onnx").write_bytes(content)

    assert "expected SHA-256" in refusal("install", "own", "--from", str(folder / "stick"))
    assert [path.read_bytes() for path in leftovers()] == [b"older"]


class _FullDisk:
    """A temporary file on a disk without room."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def write(self, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Self:
        self._real.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._real.__exit__(*error)


def test_a_full_disk_is_said_in_words(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_profile(folder, source=f"{server}/weights.onnx")
    real = NamedTemporaryFile

    def full(**options: Any) -> IO[bytes] | _FullDisk:
        return _FullDisk(real(**options))

    monkeypatch.setattr(model_files, "NamedTemporaryFile", full)

    assert "no room for weights.onnx" in refusal("install", "own")
    assert leftovers() == []


def test_wrong_weights_fail_the_check_missing_ones_only_where_they_are_needed(
    folder: Path,
) -> None:
    own_profile(folder, source="nowhere")
    assert "absent" in models("verify")
    assert "2 weight files" in refusal("verify", "own")

    (folder / "models").mkdir()
    (folder / "models" / "weights.onnx").write_bytes(POINTER)
    assert "missing or wrong" in refusal("verify")


def test_an_unknown_profile_is_named(folder: Path) -> None:
    assert "there are cpu, embedded" in refusal("install", "nothing")


def test_the_default_has_nothing_to_install(folder: Path) -> None:
    assert models("install", "embedded") == "embedded: the weights are ready.\n"
