"""What the audit trail costs a transition, how fast it is verified, and how fast a page of it is
among millions."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import psycopg
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments import audit, audit_checkpoints
from deployments.audit_verification import verify
from deployments.enums import AuditKind, Rank, Role
from deployments.locking import lock
from deployments.models import AuditEvent, Deployment, User
from recognition.bench.options import Options
from recognition.bench.scene import authorised
from recognition.bench.trail import fill

EVENTS, QUICK_EVENTS = 5_000_000, 100_000
TRANSITIONS, QUICK_TRANSITIONS = 3000, 300
VISITS, QUICK_VISITS = 20, 3


def measure(options: Options) -> dict[str, Any]:
    events = int(options.chosen(QUICK_EVENTS, EVENTS))
    deployment = authorised("The audit trail")
    _filled(events, deployment)
    audit_checkpoints.make()
    return {
        "audit_events": events,
        **_pages(deployment, visits=int(options.chosen(QUICK_VISITS, VISITS))),
        **_inserts(deployment, count=int(options.chosen(QUICK_TRANSITIONS, TRANSITIONS))),
        **_verified(),
    }


def _filled(events: int, deployment: Deployment) -> None:
    """A year of them; every hundredth is of the one deployment."""
    step = timedelta(days=365) / events
    begins = timezone.now() - timedelta(days=365)
    with psycopg.connect(os.environ["LFR_DATABASE_OWNER_URL"], autocommit=True) as owner:
        with owner.transaction():
            fill(owner.cursor(), events, start=begins, step=step, deployments=[deployment.pk])
        owner.execute("VACUUM ANALYZE deployments_auditevent")


def _inserts(deployment: Deployment, *, count: int) -> dict[str, Any]:
    """A transition's transaction with its event and without, in turns: the difference is what the
    event adds, the commit included."""
    whole: dict[bool, list[float]] = {True: [], False: []}
    calls: list[float] = []
    for number in range(2 * count):
        is_audited = number % 2 == 0
        began = time.perf_counter()
        with transaction.atomic():
            lock(deployment.pk)
            Deployment.objects.filter(pk=deployment.pk).update(
                watchlist_version=F("watchlist_version") + 1
            )
            if is_audited:
                before = time.perf_counter()
                audit.record(
                    "bench.moved",
                    kind=AuditKind.DECISION,
                    by=deployment.applicant,
                    deployment=deployment,
                    reason="To measure.",
                    details={"from": "authorised", "to": "ready"},
                )
                calls.append(time.perf_counter() - before)
        whole[is_audited].append(time.perf_counter() - began)
    added = _p95(whole[True]) - _p95(whole[False])
    return {
        "audit_added_p95_ms": round(added, 3),
        "audit_insert_p95_ms": round(_p95(calls), 3),
        "audit_transition_p95_ms": round(_p95(whole[True]), 3),
    }


def _p95(seconds: list[float]) -> float:
    return 1000 * sorted(seconds)[len(seconds) * 95 // 100]


def _verified() -> dict[str, Any]:
    began = time.perf_counter()
    found = verify()
    taken = time.perf_counter() - began
    assert found.is_sound, found.faults
    return {
        "audit_verified_events": found.count,
        "audit_verified_per_s": round(found.count / taken),
    }


def _pages(deployment: Deployment, *, visits: int) -> dict[str, Any]:
    """Signed in as an auditor, the whole answer: the first visit of each counts as well."""
    client = Client(SERVER_NAME="localhost")
    person = User.objects.create(username="bench.auditor", rank=Rank.STAFF, roles=[Role.AUDITOR])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    trail = reverse("admin:deployments_auditevent_changelist")
    last = AuditEvent.objects.latest("sequence").sequence
    ago = timezone.localtime(timezone.now() - timedelta(days=200))
    until = f"until={ago:%Y-%m-%dT%H:%M}"
    queries = {
        "newest": "",
        "in the middle": f"before={last // 2}",
        "oldest": "end=1",
        "a kind": "kind=consultation",
        "a kind, 200 days ago": f"kind=consultation&{until}",
        "a person": "actor=alice",
        "an action": "action=test.7",
        "an action of nobody": "action=deployment.submit&actor=nobody",
        "a deployment": f"deployment={deployment.pk}",
        "a deployment, a kind and a person": (
            f"deployment={deployment.pk}&kind=erasure&actor=system&{until}"
        ),
        "a subject": "subject=alert+77",
    }
    taken = {name: _visits(client, f"{trail}?{query}", visits) for name, query in queries.items()}
    return {"audit_page_ms": {name: round(1000 * max(each)) for name, each in taken.items()}}


def _visits(client: Client, address: str, count: int) -> list[float]:
    found = []
    for _ in range(count):
        began = time.perf_counter()
        assert client.get(address).status_code == 200
        found.append(time.perf_counter() - began)
    return found
