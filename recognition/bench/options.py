"""What a person asks of a bench, and where its material lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "recognition" / "demo_assets"


@dataclass(frozen=True, slots=True)
class Options:
    """`quick` gives figures that are good enough to see whether something is badly wrong.

    `minutes` is how long video is looped while memory is watched. `test_data` may not exist.
    """

    quick: bool
    minutes: float
    test_data: Path

    @property
    def street(self) -> Path:
        return ASSETS / "street.mp4"

    @property
    def videos(self) -> dict[str, Path]:
        """Those that are at hand, by the names the figures carry."""
        known = {
            "street": self.street,
            "high_street": self.test_data / "video" / "high_street.mp4",
        }
        return {name: path for name, path in known.items() if path.is_file()}

    def chosen(self, quick: float, full: float) -> float:
        return quick if self.quick else full
