"""Operating points that nobody measured."""

from typing import Any

from django.utils import timezone

from recognition.models import OperatingPoint
from tests.factories import PROFILE, PROFILE_VERSION


def make_operating_points(rates: dict[float, float], **changes: Any) -> None:
    """One evaluation: for each threshold its FPIR on a list of 100."""
    now = timezone.now().replace(microsecond=0)
    for threshold, fpir in rates.items():
        facts: dict[str, Any] = {
            "measured_at": now,
            "profile": PROFILE,
            "profile_version": PROFILE_VERSION,
            "dataset": "Made up",
            "target_fpir": fpir,
            "threshold": threshold,
            "fpir": fpir,
            "fpir_low": fpir / 2,
            "fpir_high": fpir * 2,
            "tpir": 0.5,
            "tpir_low": 0.4,
            "tpir_high": 0.6,
            "is_carried": True,
            "watchlist": 100,
            "mated": 100,
            "non_mated": 100_000,
            "failure_to_acquire": 0,
            "draws": 1,
            "seed": 1,
        }
        OperatingPoint.objects.create(**facts | changes)
