"""Number fields. What does not fit is answered in the house's words, always the same ones, with the
limits that hold: the framework's own sentence names one of them and nothing to do."""

from decimal import Decimal
from typing import Any

from django import forms

Limit = int | float | Decimal | None


def asked_for(what: str, *, least: Limit, most: Limit) -> str:
    """In one sentence: write a whole number from 1 to 10,000,000."""
    if least is not None and most is not None:
        return f"Write {what} from {_shown(least)} to {_shown(most)}."
    if least is not None:
        return f"Write {what}, {_shown(least)} or more."
    return f"Write {what}, {_shown(most)} or less." if most is not None else f"Write {what}."


def _shown(limit: float | Decimal) -> str:
    return f"{limit:,}".replace("-", "\u2212")


class _InWords(forms.Field):
    """Put before the framework's field; `what` is what to write."""

    what = "a number"

    def __init__(self, *, min_value: Limit = None, max_value: Limit = None, **options: Any) -> None:
        words = asked_for(self.what, least=min_value, most=max_value)
        codes = ("invalid", "min_value", "max_value", "max_digits", "max_whole_digits")
        options["error_messages"] = dict.fromkeys(codes, words) | options.get("error_messages", {})
        super().__init__(min_value=min_value, max_value=max_value, **options)  # type: ignore[call-arg]


class WholeNumber(_InWords, forms.IntegerField):
    what = "a whole number"


class Number(_InWords, forms.FloatField):
    pass


class Hundredths(_InWords, forms.DecimalField):
    """With two places after the point at most."""

    default_error_messages = {"max_decimal_places": "Write at most two places after the point."}

    def __init__(self, **options: Any) -> None:
        super().__init__(decimal_places=2, **options)
