"""The public API, version 1: read only, without a key, and nothing that is not on the pages too.

What it answers is described once, here; openapi.json and the page for people are made of that."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.decorators import decorate_view

from deployments import policy_documents
from deployments.controller import public_address
from deployments.enums import Status
from deployments.models import Deployment
from deployments.public_record import PublicRecord, public_record
from deployments.queries import public_deployments, public_notices, public_past
from deployments.retention import RULES
from deployments.views.public import for_everyone

PAGE_SIZE = 50
Stage = Literal["announced", "current", "over", "cancelled"]

api = NinjaAPI(
    title="Live facial recognition: deployments and results",
    description="Everything here is public. Times carry their offset; rates are between 0 and 1.",
    version="1",
    urls_namespace="public_api",
    docs_url=None,
    openapi_url=None,
)


@dataclass(frozen=True, slots=True)
class DeploymentPage:
    count: int
    page: int
    pages: int
    deployments: list[PublicRecord]


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """`seconds` is empty where a kind is kept."""

    kind: str
    what: str
    kept_for: str
    seconds: int | None
    ground: str


@dataclass(frozen=True, slots=True)
class Document:
    kind: str
    version: str
    title: str
    status: str
    published_at: datetime
    superseded_at: datetime | None
    page: str
    pdf: str


def _also(status: HTTPStatus, words: str) -> dict[str, Any]:
    """An answer other than the one that was asked for, in the description."""
    return {"responses": {status.value: {"description": words}}}


@api.get(
    "/deployments",
    response=DeploymentPage,
    summary="Deployments, fifty a page",
    openapi_extra=_also(HTTPStatus.UNPROCESSABLE_ENTITY, "A parameter that makes no sense."),
)
@decorate_view(for_everyone)
def deployments(
    request: HttpRequest,  # noqa: ARG001 (its name is the framework's)
    stage: Annotated[Stage | None, Query(description="Only those at this stage.")] = None,
    year: Annotated[int | None, Query(ge=2000, le=9999, description="Only of this year.")] = None,
    page: Annotated[int, Query(ge=1, description="Which page, from 1.")] = 1,
) -> DeploymentPage:
    now = timezone.now()
    rows = _at_stage(stage, now).select_related("result").order_by("-starts_at", "-pk")
    pages = Paginator(rows.filter(starts_at__year=year) if year else rows, PAGE_SIZE)
    return DeploymentPage(
        count=pages.count,
        page=page,
        pages=pages.num_pages,
        deployments=[public_record(each, now=now) for each in _rows_of(pages, page)],
    )


@api.get(
    "/deployments/{uuid:id}",
    response=PublicRecord,
    summary="One deployment by its id",
    openapi_extra=_also(HTTPStatus.NOT_FOUND, "There is no such deployment, or not yet."),
)
@decorate_view(for_everyone)
def deployment(
    request: HttpRequest,  # noqa: ARG001
    id: UUID,  # noqa: A002 (its public name)
) -> PublicRecord:
    found = public_deployments().select_related("result").filter(uuid=id).first()
    if found is None:
        raise Http404("There is no such deployment.")
    return public_record(found, now=timezone.now())


@api.get("/retention", response=list[RetentionPeriod], summary="How long each kind is kept")
@decorate_view(for_everyone)
def retention(request: HttpRequest) -> list[RetentionPeriod]:  # noqa: ARG001
    return [
        RetentionPeriod(
            kind=rule.kind,
            what=rule.what,
            kept_for=rule.kept_for,
            seconds=None if rule.period is None else int(rule.period.total_seconds()),
            ground=rule.ground,
        )
        for rule in RULES.values()
    ]


@api.get("/documents", response=list[Document], summary="Policy documents, all versions")
@decorate_view(for_everyone)
def documents(request: HttpRequest) -> list[Document]:  # noqa: ARG001
    found = []
    for each in policy_documents.published().defer("body"):
        named = {"kind": each.kind, "version": each.version}
        assert each.published_at is not None  # by constraint
        found.append(
            Document(
                **named,
                title=each.title,
                status=each.status,
                published_at=each.published_at,
                superseded_at=each.superseded_at,
                page=public_address("public:document", **named),
                pdf=public_address("public:document_pdf", **named),
            )
        )
    return found


def _rows_of(pages: "Paginator[Deployment]", number: int) -> list[Deployment]:
    return list(pages.page(number)) if number <= pages.num_pages else []


def _at_stage(stage: Stage | None, now: datetime) -> QuerySet[Deployment]:
    if stage is None:
        return public_deployments()
    if stage == "announced":
        return public_notices(now).filter(starts_at__gt=now)
    if stage == "current":
        return public_notices(now).filter(starts_at__lte=now)
    past = public_past(now)
    is_cancelled = {"status": Status.CANCELLED}
    return past.filter(**is_cancelled) if stage == "cancelled" else past.exclude(**is_cancelled)


def schema() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix=reverse("public:public_api:api-root")))


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API, for the page that people read."""

    path: str
    summary: str
    parameters: list[tuple[str, str]]


def described() -> list[Operation]:
    operations = []
    for path, methods in schema()["paths"].items():
        get = methods["get"]
        parameters = [
            (each["name"], each.get("description") or each["schema"].get("title", ""))
            for each in get.get("parameters", ())
        ]
        operations.append(Operation(path, get["summary"], parameters))
    return operations
