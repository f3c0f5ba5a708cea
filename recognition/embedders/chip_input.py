"""From an RGB chip to what a model was trained on: channel order, range, layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from recognition.types import Floats, Image


@dataclass(frozen=True, slots=True)
class ChipInput:
    """(pixel − mean) / std per channel, in the model's own channel order, of pixels 0 to 255."""

    channels: str  # "rgb" or "bgr"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> ChipInput:
        """Raises KeyError or ValueError where a profile says nothing or nonsense."""
        channels = options["channels"]
        if channels not in ("rgb", "bgr"):
            raise ValueError(f"channels must be rgb or bgr, not {channels}")
        return cls(channels, _three(options["mean"]), _three(options["std"]))

    def prepared(self, chips: Image) -> Floats:
        """uint8 RGB N × H × W × 3 → float32 of the same shape."""
        ordered = chips if self.channels == "rgb" else chips[..., ::-1]
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        return np.asarray((ordered.astype(np.float32) - mean) / std, np.float32)


def _three(values: Any) -> tuple[float, float, float]:
    first, second, third = values
    return float(first), float(second), float(third)
