"""What was uploaded to fill a watchlist goes within a day, and with the end of its deployment."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from deployments import erasure_ledger, import_files
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
    return _erase(_due(due.deployment))


def erase_again(deployment: Deployment, uploads: Iterable[UUID], *, ground: str) -> int:
    """Imports whose files or rows were erased before and are back: all of them, for nobody knows
    how far they went. The caller holds the deployment's lock."""
    numbers = list(uploads)
    back = deployment.imports.filter(Q(uuid__in=numbers) | Q(files__in=numbers))
    count = _erase(WatchlistImport.objects.filter(pk__in=[each.pk for each in back]))
    erasure_ledger.record(KIND, count=count, ground=ground, deployment=deployment)
    return count


def _erase(imports: QuerySet[WatchlistImport]) -> int:
    held = list(imports)
    for each in held:
        import_files.erase_files(each)
        import_files.erase_rows(each)
    imports.delete()
    return len(held)


def _due(deployment: Deployment) -> QuerySet[WatchlistImport]:
    imports = deployment.imports.all()
    if deployment.status in OVER:
        return imports
    return imports.filter(received_at__lte=timezone.now() - (RULES[KIND].period or timedelta()))
