"""Results as a sheet, and the page that says what else machines may read."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from deployments import api
from deployments.csv_text import as_csv
from deployments.public_record import PublicRecord, PublicResult, public_record
from deployments.queries import public_deployments
from deployments.views.public import attachment, for_everyone, public_page

OF_RECORD = [each.name for each in fields(PublicRecord) if each.name != "result"]
OF_RESULT = [each.name for each in fields(PublicResult)]


@for_everyone
def results_csv(_: HttpRequest) -> HttpResponse:
    header = [*OF_RECORD, *(f"result_{name}" for name in OF_RESULT)]
    return attachment(
        as_csv(header, _rows()),
        content_type="text/csv; charset=utf-8",
        filename="lfr-deployments.csv",
    )


def _rows() -> Iterator[list[str]]:
    now = timezone.now()
    shown = public_deployments().select_related("result").order_by("-starts_at", "-pk")
    for deployment in shown.iterator(chunk_size=500):
        record = public_record(deployment, now=now)
        cells: list[object] = [getattr(record, name) for name in OF_RECORD]
        cells += [getattr(record.result, name) if record.result else "" for name in OF_RESULT]
        yield [_cell(value) for value in cells]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {count}" for name, count in sorted(value.items()))
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    return str(value)


@for_everyone
def open_data(_: HttpRequest) -> HttpResponse:
    return public_page("open_data", {"operations": api.described()})


@for_everyone
def openapi(_: HttpRequest) -> HttpResponse:
    return JsonResponse(api.schema())
