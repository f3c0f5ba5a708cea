"""Every number field of the site refuses in the house's words."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import get_resolver

import alerts
import deployments
from deployments.forms.numbers import Hundredths, Number, WholeNumber

HOUSE = (WholeNumber, Number, Hundredths)
FRAMEWORK = (forms.IntegerField, forms.FloatField, forms.DecimalField)
WRONG = ("1e9", "-1e9", "99999999999", "-99999999999", "some", "nan", "0.12345", "9" * 400)


def _forms_below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for each in form.__subclasses__():
        yield each
        yield from _forms_below(each)


def _number_fields() -> list[tuple[str, forms.Field]]:
    """Of every form of the site's own code, those that views hold included."""
    _ = get_resolver().url_patterns
    for package in (deployments, alerts):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if "form" in module.name:
                import_module(module.name)
    return [
        (f"{form.__module__}.{form.__qualname__}.{name}", field)
        for form in set(_forms_below(forms.BaseForm))
        if form.__module__.split(".")[0] in {"alerts", "deployments", "lfr_site", "recognition"}
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, FRAMEWORK)
    ]


def _refusal(field: forms.Field, text: str) -> list[str]:
    try:
        field.clean(text)
    except ValidationError as refusal:
        return list(refusal.messages)
    return []


def test_no_number_field_answers_in_the_frameworks_words():
    fields = _number_fields()

    assert len(fields) >= 10
    assert [name for name, field in fields if not isinstance(field, HOUSE)] == []
    for name, field in fields:
        said = [words for text in WRONG for words in _refusal(field, text)]
        assert said, name
        assert [words for words in said if not words.startswith("Write ")] == [], name


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (WholeNumber(min_value=1, max_value=10_000_000), "0", "whole number from 1 to 10,000,000."),
        (WholeNumber(min_value=1), "1.5", "Write a whole number, 1 or more."),
        (WholeNumber(max_value=9), "10", "Write a whole number, 9 or less."),
        (Number(), "some", "Write a number."),
        (Number(min_value=-0.99, max_value=0.999), "nan", "a number from \u22120.99 to 0.999."),
        (Hundredths(min_value=0, max_value=100), "0.123", "at most two places after the point."),
    ],
)
def test_a_refusal_says_what_to_write(field: forms.Field, text: str, words: str):
    with pytest.raises(ValidationError) as refusal:
        field.clean(text)

    assert refusal.value.messages == [refusal.value.messages[0]]
    assert refusal.value.messages[0].endswith(words)
