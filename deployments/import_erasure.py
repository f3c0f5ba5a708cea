"""What was uploaded to fill a watchlist goes within a day, and with the end of its deployment."""

from datetime import timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from deployments import import_files
from deployments.enums import Status
from deployments.models import Deployment, WatchlistImport
from deployments.retention import RULES, Due, due_after_end

KIND = "watchlist_import"
OVER = (Status.ENDED, Status.CLOSED, Status.CANCELLED)


def find_imports() -> list[Due]:
    """Per deployment, due as its earliest import is."""
    found = []
    period = RULES[KIND].period or timedelta()
    rows = WatchlistImport.objects.values("deployment").order_by()
    for row in rows.annotate(first=Min("received_at"), count=Count("pk")):
        deployment = Deployment.objects.get(pk=row["deployment"])
        due_at = row["first"] + period
        if (ends := due_after_end(deployment, KIND)) is not None:
            due_at = min(due_at, ends - period)
        found.append(Due(deployment, RULES[KIND], due_at, row["count"]))
    return found


def erase_imports(due: Due) -> int:
    assert due.deployment is not None
    held = _due(due.deployment)
    for each in held:
        import_files.erase_files(each)
    count = len(held)
    held.delete()
    return count


def _due(deployment: Deployment) -> QuerySet[WatchlistImport]:
    imports = deployment.imports.all()
    if deployment.status in OVER:
        return imports
    return imports.filter(received_at__lte=timezone.now() - (RULES[KIND].period or timedelta()))
