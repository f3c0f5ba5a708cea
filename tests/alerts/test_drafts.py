"""What was begun and not yet decided: kept for its writer alone, and gone with the decision."""

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import drafts, lifecycle, second_opinions
from alerts.drafts import draft_of
from alerts.enums import AlertStatus, DismissalReason, Factor, Verdict
from alerts.erasure import forget_entry
from alerts.findings import Findings
from alerts.models import Alert, JudgementDraft
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent
from tests.factories import Cast, make_alert, make_deployment

pytestmark = [pytest.mark.django_db]

BEGUN = Findings(
    in_favour=(Factor.NOSE,), against=(Factor.EARS,), texts={"subject": "A scar on the left."}
)
FIELDS = {"in_favour": ["nose"], "against": ["ears"], "subject": "A scar on the left."}


@pytest.fixture
def claimed(cast: Cast) -> Alert:
    return make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.CLAIMED)


def test_writer_reads_it_again_and_nobody_else_does(cast: Cast, claimed: Alert) -> None:
    client, other = Client(), Client()
    client.force_login(cast.alice)
    other.force_login(cast.bob)
    before = AuditEvent.objects.count()

    answer = client.post(reverse("alerts:draft", args=[claimed.uuid]), FIELDS)

    assert answer.status_code == 200
    assert "scar" not in answer.content.decode()
    assert AuditEvent.objects.count() == before
    detail = reverse("alerts:detail", args=[claimed.uuid])
    assert client.get(detail).json()["draft"] == FIELDS | {
        "system": "",
        "environment": "",
        "reason": "",
    }
    assert other.get(detail).json()["draft"] is None


def test_last_one_counts(cast: Cast, claimed: Alert) -> None:
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)
    drafts.keep(claimed, by=cast.alice, findings=Findings(), reason=DismissalReason.DIFFERENT_AGE)

    assert JudgementDraft.objects.count() == 1
    kept = draft_of(claimed, by=cast.alice)
    assert kept is not None
    assert (kept["in_favour"], kept["subject"], kept["reason"]) == ([], "", "different_age")


def test_only_whoever_weighs_has_one(cast: Cast, claimed: Alert) -> None:
    for person in (cast.bob, cast.engagement_officer, cast.auditor):
        with pytest.raises(Refused):
            drafts.keep(claimed, by=person, findings=BEGUN)
    waiting = make_alert(claimed.deployment)
    with pytest.raises(Refused, match="Claim this alert first"):
        drafts.keep(waiting, by=cast.alice, findings=BEGUN)
    for alert, person in ((claimed, cast.bob), (waiting, cast.alice)):
        with pytest.raises(Error, match="whoever weighs"), transaction.atomic():
            JudgementDraft.objects.create(alert=alert, by=person)


@pytest.mark.parametrize("fields", [{"in_favour": ["shoes"]}, {"reason": "a_feeling"}])
def test_nothing_outside_the_lists_is_kept(
    cast: Cast, claimed: Alert, fields: dict[str, object]
) -> None:
    client = Client()
    client.force_login(cast.alice)

    answer = client.post(reverse("alerts:draft", args=[claimed.uuid]), fields)

    assert answer.status_code == 409
    assert not JudgementDraft.objects.exists()


def test_decision_takes_it_along_and_undoing_brings_it_back(
    cast: Cast, claimed: Alert, settings: Settings
) -> None:
    settings.UNDO_S = 600
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)

    lifecycle.dismiss(
        claimed, by=cast.alice, reason=DismissalReason.DIFFERENT_FEATURES, findings=BEGUN
    )
    assert not JudgementDraft.objects.exists()
    lifecycle.undo(claimed, by=cast.alice)

    kept = draft_of(claimed, by=cast.alice)
    assert kept is not None
    assert (kept["against"], kept["subject"]) == (["ears"], "A scar on the left.")
    assert kept["reason"] == DismissalReason.DIFFERENT_FEATURES
    lifecycle.confirm(claimed, by=cast.alice, findings=BEGUN)
    assert not JudgementDraft.objects.exists()


def test_giving_it_back_leaves_nothing_and_going_away_does(cast: Cast, claimed: Alert) -> None:
    """Whoever confirms who they are, or loads the page, may take longer than the alert waits."""
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)
    lifecycle.abandon(claimed)
    lifecycle.claim(claimed, by=cast.alice)
    assert draft_of(claimed, by=cast.alice) is not None

    lifecycle.release(claimed, by=cast.alice)
    assert not JudgementDraft.objects.exists()

    lifecycle.claim(claimed, by=cast.alice)
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)
    lifecycle.abandon(claimed)
    lifecycle.claim(claimed, by=cast.bob)
    assert not JudgementDraft.objects.exists()


def test_second_operator_has_their_own(cast: Cast, claimed: Alert) -> None:
    lifecycle.look_first(claimed, by=cast.alice, findings=BEGUN)
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)
    second_opinions.ask(claimed, by=cast.alice)
    drafts.keep(claimed, by=cast.bob, findings=Findings(in_favour=(Factor.EYES,)))
    with pytest.raises(Refused):
        drafts.keep(claimed, by=cast.alice, findings=Findings())

    second_opinions.answer(
        claimed,
        by=cast.bob,
        verdict=Verdict.CONFIRMED,
        findings=Findings(in_favour=(Factor.EYES,)),
    )

    assert draft_of(claimed, by=cast.bob) is None
    assert draft_of(claimed, by=cast.alice) is not None


def test_erasure_leaves_none_whoever_erases(cast: Cast, claimed: Alert) -> None:
    drafts.keep(claimed, by=cast.alice, findings=BEGUN)
    other = make_alert(claimed.deployment, status=AlertStatus.CLAIMED)
    drafts.keep(other, by=cast.alice, findings=BEGUN)
    assert claimed.entry is not None

    forget_entry(claimed.entry)
    empty = {"entry": None, "probe": None, "context": None, "face_box": None, "probe_eyes": None}
    Alert.objects.filter(pk=other.pk).update(erased_at=timezone.now(), **empty)

    assert not JudgementDraft.objects.exists()
    with pytest.raises(Error, match="whoever weighs"), transaction.atomic():
        JudgementDraft.objects.create(alert=other, by=cast.alice, saved_at=timezone.now())
