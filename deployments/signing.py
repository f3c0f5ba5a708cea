"""Ed25519: what the site signs, so that whoever holds the public key can tell it from a forgery.

The key is a secret of its own, apart from the master key: it opens nothing, and whoever only reads
images needs none. A signed message begins with words that say what it is, so that a signature
under one kind of document never fits another.

With openssl alone: openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in FILE -sigfile SIGNATURE
"""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
# What the base64 line of a public key's PEM begins with, before the key's own 32 bytes.
SPKI_PREFIX = "MCowBQYDK2VwAyEA"


class Forged(Exception):
    """The signature is not by a key that is trusted, or what it stands under was altered."""


def sign(message: bytes) -> bytes:
    """64 bytes. Raises ImproperlyConfigured where this process was given no key."""
    return _private_key().sign(message)


def verify(message: bytes, signature: bytes) -> None:
    """By the key in force or by one that was before it. Raises Forged."""
    keys = _trusted_keys()
    if not keys:
        raise Forged("there is no key to verify it by: set LFR_AUDIT_KEY")
    for key in keys:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            continue
        return
    raise Forged("the signature is not by this force's key, or the document was altered")


def public_key_pem() -> str:
    """What an inspector takes away to verify with: nothing secret."""
    return pem(_private_key().public_key())


def trusted_keys_pem() -> list[str]:
    """The public key in force, and those of earlier keys that were handed on."""
    return [pem(key) for key in _trusted_keys()]


def fingerprint() -> str:
    """Names the key in force: the first 16 digits of the SHA-256 of its 32 bytes."""
    raw = _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_configured() -> bool:
    return bool(settings.AUDIT_KEY)


def pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _private_key() -> Ed25519PrivateKey:
    if not settings.AUDIT_KEY:
        raise ImproperlyConfigured(
            "Nothing can be signed: set LFR_AUDIT_KEY (openssl rand -base64 32)."
        )
    return Ed25519PrivateKey.from_private_bytes(_decoded(settings.AUDIT_KEY, "LFR_AUDIT_KEY"))


def _trusted_keys() -> list[Ed25519PublicKey]:
    keys = [_private_key().public_key()] if settings.AUDIT_KEY else []
    for text in settings.AUDIT_EARLIER_KEYS:
        raw = _decoded(text.removeprefix(SPKI_PREFIX), "LFR_AUDIT_EARLIER_KEYS")
        keys.append(Ed25519PublicKey.from_public_bytes(raw))
    return keys


def _decoded(text: str, setting: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{setting} must be 32 bytes in base64.")
    return key
