"""Signs and leaflets, ready for a printer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from deployments import printing
from deployments.models import Deployment
from deployments.views.public import attachment, for_everyone
from deployments.views.public_deployments import public_deployment

PRINTERS = {"sign": printing.sign, "leaflet": printing.leaflet}


@for_everyone
def generic_print(_: HttpRequest, what: str) -> HttpResponse:
    return _pdf(what, None)


@for_everyone
def deployment_print(_: HttpRequest, uuid: UUID, what: str) -> HttpResponse:
    return _pdf(what, public_deployment(uuid))


def _pdf(what: str, deployment: Deployment | None) -> HttpResponse:
    of = f"-{timezone_day(deployment)}" if deployment else ""
    return attachment(
        PRINTERS[what](deployment), content_type="application/pdf", filename=f"lfr-{what}{of}.pdf"
    )


def timezone_day(deployment: Deployment) -> str:
    return f"{deployment.starts_at:%Y-%m-%d}"
