"""Building a watchlist: what is let on, what comes off, and what the ledger keeps."""

from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.db import transaction

from deployments import audit, image_store, lifecycle, watchlist, watchlist_review
from deployments.enums import EntryStatus, ImageKind, Response, Status
from deployments.lifecycle import Refused
from deployments.models import (
    AuditEvent,
    Deployment,
    StoredImage,
    WatchlistEntry,
    WatchlistLedger,
)
from recognition.models import Template
from tests.concurrency import at_once
from tests.factories import Cast, make_cast, make_deployment, make_entry, new_entry, person
from tests.tampering import refusal_of, run_sql

MAY_BE_CHANGED = {Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED}


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def _add(deployment: Deployment, **changes: object) -> WatchlistEntry:
    return watchlist.add_entry(deployment, new_entry(**changes), by=person("watchlist_manager"))


def test_an_entry_is_stored_whole_and_its_image_encrypted(deployment: Deployment, cast: Cast):
    new = new_entry(response=Response.RED)

    entry = watchlist.add_entry(deployment, new, by=cast.watchlist_manager)

    stored = WatchlistEntry.objects.get(pk=entry.pk)
    assert (stored.reference, stored.name, stored.response) == (new.reference, new.name, "red")
    assert (stored.status, stored.added_by) == (EntryStatus.PENDING, cast.watchlist_manager)
    assert stored.lawful_basis == new.lawful_basis
    assert image_store.read(stored.image) == new.image


def test_neither_name_nor_reference_is_in_the_audit_trail(deployment: Deployment):
    entry = _add(deployment, name="Ermintrude Featherstonehaugh", reference="PNC-4711")

    events = AuditEvent.objects.filter(deployment=deployment)
    written = " ".join(f"{event.subject} {event.reason} {event.details}" for event in events)
    assert events.filter(action="watchlist.added", subject=f"entry {entry.pk}").exists()
    assert "Ermintrude" not in written
    assert "PNC-4711" not in written


@pytest.mark.parametrize("status", Status)
def test_only_the_watchlist_of_an_authority_can_be_changed(cast: Cast, status: Status):
    deployment = make_deployment(status=status)

    if status in MAY_BE_CHANGED:
        assert _add(deployment).pk
    else:
        with pytest.raises(Refused, match="authorised deployment"):
            _add(deployment)


def test_only_a_watchlist_manager_changes_it(deployment: Deployment, cast: Cast):
    entry = make_entry(deployment)
    for name, user in cast.everyone().items():
        if not name.endswith("watchlist_manager"):
            with pytest.raises(Refused):
                watchlist.add_entry(deployment, new_entry(), by=user)
            with pytest.raises(Refused):
                watchlist.withdraw_entry(entry, by=user, reason="Found.")
    assert deployment.entries.count() == 1


def test_a_page_left_open_over_the_end_adds_nobody(cast: Cast):
    """The view's own object still says LIVE."""
    live = make_deployment(status=Status.LIVE)
    stale = Deployment.objects.get(pk=live.pk)
    lifecycle.end(live, by=cast.alice, reason="Over.")

    with pytest.raises(Refused):
        _add(stale)
    assert live.entries.count() == live.images.count() == 1


def test_a_category_that_was_not_authorised_is_refused(deployment: Deployment):
    with pytest.raises(Refused, match="was not authorised"):
        _add(deployment, category="witness")


def test_a_reference_is_on_a_list_once_and_a_refused_one_leaves_no_image(
    deployment: Deployment, cast: Cast
):
    _add(deployment, reference="R-1")

    with pytest.raises(Refused, match="already on the watchlist"):
        _add(deployment, reference="R-1")
    assert StoredImage.objects.filter(deployment=deployment).count() == 1
    assert _add(make_deployment(status=Status.AUTHORISED), reference="R-1").pk


def test_the_authorised_cap_holds(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, watchlist_cap=2)
    _add(deployment)
    _add(deployment)

    with pytest.raises(Refused, match="cap is 2"):
        _add(deployment)


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_against_many_at_once():
    make_cast()
    deployment = make_deployment(status=Status.AUTHORISED, watchlist_cap=3)
    person("watchlist_manager")

    results = at_once([lambda: _add(deployment)] * 8)

    assert sum(isinstance(result, WatchlistEntry) for result in results) == 3
    assert sum(isinstance(result, Refused) for result in results) == 5
    assert deployment.entries.count() == 3


