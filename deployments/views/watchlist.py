"""The people sought by one deployment: the list, adding, one entry, its image, withdrawing."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import (
    consultations,
    image_store,
    permissions,
    still_sought,
    watchlist,
    watchlist_review,
)
from deployments.encryption import Unreadable
from deployments.enums import EntryStatus
from deployments.forms.listing import EntryFilter
from deployments.forms.review import KeepBothForm, SendBackForm, SoughtForm
from deployments.forms.watchlist import EntryForm, LookForm, ReasonForm
from deployments.lifecycle import Refused
from deployments.models import Deployment, User, WatchlistEntry
from deployments.step_up import shows_images
from deployments.views.access import person_of, require, visible_deployment

PAGE_SIZE = 50
# The first bytes of what a browser can show; anything else is offered as a file.
SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Filters come by POST, so that no name or reference stands in an address or a log."""
    deployment = viewable(request, uuid)
    form = EntryFilter(request.POST if request.method == "POST" else None)
    rows, number = _filtered(deployment, form)
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    log_consultation(request, deployment, "watchlist.consulted", details={"page": page.number})
    context = {
        "deployment": deployment,
        "form": form,
        "page": page,
        "progress": watchlist.progress(deployment),
        "sought": SoughtForm(),
        "last_sought": deployment.sought_checks.filter(entry=None).select_related("by").first(),
        "unasked": still_sought.unchecked(deployment),
        **_rights(person_of(request), deployment),
    }
    return private(render(request, "deployments/watchlist.html", context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = manageable(request, uuid)
    form = EntryForm(deployment=deployment)
    if request.method == "POST":
        form = EntryForm(request.POST, request.FILES, deployment=deployment)
        if form.is_valid() and _added(request, deployment, form):
            messages.success(
                request,
                "Added. The image is being enrolled.",
            )
            return redirect("deployments:watchlist", uuid=deployment.uuid)
    context = {"deployment": deployment, "form": form}
    return render(request, "deployments/entry_add.html", context)


@login_required
@require_safe
def entry(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    found = _entry(viewable(request, uuid), pk)
    return private(_render_entry(request, found, ReasonForm(label_suffix="")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@shows_images
def entry_image(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One look at a person's image: logged with its reason before it is shown."""
    deployment = viewable(request, uuid)
    found = _entry(deployment, pk)
    reason = consultations.inherited_for_image(person_of(request), found)
    if not reason:
        asked = LookForm(request.POST if request.method == "POST" else None)
        if not asked.is_valid():
            return private(_render_entry(request, found, ReasonForm(label_suffix=""), look=asked))
        reason = asked.cleaned_data["why"]
    log_consultation(
        request, deployment, "image.viewed", subject=f"entry {found.pk}", reason=reason
    )
    try:
        data = image_store.read(found.image)
    except Unreadable as error:
        words = f"The image cannot be shown: {error}."
        return private(HttpResponse(words, status=410, content_type="text/plain"))
    kind = next((kind for head, kind in SIGNATURES if data.startswith(head)), None)
    response = HttpResponse(data, content_type=kind or "application/octet-stream")
    if kind is None:
        response["Content-Disposition"] = 'attachment; filename="image"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return private(response)


@login_required
@require_POST
def withdraw(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    deployment = manageable(request, uuid)
    found = _entry(deployment, pk)
    form = ReasonForm(request.POST, label_suffix="")
    if not form.is_valid():
        return private(_render_entry(request, found, form))
    try:
        watchlist.withdraw_entry(found, by=person_of(request), reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Withdrawn: the entry, its image and its template are erased.")
    return redirect("deployments:watchlist", uuid=deployment.uuid)


def viewable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(
        "Only watchlist managers and operators see a watchlist, from the authority to the erasure.",
        allowed=permissions.can_view_watchlist(person_of(request), deployment),
    )
    return deployment


def manageable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(
        "Only a watchlist manager changes a watchlist, and only while its authority stands.",
        allowed=permissions.can_manage_watchlist(person_of(request), deployment),
    )
    return deployment


def _filtered(
    deployment: Deployment, form: EntryFilter
) -> tuple[QuerySet[WatchlistEntry], int | None]:
    rows = deployment.entries.order_by("reference", "pk")
    if not form.is_valid():
        return rows, None
    if text := form.cleaned_data["q"]:
        rows = rows.filter(Q(reference__icontains=text) | Q(name__icontains=text))
    if status := form.cleaned_data["status"]:
        rows = rows.filter(status=status)
    return rows, form.cleaned_data["page"]


def _added(request: HttpRequest, deployment: Deployment, form: EntryForm) -> bool:
    image: UploadedFile[bytes] = form.cleaned_data["image"]
    try:
        watchlist.add_entry(deployment, form.new_entry(image.read()), by=person_of(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _entry(deployment: Deployment, pk: int) -> WatchlistEntry:
    rows = deployment.entries.select_related(
        "deployment", "image", "added_by", "reviewed_by", "under_18_approved_by"
    )
    return get_object_or_404(rows, pk=pk)


def _render_entry(
    request: HttpRequest, found: WatchlistEntry, form: ReasonForm, look: LookForm | None = None
) -> HttpResponse:
    """All that is known of a person: a consultation, whatever led to it."""
    person = person_of(request)
    log_consultation(
        request, found.deployment, "watchlist.entry_consulted", subject=f"entry {found.pk}"
    )
    is_asked = not consultations.inherited_for_image(person, found)
    context = {
        "deployment": found.deployment,
        "entry": found,
        "form": form,
        "look": (look or LookForm()) if is_asked else None,
        "pairs": _pairs(found),
        "sought": SoughtForm(),
        "sought_checks": found.sought_checks.select_related("by"),
        "send_back": SendBackForm(label_suffix=""),
        "keep_both": KeepBothForm(label_suffix=""),
        "can_review": found.status == EntryStatus.TO_REVIEW
        and permissions.can_review(person, found.deployment, added_by_id=found.added_by_id),
        **_rights(person, found.deployment),
    }
    status = 200 if look is None else 403
    return render(request, "deployments/entry.html", context, status=status)


def _rights(person: User, deployment: Deployment) -> dict[str, object]:
    can_manage = permissions.can_manage_watchlist(person, deployment)
    to_review = watchlist_review.waiting_for(person, deployment).count() if can_manage else 0
    return {"can_manage": can_manage, "to_review": to_review}


def _pairs(found: WatchlistEntry) -> list[dict[str, object]]:
    """Each other entry that looks like this person, with what was decided."""
    return [
        {"pair": pair, "other": pair.later if pair.earlier_id == found.pk else pair.earlier}
        for pair in watchlist_review.pairs_of(found)
    ]


def log_consultation(
    request: HttpRequest,
    deployment: Deployment,
    action: str,
    *,
    reason: str = "",
    subject: str = "",
    details: dict[str, object] | None = None,
) -> None:
    """Without a reason of its own, it has that of the person's part in the deployment."""
    person = person_of(request)
    consultations.record(
        action,
        by=person,
        reason=reason or consultations.purpose_of(person, deployment),
        deployment=deployment,
        subject=subject,
        details=details,
    )


def private(response: HttpResponse) -> HttpResponse:
    """Nothing about a person on the list stays in a cache, the browser's own included."""
    response["Cache-Control"] = "no-store"
    return response
