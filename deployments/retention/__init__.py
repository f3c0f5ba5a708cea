"""Retention: the table, and who holds what of it until when."""

from deployments.retention.due import (
    BATCH,
    Due,
    Eraser,
    Finder,
    _holders,
    due_after_end,
    held_kinds,
    holder_of,
    register,
)
from deployments.retention.rule import DAY, HOUR, Rule
from deployments.retention.table import RULES

__all__ = [
    "BATCH",
    "DAY",
    "HOUR",
    "RULES",
    "Due",
    "Eraser",
    "Finder",
    "Rule",
    "_holders",
    "due_after_end",
    "held_kinds",
    "holder_of",
    "register",
]
