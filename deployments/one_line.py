"""Words of one line are what they look like: nothing in them breaks the line, turns the words round
it or cannot be shown. A place stands in feeds, sheets and prints; a reference is asked for again
years later, by whoever reads it off a page."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q

# Control characters, breaks of lines and paragraphs, marks of direction. Python and PostgreSQL read
# it alike.
UNSEEN = r"[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
is_one_line = RegexValidator(
    UNSEEN,
    "Write it in one line: there is a character in it that cannot be seen.",
    inverse_match=True,
)


def one_line(*columns: str, name: str) -> models.CheckConstraint:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__regex": UNSEEN})
    return CheckConstraint(condition=~found, name=name)
