"""What is announced, what is over, and each deployment's own page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from deployments import publication, urgent_policy
from deployments.enums import Status, VariationStatus
from deployments.figures import alert_segments, false_alert_rate_in_words, outcomes_in_words
from deployments.models import Deployment
from deployments.public_record import ANNOUNCED, CURRENT, stage_of
from deployments.queries import public_deployments, public_notices, public_past
from deployments.retention import RULES
from deployments.variation_words import labels_of_changes
from deployments.views.public import for_everyone, page_of, public_page
from deployments.wording import period_in_words
from deployments.yearly import year_of

ON_HOME = 10


@for_everyone
def home(_: HttpRequest) -> HttpResponse:
    """The next few and the last few; the rest is one page further."""
    now = timezone.now()
    notices = public_notices(now)
    current = list(notices.filter(starts_at__lte=now)[: ON_HOME + 1])
    upcoming = list(notices.filter(starts_at__gt=now)[: ON_HOME + 1])
    context = {
        "current": current[:ON_HOME],
        "upcoming": upcoming[:ON_HOME],
        "has_more": len(current) > ON_HOME or len(upcoming) > ON_HOME,
        "recent": list(public_past(now)[:ON_HOME]),
        "urgent": urgent_policy.route(),
    }
    return public_page("home", context)


@for_everyone
def announced(request: HttpRequest) -> HttpResponse:
    page = page_of(request, public_notices(timezone.now()))
    return public_page("announced", {"page": page, "now": timezone.now()}, section="home")


@for_everyone
def results(request: HttpRequest) -> HttpResponse:
    """Of one year, the latest where none is asked for."""
    past = public_past(timezone.now())
    years = [moment.year for moment in past.order_by().datetimes("starts_at", "year", "DESC")]
    year = _year(request.GET.get("year", ""), years)
    of_year = past.filter(starts_at__year=year) if year else past
    context = {
        "years": years,
        "year": year,
        "year_query": f"year={year}&",
        "page": page_of(request, of_year),
        "summary": year_of(of_year),
    }
    return public_page("results", context)


def _year(asked: str, years: list[int]) -> int | None:
    if asked.isascii() and asked.isdigit() and int(asked[:5]) in years:
        return int(asked[:5])
    if asked:
        raise Http404("There was no deployment in that year.")
    return years[0] if years else None


@for_everyone
def deployment(_: HttpRequest, uuid: UUID) -> HttpResponse:
    found = public_deployment(uuid)
    stage = stage_of(found, now=timezone.now())
    context = {"deployment": found, "is_notice": stage in {ANNOUNCED, CURRENT}, **_about(found)}
    return public_page("deployment", context, section="home" if context["is_notice"] else "results")


def public_deployment(uuid: UUID) -> Deployment:
    found = public_deployments().select_related("result").filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such deployment.")
    return found


def _varied(found: Deployment) -> list[dict[str, object]]:
    """What an authority of its own changed since; cameras are not told."""
    varied = found.variations.filter(status=VariationStatus.AUTHORISED)
    changes = [{"variation": each, "labels": labels_of_changes(each)} for each in varied]
    return [change for change in changes if change["labels"]]


def _about(found: Deployment) -> dict[str, object]:
    result = getattr(found, "result", None)
    about: dict[str, object] = {
        "result": result,
        "is_cancelled": found.status == Status.CANCELLED,
        "is_withheld": found.published_at is None,
        "is_in_time": publication.is_notice_in_time(found),
        "notice": publication.notice_in_words(found),
        "varied": _varied(found),
        "unmatched": period_in_words(RULES["unmatched_face"].period),
        "records_cctv": found.deploymentcamera_set.filter(records_cctv=True).exists(),
        "footage_kept": period_in_words(RULES["footage"].period),
    }
    if result is not None:
        about |= {
            "rate": false_alert_rate_in_words(result),
            "segments": alert_segments(result),
            "outcomes": outcomes_in_words(result),
        }
    return about
