"""Photographs of the signs: taking, looking at one, removing one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import audit, image_store, permissions, signs
from deployments.encryption import Unreadable
from deployments.enums import AuditKind, SignPlace
from deployments.forms.signs import SignPhotographForm
from deployments.lifecycle import Refused
from deployments.models import Deployment, SignPhotograph
from deployments.step_up import shows_images
from deployments.views.access import person_of, require, visible_deployment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = _viewable(request, uuid)
    sent = None
    if request.method == "POST":
        place = SignPlace.ZONE
        if request.POST.get("place") in SignPlace.values:
            place = SignPlace(request.POST["place"])
        sent = SignPhotographForm(request.POST, request.FILES, place=place)
        if sent.is_valid() and _added(request, deployment, sent):
            messages.success(request, "Stored. Its faces are being made unrecognisable.")
            return redirect("deployments:signs", uuid=deployment.uuid)
    return _render(request, deployment, sent)


@login_required
@require_safe
@shows_images
def sign_picture(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One look: logged before it is shown, and never before the faces in it are gone."""
    deployment = _viewable(request, uuid)
    photograph = _photograph(deployment, pk)
    if photograph.image is None:
        return _words("The photograph was erased.", status=410)
    if photograph.faces_hidden_at is None:
        return _words("Its faces are not made unrecognisable yet: try again shortly.", status=409)
    audit.record(
        "sign.viewed",
        kind=AuditKind.CONSULTATION,
        by=person_of(request),
        deployment=deployment,
        subject=f"sign {photograph.pk}",
        reason="Seeing that the public is told by signs.",
    )
    try:
        data = image_store.read(photograph.image)
    except Unreadable as error:
        return _words(f"The photograph cannot be shown: {error}.", status=410)
    response = HttpResponse(data, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def remove_sign(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    deployment = _viewable(request, uuid)
    try:
        signs.remove_photograph(_photograph(deployment, pk), by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Removed: the photograph is erased.")
    return redirect("deployments:signs", uuid=deployment.uuid)


def _viewable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(
        "Only those who take part in a deployment see its signs, from the authority to the "
        "erasure.",
        allowed=permissions.can_view_signs(person_of(request), deployment),
    )
    return deployment


def _photograph(deployment: Deployment, pk: int) -> SignPhotograph:
    return get_object_or_404(deployment.sign_photographs.select_related("image"), pk=pk)


def _added(request: HttpRequest, deployment: Deployment, form: SignPhotographForm) -> bool:
    picture: UploadedFile[bytes] = form.cleaned_data["picture"]
    place = SignPlace(form.cleaned_data["place"])
    try:
        signs.add_photograph(deployment, picture.read(), place=place, by=person_of(request))
    except Refused as refusal:
        form.add_error("picture", str(refusal))
        return False
    return True


def _render(
    request: HttpRequest, deployment: Deployment, sent: SignPhotographForm | None
) -> HttpResponse:
    taken = list(deployment.sign_photographs.select_related("taken_by"))
    sent_place = sent["place"].value() if sent is not None else None
    places = [
        {
            "place": place,
            "photographs": [each for each in taken if each.place == place],
            "form": sent if place == sent_place else SignPhotographForm(place=place),
        }
        for place in SignPlace
    ]
    context = {
        "deployment": deployment,
        "places": places,
        "can_photograph": permissions.can_photograph_signs(person_of(request), deployment),
    }
    response = render(request, "deployments/signs.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _words(words: str, *, status: int) -> HttpResponse:
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
