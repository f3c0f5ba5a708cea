"""Who holds the master key. It never seals data itself but small secrets and the keys of
deployments; where it lies is a provider's affair, named by LFR_KEY_PROVIDER.

A provider of a key management service wraps and unwraps there and never sees the master key: it
needs the four methods of `KeyProvider`, and nothing else."""

import base64
import binascii
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from deployments.encryption import KEY_BYTES, Unreadable, seal, unseal

# What a key management service takes at once is a few kilobytes; what is larger gets a key of its
# own, which is wrapped.
MOST_BYTES = 4096


class KeyProvider(Protocol):
    def wrap(self, secret: bytes, *, associated: str) -> bytes:
        """Seal a key or another small secret under the master key in force."""

    def unwrap(self, wrapped: bytes, *, associated: str) -> bytes:
        """With whichever master key it was wrapped by. Raises Unreadable."""

    def is_current(self, wrapped: bytes, *, associated: str) -> bool:
        """Whether it is under the master key in force. Raises Unreadable where no key opens it."""

    def check(self) -> None:
        """Raises ImproperlyConfigured with words that say what to do."""


class LocalKeys(ABC):
    """Master keys of 32 bytes in base64, the first in force; the others still open what was
    wrapped by them, until everything is under the first."""

    def wrap(self, secret: bytes, *, associated: str) -> bytes:
        return seal(secret, key=self._keys()[0], associated=associated)

    def unwrap(self, wrapped: bytes, *, associated: str) -> bytes:
        return self._opened(wrapped, self._keys(), associated)

    def is_current(self, wrapped: bytes, *, associated: str) -> bool:
        first, *others = self._keys()
        try:
            unseal(wrapped, key=first, associated=associated)
        except Unreadable:
            self._opened(wrapped, others, associated)
            return False
        return True

    def check(self) -> None:
        self._keys()

    @abstractmethod
    def _texts(self) -> Iterable[str]:
        """In base64, the one in force first."""

    def _keys(self) -> list[bytes]:
        return [_decoded(text) for text in self._texts()]

    def _opened(self, wrapped: bytes, keys: list[bytes], associated: str) -> bytes:
        for key in keys:
            try:
                return unseal(wrapped, key=key, associated=associated)
            except Unreadable:
                continue
        raise Unreadable(WRONG_KEY)


class EnvironmentKeys(LocalKeys):
    """From LFR_MASTER_KEY and LFR_OTHER_MASTER_KEYS, as the process started with them."""

    def _texts(self) -> Iterable[str]:
        return (settings.MASTER_KEY, *settings.OTHER_MASTER_KEYS)


class FileKeys(LocalKeys):
    """From the file that LFR_MASTER_KEY_FILE names, one key a line, the one in force first. It is
    read each time: a key that is changed or taken away there is so at once, in every process."""

    def _texts(self) -> Iterable[str]:
        path = os.environ.get("LFR_MASTER_KEY_FILE", "")
        try:
            lines = Path(path).read_text("utf-8").split()
        except OSError as error:
            raise ImproperlyConfigured(
                f"The master key's file {path or '(LFR_MASTER_KEY_FILE is not set)'} cannot be "
                f"read: {error.strerror}. Put it back, or name another in LFR_MASTER_KEY_FILE."
            ) from error
        return (*(lines or [""]), *settings.OTHER_MASTER_KEYS)


WRONG_KEY = (
    "no master key that is set opens it: set LFR_MASTER_KEY to the key that this site was set up "
    "with, or name that key in LFR_OTHER_MASTER_KEYS and run manage.py rotate-master-key"
)


def provider() -> KeyProvider:
    """The one that LFR_KEY_PROVIDER names."""
    try:
        made: KeyProvider = import_string(settings.KEY_PROVIDER)()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"LFR_KEY_PROVIDER names {settings.KEY_PROVIDER}, which cannot be imported: {error}."
        ) from error
    return made


def wrap(secret: bytes, *, associated: str) -> bytes:
    assert len(secret) <= MOST_BYTES
    return provider().wrap(secret, associated=associated)


def unwrap(wrapped: bytes, *, associated: str) -> bytes:
    """Raises Unreadable."""
    return provider().unwrap(wrapped, associated=associated)


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            "LFR_MASTER_KEY must be 32 bytes in base64. A site that has data needs the key that it "
            "was set up with; a new one is made by: openssl rand -base64 32"
        )
    return key
