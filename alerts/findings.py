"""The factors by subject, and what an operator found of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.enums import Factor
from deployments.lifecycle import Refused

F = Factor
# By the three subjects that a judgement has regard to.
FACTORS: dict[str, tuple[Factor, ...]] = {
    "subject": (F.FACE_SHAPE, F.EYES, F.NOSE, F.MOUTH, F.EARS, F.HAIRLINE, F.MARKS, F.AGE),
    "system": (F.SHARPNESS, F.POSE, F.IMAGE_AGE, F.LOOKALIKE),
    "environment": (F.LIGHTING, F.OBSTRUCTION, F.CROWDING, F.WEATHER),
}
TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Findings:
    """`in_favour` and `against` hold values of `Factor`; the texts are by subject."""

    in_favour: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    texts: Mapping[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.in_favour or self.against or any(self.columns_of_texts().values()))

    def columns(self) -> dict[str, object]:
        """As the columns of a `Comparison`. Raises Refused where they contradict each other."""
        if set(self.in_favour) & set(self.against):
            raise Refused("A feature cannot both agree and differ.")
        if not set(self.in_favour) | set(self.against) <= set(Factor.values):
            raise Refused("Choose what you compared from the list.")
        return {
            "in_favour": sorted(set(self.in_favour)),
            "against": sorted(set(self.against)),
            **self.columns_of_texts(),
        }

    def columns_of_texts(self) -> dict[str, str]:
        given = self.texts or {}
        return {f"{name}_factors": given.get(name, "").strip()[:TEXT_LENGTH] for name in FACTORS}


NOTHING = Findings()
