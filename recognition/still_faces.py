"""A camera's survey picture: whoever was in it is made unrecognisable before anyone is shown it."""

from django.conf import settings

from deployments import stills
from deployments.encryption import Unreadable
from deployments.models import CameraStill
from recognition.alerting import encode
from recognition.blurring import blur_all
from recognition.factory import build_models, load_profile
from recognition.images import UnusableImage, decode_image

# Far smaller than any face that a deployment recognises.
MIN_FACE_PX = 20.0


def hide_faces_of_still(still_id: int) -> None:
    """Delivered twice, or after another picture came, it changes nothing."""
    still = CameraStill.objects.filter(pk=still_id, faces_hidden_at=None).first()
    if still is None:
        return
    try:
        picture = decode_image(stills.read(still))
    except (Unreadable, UnusableImage):
        return  # it stays hidden, and is erased in time
    detector = build_models(load_profile(settings.RECOGNITION_PROFILE)).detector
    faces = detector.detect(picture, min_face_px=MIN_FACE_PX)
    stills.replace(still, encode(blur_all(picture, [face.box for face in faces])))
