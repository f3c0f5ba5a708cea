"""A second person reviews entries; somebody records that people are still sought."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from deployments import still_sought, watchlist, watchlist_review
from deployments.forms.review import AcceptForm, KeepBothForm, SendBackForm, SoughtForm
from deployments.lifecycle import Refused
from deployments.models import Deployment, LikelySamePerson, WatchlistEntry
from deployments.step_up import shows_images
from deployments.views.access import person_of
from deployments.views.watchlist import log_consultation, manageable, private

PAGE_SIZE = 12


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@shows_images
def review_watchlist(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Images side by side; each that is shown is a recorded look."""
    deployment = manageable(request, uuid)
    waiting = watchlist_review.waiting_for(person_of(request), deployment)
    if request.method == "POST":
        _accept(request, deployment, AcceptForm(request.POST, offered=_ids(waiting)))
        return redirect("deployments:review_watchlist", uuid=deployment.uuid)
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    log_consultation(request, deployment, "watchlist.consulted", details={"to_review": len(page)})
    entries = list(page)
    undecided = LikelySamePerson.objects.filter(deployment=deployment, kept_by=None)
    paired = set(undecided.values_list("later", flat=True)) | set(
        undecided.values_list("earlier", flat=True)
    )
    context = {
        "deployment": deployment,
        "page": page,
        "entries": [(entry, _obstacle(entry, is_paired=entry.pk in paired)) for entry in entries],
        "progress": watchlist.progress(deployment),
    }
    return private(render(request, "deployments/watchlist_review.html", context))


@login_required
@require_POST
def send_back(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    deployment, entry = _entry(request, uuid, pk)
    form = SendBackForm(request.POST)
    if form.is_valid():
        try:
            watchlist_review.send_back(
                entry, by=person_of(request), reason=form.cleaned_data["reason"]
            )
            messages.success(request, "Sent back: the entry is not searched for.")
            return redirect("deployments:review_watchlist", uuid=deployment.uuid)
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, "Say what is wrong with the entry.")
    return redirect("deployments:entry", uuid=deployment.uuid, pk=pk)


@login_required
@require_POST
def approve_under_18(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    deployment, entry = _entry(request, uuid, pk)
    try:
        watchlist_review.approve_under_18(entry, by=person_of(request))
        messages.success(request, "Approved. The entry still needs its review.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deployments:entry", uuid=deployment.uuid, pk=pk)


@login_required
@require_POST
def keep_both(request: HttpRequest, uuid: UUID, pk: int, pair: int) -> HttpResponse:
    deployment, _ = _entry(request, uuid, pk)
    found = get_object_or_404(LikelySamePerson, pk=pair, deployment=deployment)
    form = KeepBothForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        watchlist_review.keep_both(found, by=person_of(request), reason=reason)
        messages.success(request, "Recorded: both entries stay.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deployments:entry", uuid=deployment.uuid, pk=pk)


@login_required
@require_POST
def sought(request: HttpRequest, uuid: UUID, pk: int | None = None) -> HttpResponse:
    """Of the whole list, or of one entry."""
    deployment = manageable(request, uuid)
    form = SoughtForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    else:
        try:
            _confirm_sought(request, deployment, pk, form.cleaned_data)
            messages.success(request, "Recorded: still sought.")
        except Refused as refusal:
            messages.error(request, str(refusal))
    if pk is None:
        return redirect("deployments:watchlist", uuid=deployment.uuid)
    return redirect("deployments:entry", uuid=deployment.uuid, pk=pk)


def _confirm_sought(
    request: HttpRequest, deployment: Deployment, pk: int | None, given: dict[str, str]
) -> None:
    by = person_of(request)
    if pk is None:
        still_sought.confirm_list(deployment, by=by, **given)
    else:
        still_sought.confirm_entry(get_object_or_404(deployment.entries, pk=pk), by=by, **given)


def _accept(request: HttpRequest, deployment: Deployment, form: AcceptForm) -> None:
    if not form.is_valid():
        messages.error(request, str(form.errors["entries"][0]))
        return
    try:
        count = watchlist_review.accept(
            deployment, form.cleaned_data["entries"], by=person_of(request)
        )
        messages.success(request, f"{count} accepted: they are searched for from now on.")
    except Refused as refusal:
        messages.error(request, str(refusal))


def _entry(request: HttpRequest, uuid: UUID, pk: int) -> tuple[Deployment, WatchlistEntry]:
    deployment = manageable(request, uuid)
    return deployment, get_object_or_404(deployment.entries.select_related("deployment"), pk=pk)


def _ids(waiting: QuerySet[WatchlistEntry]) -> list[int]:
    return list(waiting.values_list("pk", flat=True))


def _obstacle(entry: WatchlistEntry, *, is_paired: bool) -> str:
    """Why the entry is decided on its own page."""
    if entry.lacks_approval:
        return "Under 18: read the rationale and approve it first."
    return "Looks like another entry: decide whether both stay." if is_paired else ""
