"""Asked of the whole list, of one person, and not forged."""

import pytest

from deployments import still_sought, watchlist
from deployments.enums import SoughtSource, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, StillSoughtCheck
from deployments.start_checks.watchlist_people import review_check, sought_check
from tests.factories import Cast, make_deployment, make_entry, still_sought_list
from tests.tampering import refusal_of


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def test_a_list_is_asked_about_with_its_source_and_reference(deployment: Deployment, cast: Cast):
    manager = cast.watchlist_manager
    with pytest.raises(Refused, match="Nobody is on the watchlist"):
        still_sought.confirm_list(deployment, source="pnc", reference="C-1", by=manager)
    make_entry(deployment)
    for wrong, words in (
        ({"source": "pnc", "reference": " "}, "reference of the check"),
        ({"source": "", "reference": "C-1"}, "who was asked"),
        ({"source": "hearsay", "reference": "C-1"}, "who was asked"),
    ):
        with pytest.raises(Refused, match=words):
            still_sought.confirm_list(deployment, by=manager, **wrong)
    assert not sought_check(deployment).passed

    still_sought.confirm_list(deployment, source="pnc", reference="C-1", by=manager)

    check = sought_check(deployment)
    assert check.passed
    assert "Police National Computer" in check.evidence
    event = AuditEvent.objects.get(action="watchlist.still_sought")
    assert (event.subject, event.details) == ("watchlist", '{"entries": 1, "source": "pnc"}')


def test_who_was_added_since_is_asked_about_too(deployment: Deployment, cast: Cast):
    make_entry(deployment)
    still_sought_list(deployment)
    later = make_entry(deployment)
    assert still_sought.unchecked(deployment) == 1

    still_sought.confirm_entry(
        later, source=SoughtSource.COURT, reference="", by=cast.watchlist_manager
    )

    assert still_sought.unchecked(deployment) == 0


def test_only_managers_and_operators_record_a_check(deployment: Deployment, cast: Cast):
    entry = make_entry(deployment)
    for name in ("applicant", "engagement_officer", "auditor", "charlie"):
        with pytest.raises(Refused):
            still_sought.confirm_entry(entry, source="pnc", reference="", by=cast.everyone()[name])
    with pytest.raises(Refused):
        still_sought.confirm_list(deployment, source="pnc", reference="C-1", by=cast.alice)


def test_a_check_is_not_changed_backdated_or_of_another_deployment(
    deployment: Deployment, cast: Cast, app_role: None
):
    entry, foreign = make_entry(deployment), make_entry(make_deployment(status=Status.AUTHORISED))
    made = still_sought.confirm_entry(entry, source="pnc", reference="", by=cast.watchlist_manager)
    insert = (
        "INSERT INTO deployments_stillsoughtcheck (deployment_id, entry_id, source,"
        " source_reference, entry_count, by_id, at) VALUES (%s, %s, %s, '', 1, %s, {at})"
    )

    def refused(entry_id: int | None, source: str, at: str) -> str:
        by = cast.watchlist_manager.pk
        return refusal_of(insert.format(at=at), deployment.pk, entry_id, source, by)

    assert refusal_of(
        "UPDATE deployments_stillsoughtcheck SET at = now() + interval '1 day' WHERE id = %s",
        made.pk,
    )
    assert "when it is made" in refused(entry.pk, "pnc", "now() + interval '1 hour'")
    assert "when it is made" in refused(entry.pk, "pnc", "now() - interval '1 day'")
    assert "own deployment" in refused(foreign.pk, "pnc", "clock_timestamp()")
    assert "names_its_source" in refused(entry.pk, "hearsay", "clock_timestamp()")
    assert "has_a_reference" in refused(None, "pnc", "clock_timestamp()")


def test_the_review_holds_up_a_start_and_not_a_running_deployment(cast: Cast):
    deployment = make_deployment(status=Status.READY)
    assert review_check(deployment).passed
    make_entry(deployment, is_reviewed=False)
    assert not review_check(deployment).passed

    live = make_deployment(status=Status.LIVE)
    make_entry(live, is_reviewed=False)
    assert review_check(live).passed
    assert "not searched for yet" in review_check(live).evidence


def test_checks_go_with_the_list(cast: Cast):
    from deployments import purge
    from deployments.purge import find_watchlists

    ended = make_deployment(status=Status.ENDED, entries=2)
    assert StillSoughtCheck.objects.filter(deployment=ended).exists()

    (due,) = [due for due in find_watchlists() if due.deployment == ended]
    purge.erase_watchlist(due)

    assert not StillSoughtCheck.objects.filter(deployment=ended).exists()


def test_a_withdrawn_person_leaves_no_check(deployment: Deployment, cast: Cast):
    entry = make_entry(deployment)
    still_sought.confirm_entry(entry, source="pnc", reference="X", by=cast.watchlist_manager)

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")

    assert not StillSoughtCheck.objects.exists()
