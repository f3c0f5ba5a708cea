"""Verifying the trail without help: what was found last, every checkpoint, the public key, the
whole trail and the program that verifies it, to be taken away."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from deployments import audit_verifier, signing
from deployments.admin.access import person_of
from deployments.admin.trail_files import take_out_whole
from deployments.forms.trail import ExportForm
from deployments.models import AuditCheckpoint, AuditEvent, AuditVerification
from deployments.queues import send_verification

SHOWN = 20
VERIFICATION = "admin:deployments_auditevent_verification"
Address = tuple[str, Callable[..., HttpResponse], str]


def addresses(site: AdminSite) -> list[Address]:
    return [
        ("", partial(overview, site=site), "verification"),
        ("verify/", verify, "verify"),
        ("trail/", partial(trail, site=site), "trail"),
        ("key.pem", public_key, "key"),
        ("verify_audit.py", program, "verifier"),
        ("checkpoints/<int:sequence>.txt", checkpoint, "checkpoint"),
    ]


@require_safe
def overview(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    return _overview(request, site, ExportForm())


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Asked for, done by the general worker: millions of events take longer than a page may."""
    send_verification(person_of(request))
    messages.success(request, "The trail is being verified. What was found will stand here.")
    return redirect(VERIFICATION)


@require_POST
def trail(request: HttpRequest, *, site: AdminSite) -> Any:
    wanted = ExportForm(request.POST)
    if not wanted.is_valid():
        return _overview(request, site, wanted)
    return take_out_whole(request, **wanted.cleaned_data)


@require_safe
def public_key(_: HttpRequest) -> HttpResponse:
    try:
        text = signing.public_key_pem()
    except ImproperlyConfigured as error:
        raise Http404("This site has no signing key.") from error
    return _file(text, "audit-key.pem", "application/x-pem-file")


@require_safe
def program(_: HttpRequest) -> HttpResponse:
    text = Path(audit_verifier.__file__).read_text(encoding="utf-8")
    return _file(text, "verify_audit.py", "text/x-python; charset=utf-8")


@require_safe
def checkpoint(_: HttpRequest, sequence: int) -> HttpResponse:
    found = get_object_or_404(AuditCheckpoint, sequence=sequence)
    return _file(found.text, found.file_name, "text/plain; charset=utf-8")


def _overview(request: HttpRequest, site: AdminSite, wanted: ExportForm) -> HttpResponse:
    head = AuditEvent.objects.order_by("-sequence").first()
    signed = AuditCheckpoint.objects.first()
    context = {
        **site.each_context(request),
        "title": "Verification of the audit trail",
        "head": head,
        "verifications": AuditVerification.objects.all()[:SHOWN],
        "checkpoints": AuditCheckpoint.objects.all()[:SHOWN],
        "unsigned": (head.sequence if head else 0) - (signed.sequence if signed else 0),
        "key": signing.public_key_pem() if signing.is_configured() else "",
        "fingerprint": signing.fingerprint() if signing.is_configured() else "",
        "export": wanted,
    }
    status = 400 if wanted.is_bound else 200
    return TemplateResponse(request, "admin/audit_verification.html", context, status=status)


def _file(text: str, name: str, kind: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": disposition})
