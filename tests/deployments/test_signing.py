"""Signatures: by the site's key and no other, over exactly what was signed."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from deployments import signing
from deployments.checks import check_audit_key, check_audit_key_is_set

OTHER_KEY = base64.b64encode(b"x" * 32).decode()


def test_what_was_signed_is_verified():
    signing.verify(b"a document", signing.sign(b"a document"))


def test_anybody_verifies_with_the_public_key_alone():
    key = load_pem_public_key(signing.public_key_pem().encode())

    key.verify(signing.sign(b"a document"), b"a document")  # type: ignore[call-arg, union-attr]


@pytest.mark.parametrize("position", [0, 31, 63])
def test_one_bit_of_the_signature_matters(position: int):
    signature = bytearray(signing.sign(b"a document"))
    signature[position] ^= 1

    with pytest.raises(signing.Forged):
        signing.verify(b"a document", bytes(signature))


def test_an_altered_document_is_forged():
    with pytest.raises(signing.Forged):
        signing.verify(b"a document.", signing.sign(b"a document"))


def test_another_key_signs_nothing_of_ours(settings: Settings):
    signature = signing.sign(b"a document")
    settings.AUDIT_KEY = OTHER_KEY

    with pytest.raises(signing.Forged):
        signing.verify(b"a document", signature)


@pytest.mark.parametrize("is_line", [False, True])
def test_what_an_earlier_key_signed_stays_verified(settings: Settings, is_line: bool):
    signature, was = signing.sign(b"a document"), signing.fingerprint()
    old = Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_KEY))
    raw = old.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    line = signing.public_key_pem().splitlines()[1]
    settings.AUDIT_KEY = OTHER_KEY
    settings.AUDIT_EARLIER_KEYS = [line if is_line else base64.b64encode(raw).decode()]

    signing.verify(b"a document", signature)
    assert signing.fingerprint() != was
    assert len(signing.trusted_keys_pem()) == 2


def test_without_a_key_nothing_is_signed_and_nothing_believed(settings: Settings):
    signature = signing.sign(b"a document")
    settings.AUDIT_KEY = ""

    with pytest.raises(ImproperlyConfigured, match="LFR_AUDIT_KEY"):
        signing.sign(b"a document")
    with pytest.raises(signing.Forged):
        signing.verify(b"a document", signature)
    assert [error.id for error in check_audit_key_is_set()] == ["deployments.E008"]


@pytest.mark.parametrize("value", ["nonsense", "c2hvcnQ="])
def test_a_wrong_key_is_told_before_anything_starts(settings: Settings, value: str):
    settings.AUDIT_KEY = value

    (error,) = check_audit_key()

    assert error.id == "deployments.E007"
    assert "openssl rand -base64 32" in (error.hint or "")
