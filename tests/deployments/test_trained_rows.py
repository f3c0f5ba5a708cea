"""Where training lapsed, the database takes nothing from a watchlist manager or an engagement
officer, whatever Python says."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, transaction

from alerts import field
from alerts import lifecycle as alert_lifecycle
from alerts.enums import AlertStatus, OfficersView
from alerts.models import Alert
from deployments import permissions, still_sought, watchlist, watchlist_review
from deployments.enums import SoughtSource, Status
from deployments.lifecycle import Refused
from deployments.models import Deployment, LikelySamePerson, WatchlistEntry
from tests.factories import (
    Cast,
    lose_training,
    make_alert,
    make_deployment,
    make_entry,
    new_entry,
)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def waiting(live: Deployment) -> WatchlistEntry:
    return make_entry(live, is_reviewed=False)


@pytest.fixture
def sent(live: Deployment) -> Alert:
    return make_alert(live, status=AlertStatus.DISPATCHED)


def barred(act: Callable[[], Any], *, asked: str, words: str) -> bool:
    """Python is made to allow it; the database is not."""
    with (
        mock.patch.object(permissions, asked, return_value=True),
        pytest.raises(DatabaseError, match=words),
        transaction.atomic(),
    ):
        act()
    return True


def test_an_entry_is_added_and_reviewed_by_trained_managers(
    cast: Cast, live: Deployment, waiting: WatchlistEntry
):
    lose_training(cast.watchlist_manager)
    lose_training(cast.second_watchlist_manager)

    with (
        mock.patch.object(permissions, "can_manage_watchlist", return_value=True),
        pytest.raises(Refused, match="current training adds"),
    ):
        watchlist.add_entry(live, new_entry(), by=cast.watchlist_manager)
    assert barred(
        lambda: watchlist_review.accept(live, [waiting.pk], by=cast.second_watchlist_manager),
        asked="can_manage_watchlist",
        words="current training reviews",
    )


def test_under_18s_are_approved_by_a_trained_manager(cast: Cast, live: Deployment):
    young = make_entry(live, is_reviewed=False, is_under_18=True, under_18_rationale="A risk.")
    lose_training(cast.second_watchlist_manager)

    assert barred(
        lambda: watchlist_review.approve_under_18(young, by=cast.second_watchlist_manager),
        asked="can_manage_watchlist",
        words="current training reviews",
    )


def test_a_list_is_still_sought_by_the_word_of_a_trained_manager(cast: Cast, live: Deployment):
    def confirm(by: str) -> Callable[[], Any]:
        return lambda: still_sought.confirm_list(
            live, source=SoughtSource.PNC, reference="1", by=cast.everyone()[by]
        )

    words = "checks who is still sought"
    assert barred(confirm("alice"), asked="can_manage_watchlist", words=words)
    confirm("watchlist_manager")()
    lose_training(cast.watchlist_manager)
    assert barred(confirm("watchlist_manager"), asked="can_manage_watchlist", words=words)


def test_two_who_look_alike_are_kept_by_a_trained_manager(
    cast: Cast, live: Deployment, waiting: WatchlistEntry
):
    other = make_entry(live)
    watchlist_review.note_likely_same(live, [(waiting.pk, other.pk)])
    pair = LikelySamePerson.objects.get()
    lose_training(cast.watchlist_manager)

    assert barred(
        lambda: watchlist_review.keep_both(pair, by=cast.watchlist_manager, reason="Twins."),
        asked="can_manage_watchlist",
        words="keeps both",
    )


def test_officers_assess_and_engage_while_their_training_lasts(cast: Cast, sent: Alert):
    field.assess(sent, by=cast.engagement_officer, view=OfficersView.COULD_BE)
    lose_training(cast.engagement_officer)

    assert barred(
        lambda: field.assess(sent, by=cast.engagement_officer, view=OfficersView.CANNOT_TELL),
        asked="can_engage",
        words="assesses or engages",
    )
    assert barred(
        lambda: alert_lifecycle.engage(sent, by=cast.engagement_officer),
        asked="can_engage",
        words="assesses or engages",
    )


def test_what_officers_say_by_radio_is_recorded_by_a_trained_operator(cast: Cast, sent: Alert):
    lose_training(cast.alice)

    with (
        mock.patch.object(permissions, "is_trained_operator", return_value=True),
        pytest.raises(DatabaseError, match="assesses or engages"),
        transaction.atomic(),
    ):
        alert_lifecycle.engage(sent, by=cast.alice)

    alert_lifecycle.engage(sent, by=cast.bob)
