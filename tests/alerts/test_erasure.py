"""The person goes, the statistic stays."""

from datetime import timedelta

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import erasure, lifecycle, raising
from alerts.enums import AlertStatus, EventKind
from alerts.findings import Findings
from alerts.models import Adjudication, Alert
from deployments import image_store, purge, watchlist
from deployments.enums import Status
from deployments.models import Deployment, StoredImage
from tests.factories import Cast, make_alert, make_deployment, make_entry, new_alert
from tests.tampering import triggers_disabled

# What may stay of an erased alert: no column that leads to a person or a picture.
STATISTIC = {
    "id",
    "uuid",
    "deployment_id",
    "camera_id",
    "status",
    "category",
    "response",
    "similarity",
    "threshold",
    "profile",
    "profile_version",
    "is_lookalike",
    "captured_at",
    "raised_at",
    "last_seen_at",
    "sighting_count",
    "source_position_s",
    "claimed_by_id",
    "claimed_at",
    "decided_at",
    "undo_until",
    "sending_at",
    "dispatched_at",
    "escalated_at",
    "erased_at",
}


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def _row(alert: Alert) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM alerts_alert WHERE id = %s", [alert.pk])
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def test_an_erased_alert_keeps_no_column_about_a_person(live: Deployment):
    alert = make_alert(live, status=AlertStatus.DISMISSED)

    purge.purge()

    row = _row(alert)
    assert row["erased_at"] is not None
    assert {name for name, value in row.items() if value is not None} <= STATISTIC
    assert {name: row[name] for name in set(row) - STATISTIC} == dict.fromkeys(
        ("entry_id", "probe_id", "context_id", "face_box", "probe_eyes")
    )


def test_what_the_operator_wrote_goes_and_the_verdict_stays(live: Deployment, cast: Cast):
    alert = make_alert(live, status=AlertStatus.CLAIMED)
    lifecycle.dismiss(
        alert,
        by=cast.alice,
        reason="lookalike",
        findings=Findings(
            texts={"subject": "Her brother.", "system": "Dark.", "environment": "Rain."}
        ),
    )

    purge.purge()

    judgement = Adjudication.objects.get(alert=alert)
    assert (judgement.verdict, judgement.dismissal_reason) == ("dismissed", "lookalike")
    assert judgement.by == cast.alice
    texts = model_to_dict(judgement, ["subject_factors", "system_factors", "environment_factors"])
    assert set(texts.values()) == {""}


def test_images_go_with_row_and_file(live: Deployment, django_capture_on_commit_callbacks: object):
    alert = make_alert(live, status=AlertStatus.DISMISSED)
    assert alert.probe is not None
    assert alert.context is not None
    ids = [alert.probe.pk, alert.context.pk]

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        purge.purge()

    assert not StoredImage.objects.filter(pk__in=ids).exists()
    assert not any(image_store.path_of(pk).exists() for pk in ids)


def test_consoles_hear_that_it_is_gone(live: Deployment):
    alert = make_alert(live, status=AlertStatus.DISMISSED)

    purge.purge()

    assert alert.events.order_by("-sequence")[0].kind == EventKind.ERASED


def test_a_face_still_in_view_is_not_asked_about_again_once_its_alert_was_dismissed(
    live: Deployment,
):
    entry, camera = make_entry(live), live.cameras.get()
    dismissed = make_alert(live, entry=entry, camera=camera, status=AlertStatus.DISMISSED)

    def sighting(continues: int | None) -> Alert | None:
        return raising.raise_alert(live, camera, new_alert(entry), continues=continues)

    assert sighting(dismissed.pk) is None
    purge.purge()
    assert sighting(dismissed.pk) is None

    passes_again = sighting(None)
    assert passes_again is not None
    assert passes_again.pk != dismissed.pk
    assert sighting(passes_again.pk) == passes_again


def test_a_dismissed_alert_goes_at_once_and_an_open_one_waits_for_the_end(
    live: Deployment, settings: Settings, cast: Cast
):
    from deployments import lifecycle as deployment_lifecycle

    alerts = {status: make_alert(live, status=status) for status in AlertStatus}
    purge.purge()
    assert _erased(alerts) == {AlertStatus.DISMISSED, AlertStatus.NOT_SOUGHT}

    deployment_lifecycle.end(live, by=cast.alice, reason="Over.")
    purge.purge()
    assert _erased(alerts) == {AlertStatus.DISMISSED, AlertStatus.NOT_SOUGHT}

    settings.RETENTION_PERIODS_S = {"alert": 0}
    purge.purge()
    assert _erased(alerts) == set(AlertStatus)


def _erased(alerts: dict[AlertStatus, Alert]) -> set[AlertStatus]:
    gone = Alert.objects.exclude(erased_at=None).values_list("pk", flat=True)
    return {status for status, alert in alerts.items() if alert.pk in set(gone)}


def test_a_period_for_false_alerts_runs_from_each_decision(live: Deployment, settings: Settings):
    settings.RETENTION_PERIODS_S = {"false_alert": 3600}
    old, new = (make_alert(live, status=AlertStatus.DISMISSED) for _ in range(2))
    with triggers_disabled("alerts_alert"):
        Alert.objects.filter(pk=old.pk).update(decided_at=timezone.now() - timedelta(hours=2))

    (due,) = erasure.find_dismissed()
    assert due.is_overdue
    purge.purge()

    assert Alert.objects.get(pk=old.pk).is_erased
    assert not Alert.objects.get(pk=new.pk).is_erased
    (due,) = erasure.find_dismissed()
    assert not due.is_overdue


def test_a_withdrawn_person_takes_their_alerts_pictures_along(live: Deployment, cast: Cast):
    entry = make_entry(live)
    alerts = [
        make_alert(live, entry=entry, camera=live.cameras.get(), status=AlertStatus.CONFIRMED)
    ]
    other = make_alert(live)

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")

    assert all(Alert.objects.get(pk=alert.pk).is_erased for alert in alerts)
    assert not Alert.objects.get(pk=other.pk).is_erased
    assert [image.probe_alert for image in StoredImage.objects.filter(kind="probe")] == [other]


def test_after_an_erasure_the_same_person_raises_a_new_alert(live: Deployment):
    """They are still sought, and nothing is left that could be extended."""
    entry = make_entry(live)
    first = make_alert(live, entry=entry, status=AlertStatus.DISMISSED)
    purge.purge()

    second = make_alert(live, entry=entry)

    assert second.pk != first.pk
