"""The master key: wrong, missing, changed; from the environment, from a file, from elsewhere."""

import base64
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from deployments import image_store, key_providers
from deployments.checks import check_master_key
from deployments.encryption import Unreadable, new_key, seal, unseal
from deployments.enums import ImageKind, Status
from tests.factories import Cast, jpeg, make_deployment


def _key() -> str:
    return base64.b64encode(new_key()).decode()


@pytest.mark.parametrize(
    "value",
    ["", "no base64!", base64.b64encode(b"short").decode(), base64.b64encode(b"x" * 33).decode()],
)
def test_a_key_that_is_none_is_told_with_what_to_do(settings: Settings, value: str):
    settings.MASTER_KEY = value

    with pytest.raises(ImproperlyConfigured, match=r"32 bytes in base64.*openssl rand"):
        key_providers.wrap(b"secret", associated="x")
    (error,) = check_master_key()
    assert "was set up with" in error.msg


def test_another_key_does_not_open_and_says_what_to_do(settings: Settings):
    wrapped = key_providers.wrap(b"secret", associated="x")
    settings.MASTER_KEY = _key()

    with pytest.raises(Unreadable, match="set LFR_MASTER_KEY to the key that this site"):
        key_providers.unwrap(wrapped, associated="x")


def test_the_key_before_still_opens_while_it_is_named(settings: Settings):
    before, after = settings.MASTER_KEY, _key()
    wrapped = key_providers.wrap(b"secret", associated="x")
    keys = key_providers.provider()
    assert keys.is_current(wrapped, associated="x")

    settings.MASTER_KEY, settings.OTHER_MASTER_KEYS = after, [before]

    assert key_providers.unwrap(wrapped, associated="x") == b"secret"
    assert not keys.is_current(wrapped, associated="x")
    assert keys.is_current(key_providers.wrap(b"secret", associated="x"), associated="x")


def test_no_key_opens_what_was_bound_to_something_else():
    wrapped = key_providers.wrap(b"secret", associated="x")

    with pytest.raises(Unreadable):
        key_providers.unwrap(wrapped, associated="y")
    with pytest.raises(Unreadable):
        key_providers.provider().is_current(wrapped, associated="y")


def test_keys_in_a_file_are_read_anew_each_time(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings.KEY_PROVIDER = "deployments.key_providers.FileKeys"
    file, first, second = tmp_path / "keys", _key(), _key()
    monkeypatch.setenv("LFR_MASTER_KEY_FILE", str(file))
    file.write_text(first + "\n")
    wrapped = key_providers.wrap(b"secret", associated="x")

    file.write_text(f"{second}\n{first}\n")
    assert key_providers.unwrap(wrapped, associated="x") == b"secret"
    assert not key_providers.provider().is_current(wrapped, associated="x")

    file.write_text(second)
    with pytest.raises(Unreadable):
        key_providers.unwrap(wrapped, associated="x")


@pytest.mark.parametrize("text", ["", "\n", None])
def test_a_file_without_a_key_is_no_key_and_never_another(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
):
    settings.KEY_PROVIDER = "deployments.key_providers.FileKeys"
    settings.OTHER_MASTER_KEYS = [_key()]
    file = tmp_path / "keys"
    monkeypatch.setenv("LFR_MASTER_KEY_FILE", str(file))
    if text is not None:
        file.write_text(text)

    with pytest.raises(ImproperlyConfigured):
        key_providers.wrap(b"secret", associated="x")


class Vault:
    """A key management service: nothing here has its key."""

    KEY = new_key()

    def wrap(self, secret: bytes, *, associated: str) -> bytes:
        return b"vault:" + seal(secret, key=self.KEY, associated=associated)

    def unwrap(self, wrapped: bytes, *, associated: str) -> bytes:
        return unseal(wrapped.removeprefix(b"vault:"), key=self.KEY, associated=associated)

    def is_current(self, wrapped: bytes, *, associated: str) -> bool:
        return wrapped.startswith(b"vault:")

    def check(self) -> None:
        """It answers."""


def test_a_key_management_service_is_added_by_naming_its_class(cast: Cast, settings: Settings):
    settings.KEY_PROVIDER, settings.MASTER_KEY = f"{__name__}.Vault", ""
    deployment = make_deployment(status=Status.AUTHORISED)
    picture = jpeg(seed=3)

    image = image_store.put(deployment, picture, kind=ImageKind.WATCHLIST)

    assert image_store.read(image) == picture
    assert bytes(deployment.key.wrapped).startswith(b"vault:")
    assert check_master_key() == []


def test_a_provider_that_is_not_there_is_told(settings: Settings):
    settings.KEY_PROVIDER = "nowhere.Keys"

    (error,) = check_master_key()

    assert "LFR_KEY_PROVIDER names nowhere.Keys" in error.msg
