"""Nobody is searched for before somebody else has looked, by the code and by the database."""

from collections.abc import Callable

import pytest
from django.db import transaction

from deployments import watchlist, watchlist_review
from deployments.enums import EntryStatus, Status
from deployments.lifecycle import Refused
from deployments.models import (
    AuditEvent,
    Deployment,
    LikelySamePerson,
    WatchlistEntry,
    WatchlistLedger,
)
from recognition import template_store
from tests.concurrency import at_once
from tests.factories import Cast, make_cast, make_deployment, make_entry, person
from tests.tampering import refusal_of, run_sql


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


@pytest.fixture
def waiting(deployment: Deployment) -> WatchlistEntry:
    return make_entry(deployment, is_reviewed=False)


def _accept(entry: WatchlistEntry, *, by: str = "second_watchlist_manager") -> int:
    return watchlist_review.accept(entry.deployment, [entry.pk], by=person(by))


def _searched(deployment: Deployment) -> list[int]:
    ids, _ = template_store.all_of(deployment.pk, profile_version="embedded-1")
    return ids


def test_who_waits_is_not_searched_for_and_who_is_accepted_is(waiting: WatchlistEntry, cast: Cast):
    deployment = waiting.deployment
    assert _searched(deployment) == []

    assert _accept(waiting) == 1

    waiting.refresh_from_db()
    assert (waiting.status, waiting.reviewed_by) == ("enrolled", cast.second_watchlist_manager)
    assert _searched(deployment) == [waiting.pk]
    assert WatchlistLedger.objects.filter(reference=waiting.reference, removed_at=None).exists()
    event = AuditEvent.objects.get(action="watchlist.reviewed")
    assert (event.subject, event.actor) == (f"entry {waiting.pk}", "second_watchlist_manager")


def test_nobody_reviews_what_they_added(waiting: WatchlistEntry, app_role: None):
    with pytest.raises(Refused, match="Somebody else reviews"):
        _accept(waiting, by="watchlist_manager")
    with pytest.raises(Refused, match="Somebody else reviews"):
        watchlist_review.send_back(waiting, by=waiting.added_by, reason="No.")

    assert "entry_reviewed_by_another" in refusal_of(
        "UPDATE deployments_watchlistentry SET reviewed_by_id = added_by_id, reviewed_at = now(),"
        " status = 'enrolled' WHERE id = %s",
        waiting.pk,
    )


def test_only_a_watchlist_manager_reviews(waiting: WatchlistEntry, cast: Cast, app_role: None):
    for name, user in cast.everyone().items():
        if not name.endswith("watchlist_manager"):
            with pytest.raises(Refused):
                watchlist_review.accept(waiting.deployment, [waiting.pk], by=user)
    assert "current training reviews" in refusal_of(
        "UPDATE deployments_watchlistentry SET reviewed_by_id = %s, reviewed_at = now(),"
        " status = 'enrolled' WHERE id = %s",
        cast.alice.pk,
        waiting.pk,
    )


@pytest.mark.parametrize(
    "change",
    [
        "status = 'enrolled'",
        "status = 'enrolled', reviewed_at = now()",
        "status = 'pending'",
        "reference = 'OTHER'",
        "image_digest = NULL",
        "category = 'missing_at_risk'",
        "added_by_id = reviewed_by_id",
        "lawful_basis = ' '",
    ],
)
def test_the_database_holds_what_was_reviewed(waiting: WatchlistEntry, app_role: None, change: str):
    assert refusal_of(f"UPDATE deployments_watchlistentry SET {change} WHERE id = %s", waiting.pk)


@pytest.mark.parametrize("column", ["reference", "image_source", "lawful_basis"])
@pytest.mark.parametrize("value", ["", "  "])
def test_the_database_asks_for_source_and_basis(
    waiting: WatchlistEntry, app_role: None, column: str, value: str
):
    assert "entry_says_where_from_and_why" in _insert_like(waiting, **{column: value})


@pytest.mark.parametrize("changes", [{"image_date": None}, {"response": "purple"}])
def test_the_database_asks_for_the_image_date_and_the_response(
    waiting: WatchlistEntry, app_role: None, changes: dict[str, object]
):
    assert _insert_like(waiting, **changes)


def test_the_database_takes_no_entry_beside_the_authority(waiting: WatchlistEntry, app_role: None):
    assert "was not authorised" in _insert_like(waiting, category="witness")
    assert "begins unreviewed" in _insert_like(waiting, status="enrolled")


def _insert_like(entry: WatchlistEntry, **changes: object) -> str:
    """Insert a copy by SQL; returns the refusal."""
    run_sql(
        "INSERT INTO deployments_storedimage (id, deployment_id, kind, content_type, byte_count,"
        " created_at) VALUES (gen_random_uuid(), %s, 'watchlist', 'image/jpeg', 1, now())",
        entry.deployment_id,
    )
    image = entry.deployment.images.exclude(pk=entry.image_id).latest("created_at")
    values: dict[str, object] = {
        "deployment_id": entry.deployment_id,
        "reference": "BY-SQL",
        "name": "",
        "category": entry.category,
        "response": "amber",
        "image_id": image.pk,
        "image_source": "Custody record",
        "image_date": entry.image_date,
        "lawful_basis": "Warrant",
        "status": "pending",
        "refusal": "",
        "is_under_18": False,
        "under_18_rationale": "",
        "added_by_id": entry.added_by_id,
        "added_at": entry.added_at,
    }
    values |= changes
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    return refusal_of(
        f"INSERT INTO deployments_watchlistentry ({columns}) VALUES ({marks})", *values.values()
    )


