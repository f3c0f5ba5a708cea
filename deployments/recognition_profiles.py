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
_listers: list[Lister] = []


def register(lister: Lister) -> None:
    _listers.append(lister)


def installed() -> list[ProfileChoice]:
    return [choice for lister in _listers for choice in lister()]


def default_threshold(profile: str) -> float:
    """Measured where it was; for another profile the site's own setting."""
    found = {choice.name: choice.threshold for choice in installed()}
    if profile == settings.RECOGNITION_PROFILE:
        return float(settings.DEFAULT_THRESHOLD)
    return found.get(profile, float(settings.DEFAULT_THRESHOLD))
