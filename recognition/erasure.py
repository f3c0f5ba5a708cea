"""Templates go as soon as nothing may search them."""

from django.db.models.expressions import RawSQL

from deployments import erasure_ledger, retention
from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from deployments.retention import RULES, Due, due_after_end
from deployments.watchlist import WITHDRAWN
from recognition import template_store
from recognition.models import Template


def register() -> None:
    retention.register("watchlist_templates", find=find_templates, erase=erase_templates)


def forget_entry(entry: WatchlistEntry) -> None:
    """A withdrawn entry takes its template with it."""
    count = template_store.remove(entry)
    erasure_ledger.record(
        "watchlist_templates", count=count, ground=WITHDRAWN, deployment=entry.deployment
    )


def find_templates() -> list[Due]:
    found = []
    for deployment in Deployment.objects.filter(
        pk__in=RawSQL(template_store.WITH_PARTITION, ()),  # noqa: S611  a constant
        status__in=(Status.ENDED, Status.CLOSED, Status.CANCELLED),
    ):
        due_at = due_after_end(deployment, "watchlist_templates")
        if due_at is not None:
            count = Template.objects.filter(deployment=deployment).count()
            found.append(Due(deployment, RULES["watchlist_templates"], due_at, count))
    return found


def erase_templates(due: Due) -> int:
    assert due.deployment is not None
    return template_store.drop(due.deployment)
