"""Typed readers of environment variables. A wrong value stops the process with a sentence."""

import os
from enum import Enum
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Choice = TypeVar("Choice", bound=Enum)

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, *, default: str | None = None) -> str:
    """Return the variable; without a default a missing one is an error."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def secret(name: str, *, default: str | None = None) -> str:
    """Return a secret from NAME, or from the file that NAME_FILE names (container secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return text(name, default=default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error


def is_in_file(name: str) -> bool:
    """Whether NAME_FILE says where a secret lies."""
    return f"{name}_FILE" in os.environ


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, *, default: int, minimum: int = 0) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    if not value.lstrip("-").isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {minimum}.")
    return int(value)


def choice(name: str, choices: type[Choice], *, default: str) -> Choice:
    """Return a member of an enumeration by its name, in upper or lower case."""
    value = os.environ.get(name, default).upper().replace("-", "_")
    if value in choices.__members__:
        return choices[value]
    names = ", ".join(member.name.lower() for member in choices)
    raise ImproperlyConfigured(f"{name} must be one of {names}, not {value.lower()!r}.")


def words(name: str, *, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def numbers(name: str) -> dict[str, int]:
    """Return a comma-separated list of `word=number`, none below 0."""
    found: dict[str, int] = {}
    for pair in words(name):
        word, _, number = (part.strip() for part in pair.partition("="))
        if not word or not (number.isascii() and number.isdigit()) or word in found:
            raise ImproperlyConfigured(
                f"{name} must be word=number, comma-separated, each word once and each number a "
                f"whole one of at least 0; not {pair!r}."
            )
        found[word] = int(number)
    return found
