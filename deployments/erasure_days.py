"""The ledger of erasures as people read it: what goes segment by segment, all day long, is one line
a day. Each single erasure stays in the ledger and in the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from deployments.models import ErasureRecord
from deployments.models.erasure import kind_in_words


@dataclass(frozen=True, slots=True)
class ErasedInADay:
    """Of one deployment, kind and ground; no deployment: the site itself. `times` is in how many
    erasures, `total` how many things."""

    deployment_uuid: UUID | None
    deployment_title: str | None
    kind: str
    ground: str
    day: date
    times: int
    total: int
    first_at: datetime
    last_at: datetime
    first_due_at: datetime
    last_due_at: datetime
    newest: int  # the number of its last erasure

    @property
    def kind_in_words(self) -> str:
        return kind_in_words(self.kind)


def by_day(records: QuerySet[ErasureRecord]) -> "QuerySet[ErasureRecord, Any]":
    """The latest first; to be sliced before it is read."""
    of_deployment = {
        "deployment_uuid": F("deployment__uuid"),
        "deployment_title": F("deployment__title"),
    }
    return (
        records.order_by()
        .annotate(day=TruncDate("done_at"))
        .values("kind", "ground", "day", **of_deployment)
        .annotate(
            times=Count("pk"),
            total=Sum("count"),
            first_at=Min("done_at"),
            last_at=Max("done_at"),
            first_due_at=Min("due_at"),
            last_due_at=Max("due_at"),
            newest=Max("pk"),
        )
        .order_by("-newest")
    )


def lines(rows: Iterable[Any]) -> list[ErasedInADay]:
    return [ErasedInADay(**row) for row in rows]
