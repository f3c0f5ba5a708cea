"""One request for access: what there is, choosing the person, looking through the copy, the
answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deployments import step_up
from deployments.enums import (
    SUBJECT_ACCESS_MOVES,
    FootageGround,
    SubjectAccessFileKind,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.footage import playback
from deployments.forms.subject_access import ConfirmForm, MomentForm, RefusalForm
from deployments.models import FootageSegment, SubjectAccessFile, SubjectAccessRequest
from deployments.moving import Refused
from deployments.step_up import shows_images
from deployments.subject_access import handover, looking, pictures, requests, retention
from deployments.views.access import person_of
from deployments.views.subject_access import request_of

K = SubjectAccessFileKind
S = SubjectAccessStatus
NO_SUCH = "This picture is not there any more: look at the page as it is now."
FORMS = {"faces": "moment", "refuse": "refusal", "confirm": "confirm"}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@shows_images
def subject_access_request(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    found = request_of(request, uuid, pk)
    action = request.POST.get("action", "")
    forms = _forms(
        found, request.POST, sent=FORMS.get(action, ""), shown_at=request.GET.get("at", "")
    )
    form = forms.get(FORMS.get(action, ""))
    if action in ACTIONS and (form is None or form.is_valid()):
        try:
            answer = ACTIONS[action](request, found, form.cleaned_data if form else {})
        except Refused as refusal:
            messages.error(request, str(refusal))
            answer = None
        return answer or redirect(
            "deployments:subject_access_request", uuid=found.deployment.uuid, pk=found.pk
        )
    return _render(request, found, forms, form=form)


def _forms(
    found: SubjectAccessRequest, sent_data: QueryDict, *, sent: str, shown_at: str
) -> dict[str, Form]:
    def data(name: str) -> QueryDict | None:
        return sent_data if name == sent else None

    return {
        "moment": MomentForm(data("moment"), request=found, shown_at=shown_at),
        "refusal": RefusalForm(data("refusal")),
        "confirm": ConfirmForm(data("confirm")),
    }


Given = dict[str, Any]


def _look(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> HttpResponse:
    playback.open_segments(
        found.deployment,
        requests.segments_of(found),
        ground=FootageGround.SUBJECT_ACCESS,
        reason=found.reason,
        by=person_of(request),
        session=request.session,
        request=found,
    )
    return redirect("deployments:footage_player", uuid=found.deployment.uuid)


def _faces(request: HttpRequest, found: SubjectAccessRequest, given: Given) -> None:
    step_up.require_fresh_proof(request)
    segment = _segment_at(found, given["at"])
    at_s = max(0.0, (given["at"] - segment.started_at).total_seconds())
    pictures.ask_for_faces(found, segment, at_s=at_s, by=person_of(request))


def _copy(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> None:
    pictures.ask_for_copy(found, _file(request, found), by=person_of(request))


def _drop(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> None:
    pictures.drop(found, _file(request, found), by=person_of(request))
    messages.success(request, "Erased.")


def _confirm(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> None:
    if not all(looking.is_open(request.session, each) for each in handover.copies_of(found)):
        raise Refused("Look at every copy first: open each below.")
    requests.confirm(found, by=person_of(request))
    messages.success(request, "On record. It can be handed over now.")


def _hand_over(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> None:
    step_up.require_fresh_proof(request)
    handover.hand_over(found, by=person_of(request))
    messages.success(request, "On record and signed. Download the export below.")


def _refuse(request: HttpRequest, found: SubjectAccessRequest, given: Given) -> None:
    ground = SubjectAccessRefusal(given["ground"])
    requests.refuse(found, ground=ground, by=person_of(request))
    messages.success(request, "Refused, with its ground on record. Nothing is held for it now.")


def _nothing(request: HttpRequest, found: SubjectAccessRequest, _: Given) -> None:
    requests.nothing_found(found, by=person_of(request))
    messages.success(request, "On record. Nothing is held for it now.")


ACTIONS: dict[str, Callable[[HttpRequest, SubjectAccessRequest, Given], HttpResponse | None]] = {
    "look": _look,
    "faces": _faces,
    "copy": _copy,
    "drop": _drop,
    "confirm": _confirm,
    "hand_over": _hand_over,
    "refuse": _refuse,
    "nothing": _nothing,
}


def _segment_at(found: SubjectAccessRequest, at: datetime) -> FootageSegment:
    for segment in requests.segments_of(found):
        if not segment.is_there or segment.ended_at is None:
            continue
        # The player shows whole seconds: the first of a segment began before its first picture.
        if segment.started_at.replace(microsecond=0) <= at <= segment.ended_at:
            return segment
    raise Refused("There is no footage of this moment: choose another.")


def _file(request: HttpRequest, found: SubjectAccessRequest) -> SubjectAccessFile:
    try:
        file = found.files.filter(pk=request.POST.get("file", "")).first()
    except ValidationError:
        file = None
    if file is None:
        raise Refused(NO_SUCH)
    return file


def _render(
    request: HttpRequest,
    found: SubjectAccessRequest,
    forms: dict[str, Form],
    *,
    form: Form | None,
) -> HttpResponse:
    segments = requests.segments_of(found)
    files = list(found.files.select_related("segment"))
    moves = SUBJECT_ACCESS_MOVES[S(found.status)]
    gaps = found.deployment.footage_gaps.filter(camera=found.camera, began_at__lt=found.ends)
    context = {
        "deployment": found.deployment,
        "found": found,
        "is_overdue": requests.is_overdue(found),
        "segments": segments,
        "there": [each for each in segments if each.is_there],
        "gaps": gaps.exclude(ended_at__lte=found.begins),
        "still": next((each for each in files if each.kind == K.STILL), None),
        "faces": [each for each in files if each.kind == K.FACE],
        "copies": [each for each in files if each.kind == K.COPY],
        "shown": request.GET.get("show", ""),
        "is_working": any(each.is_working for each in files),
        "pictures_go_at": retention.due_at(found),
        "forms": forms,
        "form": form,
        "can_refuse": S.REFUSED in moves,
        "can_find_nothing": S.NOTHING_FOUND in moves and not files,
    }
    return render(request, "deployments/subject_access_request.html", context)
