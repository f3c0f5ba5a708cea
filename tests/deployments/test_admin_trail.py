"""The trail in the admin: searched, read page by page in constant work, taken out on record, and
verified by an inspector who learns nobody's name."""

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deployments import audit, audit_checkpoints, audit_search, tasks
from deployments.audit_export import pseudonym
from deployments.audit_search import PAGE_SIZE, Search
from deployments.audit_verifier import main
from deployments.enums import AuditKind, Status
from deployments.models import AuditEvent, AuditVerification, Deployment
from tests.factories import Cast, make_alert, make_deployment
from tests.filling_trail import fill

LIST = "admin:deployments_auditevent_changelist"
EXPORT = "admin:deployments_auditevent_export"
VERIFICATION = "admin:deployments_auditevent_verification"
WHY = {"export-reason": "An inspection.", "export-to": "The Commissioner"}


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return client_of(cast.auditor)


@pytest.fixture
def inspector(cast: Cast) -> Client:
    return client_of(cast.inspector)


def shown(answer: Any) -> list[int]:
    return [event.sequence for event in answer.context["page"].events]


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_the_auditor_searches_the_trail(auditor: Client, cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    alert = make_alert(deployment)
    make_deployment(status=Status.SUBMITTED)
    rows = AuditEvent.objects.order_by("-sequence")

    searches: tuple[tuple[dict[str, Any], Any], ...] = (
        ({"kind": "decision"}, rows.filter(kind="decision")),
        ({"actor": "authorising_officer"}, rows.filter(actor="authorising_officer")),
        ({"deployment": deployment.pk}, rows.filter(deployment=deployment)),
        ({"action": "alert.raised"}, rows.filter(action="alert.raised")),
        ({"subject": f"alert {alert.pk}"}, rows.filter(subject=f"alert {alert.pk}")),
        ({"since": local(timezone.now() + timedelta(hours=1))}, rows.none()),
        ({"until": local(timezone.now() - timedelta(hours=1))}, rows.none()),
        (
            {"kind": "decision", "deployment": deployment.pk, "actor": "alice"},
            rows.filter(kind="decision", deployment=deployment, actor="alice"),
        ),
    )
    for query, expected in searches:
        found = auditor.get(reverse(LIST), query)
        assert found.status_code == 200, query
        wanted = list(expected.values_list("sequence", flat=True)[:PAGE_SIZE])
        assert shown(found) == wanted, query


def test_a_time_range_is_in_london_time_and_half_open(auditor: Client):
    minute = timezone.now().replace(second=0, microsecond=0)
    fill(10, start=minute - timedelta(minutes=5), step=timedelta(minutes=1))

    found = auditor.get(
        reverse(LIST),
        {"since": local(minute - timedelta(minutes=3)), "until": local(minute)},
    )

    assert [event.at for event in found.context["page"].events] == [
        minute - timedelta(minutes=ago) for ago in (1, 2, 3)
    ]


def test_a_range_that_ends_before_it_begins_is_refused_in_words(auditor: Client):
    answer = auditor.get(reverse(LIST), {"since": "2026-02-01T00:00", "until": "2026-01-01T00:00"})

    assert "It ends before it begins." in answer.content.decode()


def test_pages_join_without_a_gap_or_an_overlap_in_both_directions(auditor: Client):
    fill(3 * PAGE_SIZE + 7)
    fill(60, start=timezone.now(), step=timedelta(0))  # many in one microsecond
    everything = list(
        AuditEvent.objects.order_by("-at", "-sequence").values_list("sequence", flat=True)
    )

    down: list[int] = []
    page = audit_search.page(Search())
    assert page.newer is None
    while True:
        down += [event.sequence for event in page.events]
        if page.older is None:
            break
        page = audit_search.page(Search(), before=page.older)
    up: list[int] = []
    page = audit_search.page(Search(), from_end=True)
    assert page.older is None
    while True:
        up = [event.sequence for event in page.events] + up
        if page.newer is None:
            break
        page = audit_search.page(Search(), after=page.newer)

    assert down == everything
    assert up == everything


SEARCHES: dict[str, Callable[[Deployment], Search]] = {
    "nothing": lambda _: Search(),
    "kind": lambda _: Search(kind="consultation"),
    "action": lambda _: Search(action="test.2"),
    "actor": lambda _: Search(actor="alice"),
    "deployment": lambda deployment: Search(deployment=deployment),
    "time": lambda _: Search(until=timezone.now() - timedelta(days=200)),
    "kind and time": lambda _: Search(
        kind="consultation", until=timezone.now() - timedelta(days=200)
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_page_reads_one_index_and_few_rows(db: None, name: str):
    """What makes a page as fast among millions: it reads on from a place, and sorts nothing."""
    deployment = make_deployment()
    fill(20_000, deployments=[deployment.pk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE deployments_auditevent")
    rows = SEARCHES[name](deployment).events.order_by("-at", "-sequence")[:51]

    (explained,) = json.loads(rows.explain(format="json", analyze=True))
    plan = json.dumps(explained)

    assert "Index Scan" in plan
    assert "Seq Scan" not in plan
    assert '"Sort"' not in plan
    skipped = [int(count) for count in re.findall(r'Removed by Filter": (\d+)', plan)]
    assert sum(skipped) < 1000  # of 20,000


def test_the_work_of_a_page_does_not_grow_with_the_trail(auditor: Client, cast: Cast):
    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert auditor.get(address).status_code == 200
        assert not any("COUNT(" in query["sql"] for query in found)
        return len(found)

    fill(2 * PAGE_SIZE)
    few = queries(reverse(LIST))
    fill(10 * PAGE_SIZE)

    middle = AuditEvent.objects.order_by("sequence")[5 * PAGE_SIZE].sequence
    assert queries(reverse(LIST)) == few <= 10
    assert queries(f"{reverse(LIST)}?before={middle}") <= few + 1
    assert queries(f"{reverse(LIST)}?kind=consultation&after={middle}") <= few + 1


@pytest.mark.parametrize("query", ["before=x", "before=-1", "after=" + "9" * 30, "kind=none"])
def test_a_mistyped_address_is_answered_with_the_trail(auditor: Client, query: str):
    fill(3)

    assert auditor.get(f"{reverse(LIST)}?{query}").status_code == 200


def test_an_export_is_a_sheet_without_formulae_and_a_disclosure(auditor: Client, cast: Cast):
    audit.record("test.bad", kind=AuditKind.ACCESS, by=None, reason='=HYPERLINK("http://x")')
    audit.record("test.other", kind=AuditKind.DECISION, by=None)

    answer = auditor.post(f"{reverse(EXPORT)}?kind=access", WHY)

    rows = list(csv.reader(StringIO(body(answer).removeprefix("\ufeff"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert rows[0][:4] == ["sequence", "at", "kind", "action"]
    assert {row[2] for row in rows[1:]} == {"access"}
    assert "'=HYPERLINK" in rows[-1][7]
    event = AuditEvent.objects.get(action="audit.exported")
    assert (event.kind, event.actor) == ("disclosure", "auditor")
    assert event.reason == "An inspection. Given to: The Commissioner"
    assert json.loads(event.details)["kind"] == "access"


@pytest.mark.parametrize("missing", list(WHY))
def test_nothing_leaves_without_a_reason_and_a_name(auditor: Client, missing: str):
    answer = auditor.post(reverse(EXPORT), WHY | {missing: " "})

    assert answer.status_code == 400
    assert "Say w" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


def test_a_long_export_is_read_in_batches_and_whole(auditor: Client, monkeypatch: Any):
    monkeypatch.setattr(audit_search, "BATCH", 7)
    fill(50)

    answer = auditor.post(reverse(EXPORT), WHY)

    rows = list(csv.reader(StringIO(body(answer).removeprefix("\ufeff"))))[1:]
    assert sorted(int(row[0]) for row in rows) == list(range(1, len(rows) + 1))
    assert rows[-1][3] == "audit.exported"


def test_the_inspector_sees_every_event_and_nobodys_name_or_words(inspector: Client, cast: Cast):
    audit.record("test.told", kind=AuditKind.DECISION, by=cast.alice, reason="Ask John Smith.")
    event = AuditEvent.objects.get(action="test.told")
    pages: list[HttpResponse] = [
        inspector.get(reverse(LIST)),  # type: ignore[list-item]
        inspector.get(reverse("admin:deployments_auditevent_change", args=[event.pk])),  # type: ignore[list-item]
    ]

    for text in (page.content.decode() for page in pages):
        assert "test.told" in text
        assert pseudonym("alice") in text
        assert "alice" not in text
        assert "John Smith" not in text
    sheet = body(inspector.post(reverse(EXPORT), WHY))
    assert "test.told" in sheet
    assert "alice" not in sheet
    assert "John Smith" not in sheet
    # Not even by trying names in the address.
    assert event.sequence in shown(inspector.get(reverse(LIST), {"actor": "bob"}))


def test_an_inspector_verifies_the_trail_with_what_the_page_hands_out(
    inspector: Client, cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    audit.record("test.told", kind=AuditKind.DECISION, by=cast.alice, reason="Ask John Smith.")
    made = audit_checkpoints.make()
    assert made is not None

    def take(name: str, *arguments: object) -> Path:
        answer = inspector.get(reverse(f"admin:deployments_auditevent_{name}", args=arguments))
        assert answer.status_code == 200
        path = tmp_path / f"{name}.txt"
        path.write_bytes(answer.content)
        return path

    assert made.file_name in inspector.get(reverse(VERIFICATION)).content.decode()
    trail = tmp_path / "trail.jsonl"
    answer = inspector.post(reverse("admin:deployments_auditevent_trail"), WHY)
    trail.write_text(body(answer))
    key, checkpoint = take("key"), take("checkpoint", made.sequence)

    assert "alice" not in trail.read_text()
    assert "Ed25519PublicKey" in take("verifier").read_text()
    assert main([str(trail), "--key", str(key), "--checkpoint", str(checkpoint)]) == 0
    assert "unbroken, 1 checkpoints" in capsys.readouterr().out
    # The withheld trail ends with the event of its own taking.
    assert json.loads(trail.read_text().splitlines()[-1])["action"] == "audit.exported"


def test_an_inspector_has_the_trail_verified_and_reads_what_was_found(
    inspector: Client, cast: Cast
):
    with patch("deployments.queues.current_app.send_task") as sent:
        answer = inspector.post(reverse("admin:deployments_auditevent_verify"))
    assert answer.status_code == 302
    assert sent.call_args.args[0] == tasks.verify_audit.name
    assert "not been verified yet" in inspector.get(reverse(VERIFICATION)).content.decode()

    tasks.verify_audit(*sent.call_args.kwargs["args"])

    assert AuditVerification.objects.get().by == "inspector"
    assert "Unbroken:" in inspector.get(reverse(VERIFICATION)).content.decode()


@pytest.mark.parametrize("who", ["alice", "system_administrator", "authorising_officer"])
def test_nobody_else_reads_exports_or_verifies(cast: Cast, who: str):
    client = client_of(cast.everyone()[who])

    for name in ("changelist", "verification", "key", "verifier"):
        assert client.get(reverse(f"admin:deployments_auditevent_{name}")).status_code in {302, 403}
    for name in ("export", "trail", "verify"):
        answer = client.post(reverse(f"admin:deployments_auditevent_{name}"), WHY)
        assert answer.status_code in {302, 403}
    assert not AuditEvent.objects.filter(action="audit.exported").exists()
