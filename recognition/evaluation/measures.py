"""Proportions with their intervals, and thresholds from scores. Pure.

A score is the similarity of a probe's best candidate; −1 where nothing was compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nextafter, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

CONFIDENCE = 0.95
# Nothing can be as unlike: a probe that was not acquired reaches no threshold.
NOT_COMPARED = -inf
# Fewer false alerts than this expected at a rate and the rate itself was hardly measured.
MIN_EXPECTED = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """A proportion with the ends of its confidence interval."""

    value: float
    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


def wilson(proportion: float, count: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval (1927) of a proportion of `count` independent cases.

    It stays within 0 to 1 and holds its promise for rates near 0, where false alerts are.
    """
    if count == 0:
        return Interval(0.0, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    spread = z * sqrt(proportion * (1 - proportion) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    middle = proportion + z * z / (2 * count)
    # At 0 and 1 the ends meet the value; rounding must not push them past it.
    low = min(max(0.0, (middle - spread) / scale), proportion)
    high = max(min(1.0, (middle + spread) / scale), proportion)
    return Interval(proportion, low, high)


def threshold_at(fpir: float, non_mated: Scores) -> float:
    """The lowest threshold at which at most a share `fpir` of non-mated probes raise an alert.

    An alert is a score at or above the threshold. With fewer probes than 1 / fpir that is just
    above the best score of all: no false alert was seen, which says little about the rate.
    """
    if not len(non_mated):
        raise ValueError("no non-mated probe was acquired: there is nothing to set a threshold by")
    ranked = np.sort(non_mated)[::-1]
    allowed = int(fpir * len(ranked) + 1e-9)
    return nextafter(float(ranked[allowed]), inf) if allowed < len(ranked) else -1.0


def share_at(threshold: float, scores: Scores) -> float:
    """The share of scores at or above a threshold, 0 where there are none."""
    return float(np.mean(scores >= threshold)) if len(scores) else 0.0


def is_carried(fpir: float, probes: int) -> bool:
    """Were there probes enough to measure this false positive identification rate?"""
    return fpir * probes >= MIN_EXPECTED


def difference_is_shown(first: Interval, second: Interval) -> bool:
    """Newcombe's interval (1998, method 10) of the difference of two proportions leaves out 0.

    Both intervals must be Wilson's at the same confidence.
    """
    if first.value < second.value:
        first, second = second, first
    nearest = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    return first.value - second.value > nearest
