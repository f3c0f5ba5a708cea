"""Another master key: everything moves under it, and goes on after a crash."""

import base64
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from deployments import image_store, master_key_rotation, stills
from deployments.encryption import Unreadable, new_key
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, DeploymentKey
from lfr_site import second_factor_secrets
from tests.factories import Cast, jpeg, make_camera, make_deployment


def _key() -> str:
    return base64.b64encode(new_key()).decode()


@pytest.fixture
def deployments(cast: Cast) -> list[Deployment]:
    """Three with images, a camera's still and a second factor: everything under the master key."""
    stills.take_in(make_camera(), jpeg(seed=8, size=(400, 640)), by=cast.system_administrator)
    Authenticator.objects.create(
        user=cast.alice, type="totp", data={"secret": second_factor_secrets.encrypted("OTP")}
    )
    return [make_deployment(status=Status.READY) for _ in range(3)]


def _all_readable(deployments: list[Deployment]) -> bool:
    from deployments.models import CameraStill

    for deployment in deployments:
        for image in deployment.images.all():
            image_store.read(image)
    stills.read(CameraStill.objects.get())
    text = Authenticator.objects.get().data["secret"]
    return second_factor_secrets.decrypted(text) == "OTP"


def _rotate(*arguments: str) -> str:
    written = StringIO()
    call_command("rotate_master_key", *arguments, stdout=written)
    return written.getvalue()


def test_everything_moves_and_the_key_before_opens_nothing(
    deployments: list[Deployment], settings: Settings
):
    before, after = settings.MASTER_KEY, _key()
    settings.MASTER_KEY, settings.OTHER_MASTER_KEYS = after, [before]
    assert _all_readable(deployments), "both are valid meanwhile"
    with pytest.raises(CommandError, match="Other keys are still needed"):
        _rotate("--check")

    assert "keys of deployments: 3 rewrapped, 0 under the key in force" in _rotate()

    settings.OTHER_MASTER_KEYS = []
    assert _all_readable(deployments)
    assert "keys of deployments: 0 under another key, 3 under" in _rotate("--check")
    settings.MASTER_KEY = before
    with pytest.raises(Unreadable):
        image_store.read(deployments[0].images.all()[0])
    event = AuditEvent.objects.get(action="master_key.rotated")
    assert '"keys_of_deployments": 3' in event.details
    assert '"second_factors": 1' in event.details
    assert '"stills_of_cameras": 1' in event.details


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    deployments: list[Deployment], settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings.OTHER_MASTER_KEYS, settings.MASTER_KEY = [settings.MASTER_KEY], _key()
    real, calls = master_key_rotation.rewrapped, 0

    def dies_at_the_second(wrapped: bytes, *, associated: str) -> bytes | None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return real(wrapped, associated=associated)

    monkeypatch.setattr(master_key_rotation, "rewrapped", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        _rotate()
    monkeypatch.setattr(master_key_rotation, "rewrapped", real)
    assert _all_readable(deployments)

    assert "keys of deployments: 2 rewrapped, 1 under the key in force" in _rotate()
    settings.OTHER_MASTER_KEYS = []
    assert _all_readable(deployments)


def test_a_check_changes_nothing(deployments: list[Deployment], settings: Settings):
    settings.OTHER_MASTER_KEYS, settings.MASTER_KEY = [settings.MASTER_KEY], _key()
    before = [bytes(key.wrapped) for key in DeploymentKey.objects.order_by("pk")]

    with pytest.raises(CommandError):
        _rotate("--check")

    assert [bytes(key.wrapped) for key in DeploymentKey.objects.order_by("pk")] == before
    assert not AuditEvent.objects.filter(action="master_key.rotated").exists()


def test_without_the_key_before_it_says_which_is_missing_and_changes_nothing(
    deployments: list[Deployment], settings: Settings
):
    before, settings.MASTER_KEY = settings.MASTER_KEY, _key()

    with pytest.raises(CommandError, match=r"5 cannot be opened.*LFR_OTHER_MASTER_KEYS"):
        _rotate()

    settings.MASTER_KEY = before
    assert _all_readable(deployments)


def test_a_missing_key_stops_it_with_words(deployments: list[Deployment], settings: Settings):
    settings.MASTER_KEY = ""

    with pytest.raises(CommandError, match="32 bytes in base64"):
        _rotate()
