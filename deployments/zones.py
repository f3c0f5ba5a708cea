"""The zone of recognition: the part of a camera's picture in which faces are looked for.

In fractions of the frame, so that it holds for a still and a stream of another size. Where it
lies is not public."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from deployments.models import DeploymentCamera


@dataclass(frozen=True, slots=True)
class Zone:
    """Left, top, width, height, each 0 to 1, to a ten-thousandth of the frame."""

    x: Decimal
    y: Decimal
    w: Decimal
    h: Decimal

    def columns(self) -> dict[str, Decimal]:
        return {f"zone_{name}": value for name, value in asdict(self).items()}

    def numbers(self) -> list[float]:
        """As JSON holds it: x, y, w, h."""
        return [float(value) for value in (self.x, self.y, self.w, self.h)]


WHOLE_FRAME = Zone(Decimal(0), Decimal(0), Decimal(1), Decimal(1))


def zone_from(numbers: Sequence[float]) -> Zone:
    return Zone(*(Decimal(str(value)).quantize(Decimal("0.0001")) for value in numbers))


def zone_of(used: DeploymentCamera) -> Zone | None:
    """None while it is not drawn."""
    x, y, w, h = used.zone_x, used.zone_y, used.zone_w, used.zone_h
    return None if x is None or y is None or w is None or h is None else Zone(x, y, w, h)