@pytest.mark.django_db(transaction=True)
def test_enrolment_is_asked_for_after_the_commit(monkeypatch: pytest.MonkeyPatch):
    make_cast()
    deployment = make_deployment(status=Status.AUTHORISED)
    asked: list[list[int]] = []
    monkeypatch.setattr(watchlist, "send_enrolments", asked.append)

    with transaction.atomic():
        entry = _add(deployment)
        assert asked == []

    assert asked == [[entry.pk]]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_gone_does_not_lose_the_entry(monkeypatch: pytest.MonkeyPatch):
    """It is asked for again (recognition.control.rebuild_galleries)."""
    make_cast()
    deployment = make_deployment(status=Status.AUTHORISED)

    def gone(*_: Any, **__: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(current_app, "send_task", gone)
    entry = _add(deployment)

    assert WatchlistEntry.objects.get(pk=entry.pk).status == EntryStatus.PENDING


def test_a_review_opens_a_row_of_the_ledger_and_withdrawal_closes_it(
    deployment: Deployment, cast: Cast
):
    entry = make_entry(deployment, reference="R-1")
    row = WatchlistLedger.objects.get(deployment=deployment, reference="R-1")
    assert (row.category, row.removed_at) == (entry.category, None)

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")
    row.refresh_from_db()
    assert row.removed_at is not None

    make_entry(deployment, reference="R-1")
    assert WatchlistLedger.objects.filter(deployment=deployment, reference="R-1").count() == 2


def test_a_withdrawal_takes_entry_image_and_template(deployment: Deployment, cast: Cast):
    entry, other = make_entry(deployment), make_entry(deployment)
    image_id, entry_id = entry.image_id, entry.pk
    deployment.refresh_from_db()
    version = deployment.watchlist_version

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found safe.")

    assert not WatchlistEntry.objects.filter(pk=entry_id).exists()
    assert not StoredImage.objects.filter(pk=image_id).exists()
    held = Template.objects.filter(deployment=deployment)
    assert [template.entry_id for template in held] == [other.pk]
    deployment.refresh_from_db()
    assert deployment.watchlist_version == version + 1
    event = AuditEvent.objects.get(action="watchlist.withdrawn")
    assert (event.kind, event.subject, event.reason) == (
        "erasure",
        f"entry {entry_id}",
        "Found safe.",
    )


def test_a_withdrawal_says_why(deployment: Deployment, cast: Cast):
    with pytest.raises(Refused, match="Say why"):
        watchlist.withdraw_entry(make_entry(deployment), by=cast.watchlist_manager, reason=" ")


def test_a_second_withdrawal_is_refused_in_words(deployment: Deployment, cast: Cast):
    entry = make_entry(deployment)
    same = WatchlistEntry.objects.get(pk=entry.pk)
    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")

    with pytest.raises(Refused, match="withdrawn already"):
        watchlist.withdraw_entry(same, by=cast.watchlist_manager, reason="Found.")


def test_a_withdrawal_that_cannot_be_audited_did_not_happen(deployment: Deployment, cast: Cast):
    entry = make_entry(deployment)

    with (
        mock.patch.object(audit, "record", side_effect=OSError("no room")),
        pytest.raises(OSError, match="no room"),
    ):
        watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")

    stored = WatchlistEntry.objects.get(deployment=deployment)
    assert image_store.read(stored.image)
    assert Template.objects.filter(deployment=deployment).count() == 1
    assert WatchlistLedger.objects.filter(removed_at=None).count() == 1


def test_progress(deployment: Deployment):
    assert (watchlist.progress(deployment).percent, watchlist.progress(deployment).is_done) == (
        100,
        True,
    )
    make_entry(deployment)
    pending = make_entry(deployment, is_enrolled=False)
    make_entry(deployment, is_enrolled=False)
    watchlist.mark_refused(pending, reason="No face was found.")
    make_entry(deployment, is_reviewed=False)
    watchlist_review.send_back(
        make_entry(deployment, is_reviewed=False),
        by=person("second_watchlist_manager"),
        reason="Not the right person.",
    )

    state = watchlist.progress(deployment)
    assert (state.total, state.pending, state.to_review, state.enrolled) == (5, 1, 1, 1)
    assert (state.refused, state.returned) == (1, 1)
    assert (state.percent, state.is_done) == (80, False)


def test_the_database_holds_the_cap_whoever_writes(cast: Cast, app_role: None):
    deployment = make_deployment(status=Status.AUTHORISED, watchlist_cap=2)
    first = make_entry(deployment, is_enrolled=False)
    columns = ", ".join(
        str(field.column)
        for field in WatchlistEntry._meta.concrete_fields
        if field.column not in {"id", "reference", "image_id", "image_digest"}
    )
    image = image_store.put(deployment, b"x", kind=ImageKind.WATCHLIST)
    other = image_store.put(deployment, b"y", kind=ImageKind.WATCHLIST)
    copies = (
        f"INSERT INTO deployments_watchlistentry (reference, image_id, {columns})"
        f" SELECT 'copy ' || image, image, {columns} FROM deployments_watchlistentry,"
        " unnest(%s::uuid[]) AS image WHERE id = %s"
    )

    assert "its authorised cap is reached" in refusal_of(copies, [image.pk, other.pk], first.pk)
    run_sql(copies, [image.pk], first.pk)
    assert deployment.entries.count() == 2
