"""What an operator is asked to compare, as the console shows it: prompts beside a free text."""

from dataclasses import dataclass

from alerts.findings import FACTORS

TITLES = {"subject": "The person", "system": "The pictures", "environment": "The scene"}


@dataclass(frozen=True, slots=True)
class FactorGroup:
    name: str
    title: str
    prompts: tuple[tuple[str, str], ...]  # value and words


FACTOR_GROUPS: tuple[FactorGroup, ...] = tuple(
    FactorGroup(name, TITLES[name], tuple((each.value, str(each.label)) for each in factors))
    for name, factors in FACTORS.items()
)
