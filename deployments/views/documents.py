"""Policy documents for those who write and those who publish them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from deployments import permissions, policy_documents, step_up
from deployments.enums import DocumentStatus
from deployments.lifecycle import Refused
from deployments.models import PolicyDocument
from deployments.policy_text import blocks
from deployments.views.access import person_of, require


@login_required
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """Drafts that wait, and what is in force; older versions are on the public's page."""
    _require_reader(request)
    shown = PolicyDocument.objects.exclude(status=DocumentStatus.SUPERSEDED).defer("body")
    documents = list(shown.select_related("drafted_by", "published_by"))
    context = {
        "drafts": [each for each in documents if each.status == DocumentStatus.DRAFT],
        "in_force": [each for each in documents if each.is_in_force],
        "can_draft": permissions.can_configure(person_of(request)),
    }
    return render(request, "deployments/documents.html", context)


@login_required
@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft as the public would read it; whoever may, publishes it from here."""
    _require_reader(request)
    drafts = PolicyDocument.objects.filter(status=DocumentStatus.DRAFT)
    document = get_object_or_404(drafts.select_related("drafted_by"), pk=pk)
    person = person_of(request)
    context = {
        "document": document,
        "blocks": blocks(document.body),
        "replaces": policy_documents.in_force().filter(kind=document.kind).first(),
        "can_publish": permissions.can_publish_documents(person)
        and document.drafted_by_id != person.pk,
        "can_draft": permissions.can_configure(person),
    }
    return render(request, "deployments/document_draft.html", context)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    _require_reader(request)
    if permissions.can_publish_documents(person_of(request)):
        step_up.require_fresh_proof(request)
    document = get_object_or_404(PolicyDocument, pk=pk)
    try:
        policy_documents.publish(document, by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"In force and public: {document}.")
    return redirect("deployments:documents")


def _require_reader(request: HttpRequest) -> None:
    require(
        "Policy documents are drafted by the system administrator and published by an authorising "
        "officer; those in force are on the public's pages.",
        allowed=permissions.can_read_drafts(person_of(request)),
    )
