"""A photograph of a sign: everybody in it is made unrecognisable before anyone is shown it."""

from deployments import image_store, signs
from deployments.encryption import Unreadable
from deployments.models import SignPhotograph
from recognition.alerting import encode
from recognition.blurring import blur_all
from recognition.factory import build_models, load_profile
from recognition.images import UnusableImage, decode_image

# Smaller than any face that a deployment recognises.
MIN_FACE_PX = 20.0


def hide_faces_of_sign(photograph_id: int) -> None:
    """Delivered twice, or after a removal, it changes nothing."""
    photograph = (
        SignPhotograph.objects.select_related("deployment", "image")
        .filter(pk=photograph_id, faces_hidden_at=None, image__isnull=False)
        .first()
    )
    if photograph is None or photograph.image is None:
        return
    try:
        picture = decode_image(image_store.read(photograph.image))
    except (Unreadable, UnusableImage):
        return  # it stays hidden
    detector = build_models(load_profile(photograph.deployment.profile)).detector
    faces = detector.detect(picture, min_face_px=MIN_FACE_PX)
    hidden = blur_all(picture, [face.box for face in faces])
    signs.replace_picture(photograph, encode(hidden))
