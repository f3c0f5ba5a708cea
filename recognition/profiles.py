"""Model profiles as data: one TOML file each, ours under `profile_data/`, a force's own in the
folder that LFR_PROFILES_DIR names."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "profile_data"


# A profile's name goes into file names, records and pages.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class UnknownProfile(LookupError):
    """No profile of that name."""


class UnusableProfile(ValueError):
    """A profile's file cannot be read, or says something else than a profile must."""


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
    # Whether the licence of its weights forbids live use, unless the force holds one of its own.
    # A profile that does not say is asked for one as long as it is not meant for live use.
    licence_forbids_live_use: bool | None = None

    @property
    def needs_licence(self) -> bool:
        if self.licence_forbids_live_use is None:
            return not self.live_use
        return self.licence_forbids_live_use

    @property
    def model_name(self) -> str:
        """What a template carries: templates of different model names do not compare."""
        return f"{self.name}-{self.version}"


def own_folder() -> Path:
    """Where a force keeps profiles of its own: LFR_PROFILES_DIR, by default var/profiles."""
    default = Path(os.environ.get("LFR_DATA_DIR", "var")) / "profiles"
    return Path(os.environ.get("LFR_PROFILES_DIR", default))


def profile_names() -> list[str]:
    return sorted(_files())


def load_profile(name: str) -> Profile:
    """Raises UnknownProfile; UnusableProfile in words where the file is not as it must be."""
    files = _files()
    if name not in files:
        raise UnknownProfile(f"No profile {name!r}; there are {', '.join(sorted(files))}.")
    return _read(files[name])


def _files() -> dict[str, Path]:
    """Every profile by its name; a file of one's own cannot take the place of one of ours."""
    folders = (own_folder(), FOLDER)
    return {
        path.stem: path
        for folder in folders
        for path in sorted(folder.glob("*.toml"))
        if NAME.fullmatch(path.stem)
    }


@cache
def _read(path: Path) -> Profile:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        data["detector"] = _part(data["detector"])
        data["embedder"] = _part(data["embedder"])
        points = tuple(OperatingPoint(**point) for point in data.pop("operating_points", ()))
        return Profile(name=path.stem, operating_points=points, **data)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableProfile(f"The profile {path} cannot be read: {error}.") from None
    except KeyError as error:
        raise UnusableProfile(f"The profile {path} says nothing of {error}.") from None
    except (TypeError, AttributeError) as error:
        words = str(error).removeprefix("Profile.__init__() ")
        raise UnusableProfile(f"The profile {path} is not as it must be: {words}.") from None


def _part(data: dict[str, Any]) -> Part:
    weights = data.pop("weights", None)
    return Part(
        kind=data.pop("kind"),
        licence=data.pop("licence"),
        weights=Weights(**weights) if weights else None,
        options=data,
    )
