"""What a similarity means, in words: a band, and what was measured at it. A figure would be read as
a probability that it is the person, which it is not.

The measurements belong to the app that holds the models; it registers them as the apps load."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.models import Alert

BANDS: tuple[tuple[float, str], ...] = (
    (0.15, "Just above the threshold"),
    (0.4, "Above the threshold"),
    (float("inf"), "Far above the threshold"),
)
UNMEASURED = "What this score means was not measured for this model."


@dataclass(frozen=True, slots=True)
class Measured:
    """At `threshold` and above: of `non_mated` people who are on no list of `enrolled` people,
    the share `fpir` was taken for somebody; of `mated` people who are, the share `tpir` found."""

    threshold: float
    fpir: float
    tpir: float
    enrolled: int
    mated: int
    non_mated: int
    dataset: str


Measurements = Callable[[str, str], Sequence[Measured]]  # profile, its version
_sources: list[Measurements] = []


def register(source: Measurements) -> None:
    _sources.append(source)


@dataclass(frozen=True, slots=True)
class Band:
    name: str
    meaning: str


def band_of(alert: Alert, *, similarity: float | None = None) -> Band:
    """Of the alert's own candidate, or of another one's similarity."""
    value = alert.similarity if similarity is None else similarity
    return Band(
        _position(value, threshold=alert.threshold),
        _meaning(value, _measured(alert.profile, alert.profile_version)),
    )


def _position(similarity: float, *, threshold: float) -> str:
    """Where the similarity lies between the threshold and identity."""
    if similarity < threshold:
        return "Below the threshold"
    share = (similarity - threshold) / (1.0 - threshold)
    return next(words for limit, words in BANDS if share < limit)


def _measured(profile: str, version: str) -> Sequence[Measured]:
    return next((found for source in _sources if (found := source(profile, version))), ())


def _meaning(similarity: float, measured: Sequence[Measured]) -> str:
    reached = [each for each in measured if each.threshold <= similarity]
    if not reached:
        return UNMEASURED
    best = max(reached, key=lambda each: each.threshold)
    return (
        f"Measured on {best.dataset}: of people who were not on a list of {best.enrolled}, "
        f"about 1 in {round(1 / best.fpir):,} scored this high against somebody on it"
        if best.fpir
        else f"Measured on {best.dataset}: of {best.non_mated} people who were not on a list of "
        f"{best.enrolled}, none scored this high"
    ) + (f"; of {best.mated} people who were on it, {round(best.tpir * best.mated)} did.")
