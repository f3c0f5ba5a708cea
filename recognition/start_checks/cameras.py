"""Every camera was looked at within the last ten minutes, and it works."""

from django.urls import reverse
from django.utils import timezone

from deployments.models import Camera, Deployment
from deployments.start_checks import Check, Link
from deployments.wording import time_in_words
from recognition.camera_checks import LOST_AFTER, VALID_FOR
from recognition.models import CameraCheck

NAME = "Cameras alive and in focus"


def cameras_check(deployment: Deployment) -> Check:
    checks = {each.camera_id: each for each in CameraCheck.objects.filter(deployment=deployment)}
    cameras = list(deployment.cameras.order_by("name", "pk"))
    found = [_found(camera, checks.get(camera.pk)) for camera in cameras]
    lines = tuple(words for _, words in found)
    good = sum(is_good for is_good, _ in found)
    if cameras and good == len(cameras):
        seen = "The camera works." if good == 1 else f"All {good} cameras work."
        return Check(NAME, True, seen, lines=lines)
    if any(_is_asked(each) for each in checks.values()):
        return Check(
            NAME,
            False,
            "A recognition worker is looking at the cameras at this moment.",
            "Wait a few seconds.",
            lines=lines,
            is_pending=True,
        )
    return Check(
        NAME,
        False,
        f"{good} of {len(cameras)} cameras are known to work.",
        _remedy(deployment),
        Link(
            "Check the cameras", reverse("deployments:detail", args=[deployment.uuid]) + "#cameras"
        )
        if _may_be_looked_at(deployment)
        else None,
        lines=lines,
    )


def _found(camera: Camera, check: CameraCheck | None) -> tuple[bool, str]:
    if check is None or check.checked_at is None:
        return False, f"{camera.name}: not looked at yet."
    at = f"at {time_in_words(check.checked_at)}"
    if check.checked_at < timezone.now() - VALID_FOR:
        return False, f"{camera.name}: last looked at {at}, more than ten minutes ago."
    numbers = (
        f"{check.frames_per_s:.0f} pictures a second, sharpness {check.sharpness:.3f}, "
        f"brightness {check.brightness:.0f} of 255"
    )
    if not check.passed:
        shown = f" ({numbers})" if check.frames_per_s else ""
        return False, f"{camera.name}, {at}: {check.words}{shown}"
    return True, f"{camera.name}, {at}: {numbers}, moving."


def _is_asked(check: CameraCheck) -> bool:
    asked = check.requested_at
    is_answered = asked is None or (check.checked_at is not None and check.checked_at >= asked)
    return not is_answered and asked is not None and asked > timezone.now() - LOST_AFTER


def _may_be_looked_at(deployment: Deployment) -> bool:
    return deployment.starts_at <= timezone.now() < deployment.ends_at


def _remedy(deployment: Deployment) -> str:
    if _may_be_looked_at(deployment):
        return "Put right what is said, then check the cameras."
    return (
        "Cameras are read within the authorised window only: they are checked by themselves then."
    )
