"""What an operator is asked to compare, as prompts beside a free text: regard to the subject, the
system and the environment (R (Bridges) v South Wales Police [2020] EWCA Civ 1058)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactorGroup:
    name: str
    title: str
    prompts: tuple[str, ...]


FACTOR_GROUPS: tuple[FactorGroup, ...] = (
    FactorGroup(
        "subject",
        "The person",
        (
            "Face shape and jaw",
            "Eyes and brows",
            "Nose",
            "Mouth",
            "Ears",
            "Hairline",
            "Marks or scars",
            "Apparent age",
        ),
    ),
    FactorGroup(
        "system",
        "The pictures",
        ("Sharp enough", "Similar pose", "Age of the watchlist image", "Look-alike considered"),
    ),
    FactorGroup(
        "environment",
        "The scene",
        ("Lighting", "Obstructed view", "Crowding", "Weather"),
    ),
)
