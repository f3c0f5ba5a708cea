"""Very many audit events, chained as the database would have chained them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from recognition.bench import trail


def fill(
    count: int,
    *,
    deployments: Sequence[int] = (),
    start: datetime | None = None,
    step: timedelta = timedelta(minutes=1),
) -> None:
    """Append as the table's owner: the time until now, a year at most, unless told otherwise."""
    begins = start or timezone.now() - min(timedelta(days=365), step * count)
    with connection.cursor() as cursor:
        trail.fill(cursor, count, start=begins, step=step, deployments=deployments)