def test_who_is_sent_back_is_not_searched_for(waiting: WatchlistEntry, cast: Cast):
    second = cast.second_watchlist_manager
    with pytest.raises(Refused, match="what is wrong"):
        watchlist_review.send_back(waiting, by=second, reason=" ")

    watchlist_review.send_back(waiting, by=second, reason="An older image.")

    waiting.refresh_from_db()
    assert (waiting.status, waiting.refusal) == (EntryStatus.RETURNED, "An older image.")
    assert _searched(waiting.deployment) == []
    assert _accept(waiting) == 0


def test_all_of_a_page_or_none(deployment: Deployment, cast: Cast):
    good = make_entry(deployment, is_reviewed=False)
    young = make_entry(
        deployment, is_reviewed=False, is_under_18=True, under_18_rationale="Missing."
    )

    with pytest.raises(Refused, match="under 18"):
        watchlist_review.accept(deployment, [good.pk, young.pk], by=cast.second_watchlist_manager)

    assert _searched(deployment) == []


# Under 18


@pytest.fixture
def young(deployment: Deployment) -> WatchlistEntry:
    return make_entry(
        deployment, is_reviewed=False, is_under_18=True, under_18_rationale="Missing since Monday."
    )


def test_somebody_under_18_needs_a_rationale(deployment: Deployment, cast: Cast):
    with pytest.raises(Refused, match="Say why somebody under 18"):
        make_entry(deployment, is_under_18=True, under_18_rationale=" ")


def test_and_a_second_approval_beside_the_review(young: WatchlistEntry, cast: Cast, app_role: None):
    with pytest.raises(Refused, match="under 18"):
        _accept(young)
    with pytest.raises(Refused, match="Somebody else approves"):
        watchlist_review.approve_under_18(young, by=cast.watchlist_manager)
    searched = (
        "UPDATE deployments_watchlistentry SET status = 'enrolled', reviewed_by_id = %s,"
        " reviewed_at = now() WHERE id = %s"
    )
    second = cast.second_watchlist_manager
    assert "under_18_searched_once_approved" in refusal_of(searched, second.pk, young.pk)
    assert "under_18_approved_by_another" in refusal_of(
        "UPDATE deployments_watchlistentry SET under_18_approved_by_id = added_by_id,"
        " under_18_approved_at = now() WHERE id = %s",
        young.pk,
    )
    assert "under_18_has_a_rationale" in _insert_like(young, is_under_18=True)

    watchlist_review.approve_under_18(young, by=second)
    _accept(young)

    assert _searched(young.deployment) == [young.pk]
    assert AuditEvent.objects.get(action="watchlist.under_18_approved").actor == second.username


# The same person twice


def test_two_who_look_like_one_person_wait_for_a_decision(waiting: WatchlistEntry, cast: Cast):
    other = make_entry(waiting.deployment)
    watchlist_review.note_likely_same(waiting.deployment, [(waiting.pk, other.pk)])
    watchlist_review.note_likely_same(other.deployment, [(other.pk, waiting.pk)])
    pair = LikelySamePerson.objects.get()
    with pytest.raises(Refused, match="look like the same person"):
        _accept(waiting)
    with pytest.raises(Refused, match="why both"):
        watchlist_review.keep_both(pair, by=cast.watchlist_manager, reason=" ")

    watchlist_review.keep_both(pair, by=cast.watchlist_manager, reason="Twins.")

    assert _accept(waiting) == 1
    with pytest.raises(Refused, match="decided already"):
        watchlist_review.keep_both(pair, by=cast.watchlist_manager, reason="Again.")


def test_or_one_is_withdrawn(waiting: WatchlistEntry, cast: Cast):
    other = make_entry(waiting.deployment)
    watchlist_review.note_likely_same(waiting.deployment, [(waiting.pk, other.pk)])

    watchlist.withdraw_entry(other, by=cast.watchlist_manager, reason="The same person.")

    assert _accept(waiting) == 1


@pytest.mark.django_db(transaction=True)
def test_accepted_and_withdrawn_at_once_is_one_or_the_other():
    make_cast()
    deployment = make_deployment(status=Status.LIVE)
    for _ in range(4):
        entry = make_entry(deployment, is_reviewed=False)
        calls: list[Callable[[], object]] = [
            lambda entry=entry: _accept(entry),  # type: ignore[misc]
            lambda entry=entry: watchlist.withdraw_entry(  # type: ignore[misc]
                entry, by=person("watchlist_manager"), reason="Found."
            ),
        ]
        results = at_once(calls)
        assert not [r for r in results if isinstance(r, Exception)]
        assert entry.pk not in _searched(deployment)
        with transaction.atomic():
            ledger = WatchlistLedger.objects.filter(reference=entry.reference)
            assert not ledger.filter(removed_at=None).exists()
