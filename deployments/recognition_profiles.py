"""The model profiles that an application may name. The app that runs them registers them here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """`threshold` is the similarity that was measured for this version of the profile."""

    name: str
    title: str
    version: str
    threshold: float
    may_run_live: bool = True

    @property
    def words(self) -> str:
        note = "" if self.may_run_live else " (not licensed for live use)"
        return f"{self.title}{note}"


Lister = Callable[[], list[ProfileChoice]]
# The title and version of a profile, without a look at its weights, which takes seconds.
Describer = Callable[[str], str | None]
_listers: list[Lister] = []
_describers: list[Describer] = []


def register(lister: Lister, *, describe: Describer) -> None:
    _listers.append(lister)
    _describers.append(describe)


def installed() -> list[ProfileChoice]:
    return [choice for lister in _listers for choice in lister()]


def in_words(profile: str) -> str:
    """As people know it, with its version and the name that settings and records use."""
    described = next((words for each in _describers if (words := each(profile))), None)
    return profile if described is None else f"{described} ({profile})"


def default_threshold(profile: str) -> float:
    """Measured where it was; for another profile the site's own setting."""
    found = {choice.name: choice.threshold for choice in installed()}
    if profile == settings.RECOGNITION_PROFILE:
        return float(settings.DEFAULT_THRESHOLD)
    return found.get(profile, float(settings.DEFAULT_THRESHOLD))
