"""AES-256-GCM: one data key a deployment, wrapped by the master key (`key_providers`).

A ciphertext is `nonce (12 bytes) + sealed bytes and tag`. The associated data binds it to the row
it belongs to, so a file moved under another id does not open."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class Unreadable(Exception):
    """The key is gone, wrong, or the ciphertext was altered."""


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(data: bytes, *, key: bytes, associated: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, associated.encode())


def unseal(sealed: bytes, *, key: bytes, associated: str) -> bytes:
    """Raises Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("the encrypted data does not open with this key") from error


def keyed_digest(data: bytes, *, key: bytes, purpose: str) -> bytes:
    """32 bytes that are the same for the same data, and say nothing of it once the key is gone."""
    own_key = hmac.digest(key, purpose.encode(), hashlib.sha256)
    return hmac.digest(own_key, data, hashlib.sha256)
