"""What stays to be read after the shift, and after the erasure."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from alerts import lifecycle
from alerts.enums import AlertStatus, EventKind, Outcome
from alerts.events import emit
from alerts.models import Alert
from alerts.timeline.drawing import WIDTH, drawing_of
from alerts.timeline.figures import MOST_BARS, Bar, Figure, figures_of, over_time
from alerts.timeline.rows import Source, timeline
from deployments import purge
from deployments.enums import Category, Response, Status
from deployments.lifecycle import end
from deployments.models import AuditEvent, Deployment, User
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from tests.factories import Cast, make_alert, make_camera, make_deployment, make_entry

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(deployment: Deployment) -> str:
    return reverse("alerts:timeline", args=[deployment.uuid])


def sheet_of(deployment: Deployment) -> str:
    return reverse("alerts:timeline_csv", args=[deployment.uuid])


def test_rows_say_who_did_what_to_which_alert(cast: Cast, live: Deployment) -> None:
    make_alert(live, status=AlertStatus.DISMISSED, by=cast.alice)
    make_alert(live, status=AlertStatus.RESOLVED, by=cast.bob, outcome=Outcome.SAFEGUARDING)

    rows = [row for row in timeline(live) if row.alert]

    assert [(row.alert, row.what, row.by, row.details) for row in rows] == [
        (1, "Raised", "", ""),
        (1, "Claimed", str(cast.alice), ""),
        (1, "Dismissed", str(cast.alice), "Features differ"),
        (2, "Raised", "", ""),
        (2, "Claimed", str(cast.bob), ""),
        (2, "Confirmed", str(cast.bob), ""),
        (2, "Officers sent", str(cast.bob), ""),
        (2, "Assessed by officers", str(cast.engagement_officer), "Could be the person"),
        (2, "Engaged", str(cast.engagement_officer), ""),
        (2, "Outcome recorded", str(cast.engagement_officer), "Safeguarding"),
    ]
    assert {row.camera for row in rows} == {live.cameras.get().name}


def test_second_claim_names_the_second_claimant(cast: Cast, live: Deployment) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    lifecycle.release(alert, by=cast.alice)
    lifecycle.claim(alert, by=cast.bob)

    claims = [row.by for row in timeline(live) if row.what == "Claimed"]

    assert claims == [str(cast.alice), str(cast.bob)]


def test_camera_states_and_the_deployments_own_stand_among_them(live: Deployment) -> None:
    run = CameraRun.objects.create(deployment=live, camera=live.cameras.get())
    for state in (RunState.CONNECTING, RunState.LIVE):
        CameraRun.objects.filter(pk=run.pk).update(state=state, state_words="")
    CameraRun.objects.filter(pk=run.pk).update(state=RunState.DARK, state_words="Too dark: 4")

    rows = timeline(live)

    cameras = [(row.what, row.details) for row in rows if row.source == Source.CAMERA]
    assert cameras == [("Connecting", ""), ("Live", ""), ("Picture too dark", "Too dark: 4")]
    assert [row.what for row in rows if row.source == Source.DEPLOYMENT][-1] == "Live"
    assert rows == sorted(rows, key=lambda row: row.at)


def test_it_stays_useful_after_erasure(cast: Cast, live: Deployment, settings: Settings) -> None:
    entry = make_entry(live, name="Zebulon Quux", reference="ZQ-771")
    make_alert(live, entry=entry, status=AlertStatus.RESOLVED)
    make_alert(live, status=AlertStatus.CONFIRMED)
    before, figures = timeline(live), figures_of(live)
    end(live, by=cast.alice, reason="The operation is over.")
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "alert": 0}
    purge.purge()

    after = timeline(live)

    assert [row for row in after if row.alert and row.what != "Erased"] == [
        row for row in before if row.alert
    ]
    assert figures_of(live) == figures
    text = client_of(cast.auditor).get(page_of(live)).content.decode()
    assert "Arrest" in text
    assert "counts, times and decisions" in text


def test_it_names_nobody_who_was_sought(cast: Cast, live: Deployment) -> None:
    entry = make_entry(live, name="Zebulon Quux", reference="ZQ-771")
    make_alert(live, entry=entry, status=AlertStatus.RESOLVED, similarity=0.7312)
    client = client_of(cast.alice)

    for address in (page_of(live), sheet_of(live)):
        text = client.get(address).content.decode()
        assert "Wanted by the courts" in text
        for secret in ("Zebulon", "ZQ-771", "0.73", "Same scar"):
            assert secret not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"source": "alert"}, {"Raised"}),
        ({"source": "decision", "alert": "2"}, {"Claimed", "Dismissed"}),
        ({"category": Category.MISSING_AT_RISK}, set()),
        ({"source": "deployment", "camera": "nowhere"}, None),
    ],
)
def test_filters(
    cast: Cast, live: Deployment, query: dict[str, str], found: set[str] | None
) -> None:
    make_alert(live)
    make_alert(live, status=AlertStatus.DISMISSED)

    response = client_of(cast.alice).get(page_of(live), query)

    shown = {row.what for row in response.context["page"]}
    if found is None:  # a camera that is none: the form says so and hides nothing
        assert "nowhere is not one of the available choices" in response.content.decode()
        assert "Raised" in shown
    else:
        assert shown == found


def seen_again(alert: Alert, *, times: int) -> None:
    with transaction.atomic():
        for _ in range(times):
            emit(alert, EventKind.SEEN_AGAIN)


def test_sightings_are_left_out_unless_asked_for_and_their_number_is_said(
    cast: Cast, live: Deployment
) -> None:
    seen_again(make_alert(live), times=12)
    seen_again(make_alert(live, status=AlertStatus.CLAIMED), times=3)
    client, address = client_of(cast.alice), page_of(live)

    plain, of_one = client.get(address), client.get(address, {"alert": "2"})

    assert "Seen again" not in {row.what for row in plain.context["page"]}
    assert "Not shown: 15 times" in plain.content.decode()
    assert "Not shown: 3 times" in of_one.content.decode()
    assert 'href="?alert=2&amp;seen_again=on"' in of_one.content.decode()
    whole = client.get(address, {"alert": "2", "seen_again": "on"})
    assert [row.what for row in whole.context["page"]].count("Seen again") == 3
    assert "Not shown" not in whole.content.decode()
    sheets = [client.get(sheet_of(live), query) for query in ({}, {"seen_again": "on"})]
    assert [sheet.content.count(b"Seen again") for sheet in sheets] == [0, 15]
    exported = AuditEvent.objects.filter(action="timeline.exported").order_by("sequence")
    assert [json.loads(event.details)["sightings_left_out"] for event in exported] == [15, 0]


def test_a_filter_of_sightings_alone_narrows_nothing(cast: Cast, live: Deployment) -> None:
    text = client_of(cast.alice).get(page_of(live), {"seen_again": "on"}).content.decode()

    assert "Clear the filter" not in text
    assert 'name="seen_again" id="id_seen_again" checked' in text


def test_sheet_has_the_filtered_rows_and_no_formula(cast: Cast) -> None:
    camera = make_camera(name="=HYPERLINK(1)")
    live = make_deployment(status=Status.LIVE, cameras=[camera])
    make_alert(live, entry=make_entry(live, response=Response.RED), status=AlertStatus.CLAIMED)

    response = client_of(cast.alice).get(sheet_of(live), {"source": "alert"})

    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["what"], row["camera"], row["response"]) for row in rows] == [
        ("Raised", "'=HYPERLINK(1)", "Red")
    ]
    assert response["Content-Type"].startswith("text/csv")
    assert "no-store" in response["Cache-Control"]
    assert AuditEvent.objects.get(action="timeline.exported").actor == "alice"


def test_who_knows_nothing_of_deployments_finds_none(cast: Cast, live: Deployment) -> None:
    for address in (page_of(live), sheet_of(live)):
        assert client_of(cast.charlie).get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_page_needs_no_inline_style(cast: Cast, live: Deployment) -> None:
    make_alert(live, status=AlertStatus.DISMISSED)

    text = client_of(cast.alice).get(page_of(live)).content.decode()

    assert text.count('role="img"') == 4
    assert " style=" not in text


def test_number_of_queries_does_not_grow(
    cast: Cast, live: Deployment, django_assert_max_num_queries: object
) -> None:
    client = client_of(cast.alice)
    for _ in range(6):
        make_alert(live, entry=make_entry(live), status=AlertStatus.RESOLVED)

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get(page_of(live))


@given(st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=60))
def test_every_alert_is_in_one_bar(seconds: list[int]) -> None:
    figure = over_time([NOON + timedelta(seconds=each) for each in seconds])

    assert figure.total == len(seconds)
    assert len(figure.bars) <= MOST_BARS
    assert figure.bars[0].count
    assert figure.bars[-1].count


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=24))
def test_bars_stay_in_their_picture(counts: list[int]) -> None:
    bars = tuple(Bar(str(index), count) for index, count in enumerate(counts))
    for key in ("time", "outcomes"):
        drawing = drawing_of(Figure(key, "Title", "Words.", bars))
        for shape, bar in zip(drawing.shapes, bars, strict=True):
            assert shape.x + shape.width <= WIDTH
            assert 0 <= shape.y <= shape.y + shape.height <= drawing.height
            assert bool(bar.count) == bool(shape.width and shape.height)


def test_waits_are_counted_from_the_alert(cast: Cast, live: Deployment) -> None:
    make_alert(live, status=AlertStatus.DISMISSED)
    make_alert(live)

    claim, decide, outcomes = figures_of(live)[1:]

    assert [claim.bars[0], decide.bars[0]] == [Bar("up to 10 s", 1)] * 2
    assert [(bar.label, bar.count) for bar in outcomes.bars] == [
        ("Dismissed by an operator", 1),
        ("Still open", 1),
    ]
