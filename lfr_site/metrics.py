"""Numbers for the force's monitoring: counts, ages and states, nothing about anybody.

Asked of the database at each scrape, so that every web process tells the same."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import purge
from deployments.enums import Status
from deployments.footage import holds
from deployments.models import AuditCheckpoint, AuditEvent, AuditVerification
from deployments.overdue import overdue_figures
from deployments.retention import RULES
from recognition.models import CameraRun
from recognition.models.camera_run import RunState

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """To whoever holds the token; without one, to this machine alone. Nobody else is told that
    there is anything."""
    if not _may_read(request):
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # Through a proxy everybody comes from this machine.
    is_direct = settings.SECURE_PROXY_SSL_HEADER is None and not (
        {"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"} & set(request.headers)
    )
    return is_direct and request.META.get("REMOTE_ADDR") in LOOPBACK


class SiteCollector(Collector):
    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked of the database before there is a scrape."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _audit()
        overdue = _by_label("lfr_erasures_overdue", "Data that outlives its rule, by kind.", "kind")
        late = [due.rule.kind for due in purge.overdue()]
        for kind in RULES:
            overdue.add_metric([kind], late.count(kind))
        yield overdue
        figures = overdue_figures()
        yield _gauge("lfr_erasures_overdue_items", "Things that outlive their rule.", figures.count)
        yield _gauge(
            "lfr_erasures_overdue_oldest_seconds",
            "How long ago the first of them was due.",
            figures.oldest_s,
        )
        yield from _holds()
        waiting = Alert.objects.filter(
            status=AlertStatus.RAISED, deployment__status__in=(Status.LIVE, Status.SUSPENDED)
        )
        yield _gauge("lfr_alerts_waiting", "Alerts that nobody has taken.", waiting.count())
        cameras = _by_label("lfr_cameras", "Cameras of live deployments by state.", "state")
        runs = CameraRun.objects.filter(deployment__status=Status.LIVE)
        states = dict(runs.values_list("state").annotate(Count("pk")).order_by())
        for state in RunState.values:
            cameras.add_metric([state], states.get(state, 0))
        yield cameras


def _holds() -> Iterator[GaugeMetricFamily]:
    still_open = holds.still_open()
    yield _gauge("lfr_footage_holds", "Holds that keep footage.", still_open.count())
    yield _gauge(
        "lfr_footage_hold_reviews_overdue",
        "Holds whose review date has passed.",
        holds.overdue().count(),
    )
    yield _gauge(
        "lfr_footage_hold_reviews_overdue_oldest_seconds",
        "How long ago the first of them was to be reviewed.",
        holds.overdue_for(still_open.first()).total_seconds(),
    )


def _audit() -> Iterator[GaugeMetricFamily]:
    head = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    signed, verified = AuditCheckpoint.objects.first(), AuditVerification.objects.first()
    yield _gauge("lfr_audit_head", "The number of the newest audit event.", head)
    yield _gauge(
        "lfr_audit_unsigned_events",
        "Audit events since the newest signed checkpoint.",
        head - (signed.sequence if signed else 0),
    )
    yield _gauge(
        "lfr_audit_checkpoint_timestamp_seconds",
        "When the newest checkpoint was signed; 0 for never.",
        signed.at.timestamp() if signed else 0,
    )
    yield _gauge(
        "lfr_audit_verified_timestamp_seconds",
        "When the whole trail was last verified; 0 for never.",
        verified.at.timestamp() if verified else 0,
    )
    yield _gauge(
        "lfr_audit_faults",
        "What the last verification found wrong.",
        len(verified.faults) if verified else 0,
    )


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _by_label(name: str, words: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, labels=[label])


REGISTRY.register(SiteCollector())
