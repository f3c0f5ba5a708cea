"""The written authority: to read, to print and to check."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments import authority_documents
from deployments.models import AuthorityDocument
from deployments.views.access import person_of, visible_deployment

FORMS = {"pdf": "application/pdf", "json": "application/json"}
ALTERED = "This document is not the one that was decided. Tell the auditor."


@login_required
@require_safe
@never_cache
def authority(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    document = _document(request, uuid, pk)
    return render(
        request,
        "deployments/authority.html",
        {
            "deployment": document.deployment,
            "document": document,
            "is_sound": authority_documents.is_sound(document),
            "sections": authority_documents.sections(document),
        },
    )


@login_required
@require_safe
@never_cache
def authority_file(request: HttpRequest, uuid: UUID, pk: int, form: str) -> HttpResponse:
    """Handed over only while it is what was decided; each time is recorded first."""
    if form not in FORMS:
        raise Http404("There is no such form of the document.")
    document = _document(request, uuid, pk)
    if not authority_documents.is_sound(document):
        return HttpResponse(ALTERED, status=409, content_type="text/plain; charset=utf-8")
    authority_documents.record_reading(document, by=person_of(request), form=form)
    content = bytes(document.pdf) if form == "pdf" else document.content.encode()
    response = HttpResponse(content, content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="authority-{document.pk}.{form}"'
    return response


def _document(request: HttpRequest, uuid: UUID, pk: int) -> AuthorityDocument:
    deployment = visible_deployment(request, uuid)
    return get_object_or_404(AuthorityDocument, deployment=deployment, pk=pk)
