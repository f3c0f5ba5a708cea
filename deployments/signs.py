"""Photographs of the signs: taken in, freed of faces, looked at, removed, erased."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from deployments import audit, erasure_ledger, image_store, permissions
from deployments.enums import AuditKind, ImageKind, SignPlace, Status
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Deployment, SignPhotograph, StoredImage, User
from deployments.queues import send_sign_photograph
from deployments.retention import RULES, Due, due_after_end
from deployments.sign_pictures import UnusablePicture, cleaned

KIND = "sign_photograph"


def add_photograph(
    deployment: Deployment, data: bytes, *, place: SignPlace, by: User
) -> SignPhotograph:
    """Store it encrypted and have its faces hidden. Raises Refused with the reason in words."""
    try:
        picture = cleaned(data)
    except UnusablePicture as error:
        raise Refused(str(error)) from None
    with transaction.atomic():
        locked = lock(deployment.pk)
        _may_photograph(locked, by=by)
        photograph = SignPhotograph.objects.create(
            deployment=locked,
            place=place,
            taken_by=by,
            image=image_store.put(locked, picture, kind=ImageKind.SIGN),
        )
        audit.record(
            "sign.photographed",
            kind=AuditKind.COLLECTION,
            by=by,
            deployment=locked,
            subject=f"sign {photograph.pk}",
            details={"place": place},
        )
        transaction.on_commit(lambda: send_sign_photograph(photograph.pk), robust=True)
    return photograph


def _may_photograph(deployment: Deployment, *, by: User) -> None:
    if not permissions.can_photograph_signs(by, deployment):
        raise Refused(
            "Only operators, engagement officers and watchlist managers photograph the signs of a "
            "deployment that is authorised and not over."
        )


def remove_photograph(photograph: SignPhotograph, *, by: User) -> None:
    """Take back a picture that shows the wrong thing."""
    with transaction.atomic():
        deployment = lock(photograph.deployment_id)
        _may_photograph(deployment, by=by)
        held = SignPhotograph.objects.select_related("image").filter(pk=photograph.pk).first()
        if held is None:
            raise Refused("This photograph was removed already.")
        if held.image is not None:
            count = image_store.erase([held.image])
            erasure_ledger.record(
                KIND, count=count, ground="The photograph was taken back", deployment=deployment
            )
        subject = f"sign {held.pk}"
        SignPhotograph.objects.filter(pk=held.pk).delete()
        audit.record(
            "sign.photograph_removed",
            kind=AuditKind.ERASURE,
            by=by,
            deployment=deployment,
            subject=subject,
        )


def replace_picture(photograph: SignPhotograph, data: bytes) -> None:
    """What a recognition worker gives back: the same picture, its faces unrecognisable. The one
    with faces is erased."""
    with transaction.atomic():
        deployment = lock(photograph.deployment_id)
        held = SignPhotograph.objects.select_related("image").filter(pk=photograph.pk).first()
        if held is None or held.image is None or held.faces_hidden_at is not None:
            return
        with_faces = held.image
        held.image = image_store.put(deployment, data, kind=ImageKind.SIGN)
        held.faces_hidden_at = timezone.now()
        held.save(update_fields=["image", "faces_hidden_at"])
        count = image_store.erase([with_faces])
        erasure_ledger.record(
            KIND, count=count, ground="Its faces were made unrecognisable", deployment=deployment
        )


def waiting(*, since_before: datetime) -> list[int]:
    """Photographs that were sent to a worker and forgotten."""
    return list(
        SignPhotograph.objects.filter(
            faces_hidden_at=None, image__isnull=False, at__lt=since_before
        ).values_list("pk", flat=True)
    )


def find_photographs() -> list[Due]:
    found = []
    held = StoredImage.objects.filter(deployment=OuterRef("pk"), kind=ImageKind.SIGN)
    over = Deployment.objects.filter(status__in=(Status.ENDED, Status.CANCELLED))
    for deployment in over.filter(Exists(held)):
        due_at = due_after_end(deployment, KIND)
        if due_at is not None:
            count = deployment.images.filter(kind=ImageKind.SIGN).count()
            found.append(Due(deployment, RULES[KIND], due_at, count))
    return found


def erase_photographs(due: Due) -> int:
    assert due.deployment is not None
    return image_store.erase(due.deployment.images.filter(kind=ImageKind.SIGN))
