"""What people typed, wherever they typed it, is in no page and no export of an inspector's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import audit
from deployments.enums import AuditKind, FootageGround, Status
from deployments.models import AuditEvent, Deployment, FootageDisclosure
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_deployment

pytestmark = pytest.mark.usefixtures("recognition_worker")
NAME = "Wilhelmina Undisclosed"
TRAIL = "admin:deployments_auditevent_{}"
WHY = {"export-reason": f"For {NAME}.", "export-to": NAME}


@pytest.fixture
def live(cast: Cast, settings: Settings) -> Deployment:
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    return make_deployment(status=Status.LIVE, records_cctv=True)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def typed_everywhere(live: Deployment, cast: Cast) -> None:
    """A disclosure with its export, a hold, a look, an export of the trail, changes of people."""
    recorded(live)
    officer, footage = (
        client_of(cast.disclosure_officer),
        reverse("deployments:footage", args=[live.uuid]),
    )
    said = {"ground": FootageGround.COMPLAINT.value, "reason": f"For {NAME}."}
    to = {"recipient": f"{NAME} & Co", "recipient_person": NAME}
    review = {"review_on": (timezone.localdate() + timedelta(days=14)).isoformat()}
    for action in ({"action": "hand_over", **to}, {"action": "hold", **review}, {"action": "look"}):
        assert officer.post(footage, said | action).status_code == 302
    made = FootageDisclosure.objects.get()
    assert made.recipient == f"{NAME} & Co"
    officer.get(reverse("deployments:footage_export", args=[live.uuid, made.pk]))
    auditor = client_of(cast.auditor)
    body(auditor.post(f"{reverse(TRAIL.format('export'))}?subject={NAME}", WHY))
    administrator = client_of(cast.system_administrator)
    person = cast.charlie
    changed = {
        "username": person.username,
        "first_name": "Wilhelmina",
        "last_name": "Undisclosed",
        "rank": person.rank,
        "roles": person.roles,
        "is_active": "on",
    }
    address = reverse("admin:deployments_user_change", args=[person.pk])
    assert administrator.post(address, changed).status_code == 302
    make_deployment(title=f"Looking for {NAME}")


def test_an_inspector_reads_nothing_that_anybody_typed(live: Deployment, cast: Cast):
    typed_everywhere(live, cast)
    inspector = client_of(cast.inspector)
    events = AuditEvent.objects.all()
    actions = set(events.values_list("action", flat=True))
    assert {"footage.disclosed", "footage.exported", "footage.held", "footage.viewed"} <= actions
    assert {"audit.exported", "user.changed", "application.begun"} & actions
    assert any(NAME in event.reason for event in events), "the test can fail"

    pages = [
        inspector.get(reverse(TRAIL.format("changelist"))).content.decode(),
        *(
            inspector.get(reverse(TRAIL.format("change"), args=[event.pk])).content.decode()
            for event in events
        ),
        body(inspector.post(reverse(TRAIL.format("export")), WHY)),
        body(inspector.post(reverse(TRAIL.format("trail")), WHY)),
    ]

    assert all("footage.disclosed" in pages[each] for each in (0, -2, -1))
    for text in pages:
        for word in NAME.split():
            assert word not in text


def test_an_auditor_of_the_force_reads_to_whom_in_the_record_of_the_disclosure(
    live: Deployment, cast: Cast
):
    typed_everywhere(live, cast)

    page = client_of(cast.auditor).get(reverse("deployments:footage", args=[live.uuid]))

    assert f"{NAME} &amp; Co" in page.content.decode()


@pytest.mark.parametrize(
    "details",
    [
        {"to": "Crown Prosecution Service"},
        {"deep": [{"er": "John Smith"}]},
        {"name": "Zo\u00eb"},
        {"quote": 'O"Brien'},
        {"line": "a\nb"},
    ],
)
def test_the_database_takes_no_words_in_details(db: None, details: dict[str, object]):
    with pytest.raises(DatabaseError, match="not words"), transaction.atomic():
        audit.record("test.done", kind=AuditKind.DECISION, by=None, details=details)


def test_the_database_takes_codes_numbers_and_moments(db: None):
    details = {
        "codes": ["embedded@1.0", "a-b_c", ""],
        "count": 1.5,
        "done": True,
        "none": None,
        "at": timezone.now(),
        "on": timezone.localdate(),
    }

    audit.record("test.done", kind=AuditKind.DECISION, by=None, details=details)

    assert AuditEvent.objects.get(action="test.done").details.count("T") == 1
