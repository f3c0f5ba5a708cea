"""Model profiles as data: one TOML file each under `profile_data/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "profile_data"


class UnknownProfile(LookupError):
    """No profile of that name."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A measured trade-off: at `threshold`, so many false alerts and so many found."""

    fpir: float
    threshold: float
    tpir: float
    tpir_low: float
    tpir_high: float
    enrolled: int
    mated: int
    non_mated: int
    dataset: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight file: its name in the models folder, its hash, where it comes from."""

    file: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """A detector or an embedder: which implementation, its weights and its own options."""

    kind: str
    licence: str
    weights: Weights | None
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a deployment's model is, as the record and the public page state it."""

    name: str
    version: str
    title: str
    dimension: int
    threshold: float
    lookalike_margin: float
    min_face_px: float
    live_use: bool
    live_use_note: str
    detector: Part
    embedder: Part
    operating_points: tuple[OperatingPoint, ...]

    @property
    def model_name(self) -> str:
        """What a template carries: templates of different model names do not compare."""
        return f"{self.name}-{self.version}"


def profile_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load_profile(name: str) -> Profile:
    """Raises UnknownProfile; KeyError or TypeError where a file misses a field."""
    if name not in profile_names():
        raise UnknownProfile(f"No profile {name!r}; there are {', '.join(profile_names())}.")
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    data["detector"] = _part(data["detector"])
    data["embedder"] = _part(data["embedder"])
    points = tuple(OperatingPoint(**point) for point in data.pop("operating_points", ()))
    return Profile(name=name, operating_points=points, **data)


def _part(data: dict[str, Any]) -> Part:
    weights = data.pop("weights", None)
    return Part(
        kind=data.pop("kind"),
        licence=data.pop("licence"),
        weights=Weights(**weights) if weights else None,
        options=data,
    )
