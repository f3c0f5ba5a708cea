"""Announced deployments for a calendar, all or one. A subscriber hears of a change or a
cancellation by the sequence and the status of an event."""

from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from icalendar import Calendar, Event

from deployments.controller import public_address
from deployments.enums import Status
from deployments.models import Deployment
from deployments.queries import public_deployments
from deployments.views.public import attachment, for_everyone

TYPE = "text/calendar; charset=utf-8"


@for_everyone
def calendar(request: HttpRequest) -> HttpResponse:
    """Everything whose end is ahead, the cancelled too."""
    ahead = _sequenced().filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")
    return attachment(
        written(list(ahead), request=request), content_type=TYPE, filename="lfr-deployments.ics"
    )


@for_everyone
def deployment_calendar(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _sequenced().filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such deployment.")
    return attachment(
        written([found], request=request), content_type=TYPE, filename="lfr-deployment.ics"
    )


def written(deployments: list[Deployment], *, request: HttpRequest) -> bytes:
    force = settings.FORCE_NAME or "This force"
    whole = Calendar()
    whole.add("prodid", "-//Live facial recognition//Notices//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", f"Live facial recognition: {force}")
    for deployment in deployments:
        event = _event(deployment)
        # Whole even where the settings do not name the site: RFC 5545 asks for a URI.
        page = public_address("public:deployment", uuid=deployment.uuid)
        event.add("url", request.build_absolute_uri(page))
        whole.add_component(event)
    return bytes(whole.to_ical())


def _event(deployment: Deployment) -> Event:
    is_cancelled = deployment.status == Status.CANCELLED
    event = Event()
    event.add("uid", f"urn:uuid:{deployment.uuid}")
    event.add("dtstamp", deployment.status_at)
    event.add("last-modified", deployment.status_at)
    event.add("sequence", deployment.changes + deployment.terms_version)  # type: ignore[attr-defined]
    event.add("dtstart", deployment.starts_at)
    event.add("dtend", deployment.ended_at or deployment.ends_at)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("summary", f"{'Cancelled: ' if is_cancelled else ''}Live facial recognition")
    event.add("location", deployment.place)
    event.add("description", f"Sought: {'; '.join(deployment.category_labels)}.")
    event.add("transp", "TRANSPARENT")
    return event


def _sequenced() -> QuerySet[Deployment]:
    """With the number of its changes of status. It only grows, as the version of its terms does."""
    return public_deployments().annotate(changes=Count("status_changes"))
