"""Weight files: found, checked against their SHA-256, or missed with a word on how to get them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path


class MissingWeights(RuntimeError):
    """A weight file is not there; the message says how to get it."""


class WrongWeights(RuntimeError):
    """A file is there but is not the one that the profile names."""


def models_folder() -> Path:
    """Where downloaded weights lie: LFR_MODELS_DIR, by default var/models."""
    default = Path(os.environ.get("LFR_DATA_DIR", "var")) / "models"
    return Path(os.environ.get("LFR_MODELS_DIR", default))


def installed_weights(file: str, *, sha256: str, source: str) -> Path:
    """A checked weight file of the models folder. Raises MissingWeights, WrongWeights."""
    path = models_folder() / file
    if not path.is_file():
        raise MissingWeights(
            f"The weight file {file} is missing from {models_folder()}. "
            f"Get it from {source} and put it there (LFR_MODELS_DIR names another folder), "
            "or use `manage.py models install`."
        )
    return checked(path, sha256=sha256)


def packaged_weights(package: str, file: str, *, sha256: str) -> Path:
    """A checked weight file inside a pip package, found without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingWeights(f"The Python package {package} is missing: run `make setup`.")
    path = Path(spec.submodule_search_locations[0]) / file
    if not path.is_file():
        raise MissingWeights(f"The Python package {package} holds no {file}: run `make setup`.")
    return checked(path, sha256=sha256)


def checked(path: Path, *, sha256: str) -> Path:
    """The same path if the file has this SHA-256; else WrongWeights with what it seems to be."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(64)
    check(str(path), start=start, found=found, sha256=sha256)
    return path


def check(name: str, *, start: bytes, found: str, sha256: str) -> None:
    """Raise WrongWeights, saying what the file seems to be, unless the hashes are the same."""
    if found == sha256:
        return
    start = start.lstrip().lower()
    if not start:
        what = "an empty file, not weights"
    elif start.startswith(b"version https://git-lfs"):
        what = "a Git LFS pointer, not the weights themselves"
    elif start.startswith((b"<!doctype", b"<html")):
        what = "a web page, not weights"
    else:
        what = f"a file with SHA-256 {found}"
    raise WrongWeights(f"{name} is {what}; expected SHA-256 {sha256}.")
