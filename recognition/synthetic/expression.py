"""What a face is doing at the moment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expression:
    """`smile` and `blink` are 0..1; `mouth_open` is the gap between the lips in mm."""

    smile: float = 0.0
    mouth_open: float = 0.0
    blink: float = 0.0


NEUTRAL = Expression()
