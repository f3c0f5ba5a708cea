"""Policy documents to read, a long one in several pages, and the same text as a PDF beside."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse

from deployments import policy_documents, printing
from deployments.enums import DocumentKind, DocumentStatus
from deployments.models import PolicyDocument
from deployments.policy_text import blocks, pages
from deployments.views.public import attachment, for_everyone, public_page


@for_everyone
def documents(_: HttpRequest) -> HttpResponse:
    """Each kind with the version in force and those before it; a kind without one says so."""
    versions = list(policy_documents.published().defer("body").order_by("-published_at", "-pk"))
    kinds = [
        {"label": kind.label, "versions": [each for each in versions if each.kind == kind]}
        for kind in DocumentKind
    ]
    return public_page("documents", {"kinds": kinds})


@for_everyone
def document(request: HttpRequest, kind: str, version: str) -> HttpResponse:
    found = _published(kind, version)
    newer = None
    if found.status == DocumentStatus.SUPERSEDED:
        newer = policy_documents.in_force().filter(kind=kind).first()
    parts = Paginator(pages(blocks(found.body)), 1)
    page = parts.get_page(request.GET.get("page"))
    context = {"document": found, "page": page, "newer": newer}
    return public_page("document", context, section="documents")


@for_everyone
def document_pdf(_: HttpRequest, kind: str, version: str) -> HttpResponse:
    found = _published(kind, version)
    name = f"{found.kind.replace('_', '-')}-{found.version}.pdf"
    return attachment(
        printing.policy_document(found), content_type="application/pdf", filename=name
    )


def _published(kind: str, version: str) -> PolicyDocument:
    found = policy_documents.published().filter(kind=kind, version=version).first()
    if found is None:
        raise Http404("There is no such document.")
    return found
