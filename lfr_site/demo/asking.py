"""Somebody who asks for the footage in which they are seen, for a newcomer to answer."""

from datetime import timedelta

from django.utils import timezone

from deployments.enums import IdentityProof
from deployments.models import Deployment, User
from deployments.subject_access import requests

CASE = "SAR/DEMO/1"
ASKED_FOR = timedelta(minutes=2)


def seed_subject_access(people: dict[str, User], deployment: Deployment) -> None:
    """The first minutes of the deployment: held as they are recorded, and ready for the disclosure
    officer, who chooses the person and has the copy prepared."""
    if deployment.subject_access.exists():
        return
    camera = deployment.cameras.order_by("pk").first()
    assert camera is not None, "the demo's deployment has a camera"
    begins = timezone.now()
    asked = requests.Asked(
        case_number=CASE,
        camera=camera,
        begins=begins,
        ends=begins + ASKED_FOR,
        received_on=timezone.localdate(),
        identity=IdentityProof.PHOTO_DOCUMENT,
    )
    requests.open_request(deployment, asked, by=people["disclosure_officer"])
