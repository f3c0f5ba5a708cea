"""AES-GCM as this system uses it: what is altered, moved or without its key does not open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.encryption import KEY_BYTES, Unreadable, new_key, seal, unseal

KEY = b"k" * KEY_BYTES


@given(data=st.binary(max_size=4096), associated=st.text(max_size=60))
def test_what_was_sealed_opens(data: bytes, associated: str):
    assert (
        unseal(seal(data, key=KEY, associated=associated), key=KEY, associated=associated) == data
    )


@given(data=st.binary(min_size=1, max_size=256), where=st.data())
def test_one_flipped_bit_anywhere_and_it_does_not_open(data: bytes, where: st.DataObject):
    sealed = bytearray(seal(data, key=KEY, associated="x"))
    bit = where.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        unseal(bytes(sealed), key=KEY, associated="x")


@given(length=st.integers(0, 27))
def test_a_cut_off_ciphertext_does_not_open(length: int):
    sealed = seal(b"", key=KEY, associated="x")

    with pytest.raises(Unreadable):
        unseal(sealed[:length], key=KEY, associated="x")


def test_another_key_or_another_row_does_not_open_it():
    sealed = seal(b"picture", key=KEY, associated="row 1")

    with pytest.raises(Unreadable):
        unseal(sealed, key=new_key(), associated="row 1")
    with pytest.raises(Unreadable):
        unseal(sealed, key=KEY, associated="row 2")


def test_the_same_picture_is_never_sealed_alike():
    assert len({seal(b"picture", key=KEY, associated="x") for _ in range(50)}) == 50
