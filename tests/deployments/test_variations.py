"""What was authorised changes by a variation with an authority of its own, and by nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import authority_documents, lifecycle, variations
from deployments.applications import impose_conditions
from deployments.enums import Category, Status, VariationStatus
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, User, Variation
from deployments.start_checks.notice import notice_check
from deployments.variation_sql import VARIABLE, VARIED_COLUMNS
from tests.concurrency import at_once
from tests.factories import (
    Cast,
    make_camera,
    make_cast,
    make_deployment,
    make_entry,
    make_variation,
    person,
    recognition_worker_answers,
)
from tests.tampering import force_status, refusal_of, run_sql

WHY = "They were seen two streets away."


def propose(deployment: Deployment, **changes: Any) -> Variation:
    return make_variation(deployment, **(changes or {"threshold": 0.7}))


def authorise(variation: Variation, by: User | None = None) -> Variation:
    return variations.authorise(
        variation,
        by=by or person("authorising_officer"),
        reasons="Necessary.",
        short_notice_reason="They are there now.",
    )


@pytest.mark.parametrize("status", VARIABLE)
def test_an_authorised_variation_is_in_force_at_once(cast: Cast, app_role: None, status: Status):
    deployment = make_deployment(status=status)
    camera = make_camera()
    changes = {
        "place": "Market Row",
        "watchlist_criteria": "Wanted on warrant.",
        "watchlist_cap": 50,
        "ends_at": deployment.ends_at + timedelta(hours=1),
        "threshold": 0.7,
        "camera_ids": [camera.pk],
    }

    variation = authorise(propose(deployment, **changes))

    deployment.refresh_from_db()
    now = variations.terms_of(deployment)
    assert {name: getattr(now, name) for name in changes} == changes
    assert (deployment.terms_version, variation.number, deployment.status) == (2, 2, status)


def test_what_it_replaced_stays_readable(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)
    before = variations.terms_of(deployment)

    first = authorise(propose(deployment, threshold=0.7))
    second = authorise(propose(deployment, threshold=0.8, place="Market Row"))

    assert first.replaced is not None
    assert second.replaced is not None
    assert first.replaced["threshold"] == before.threshold
    assert first.replaced["camera_ids"] == before.camera_ids
    assert (second.replaced["threshold"], second.replaced["place"]) == (0.7, before.place)
    assert [v.number for v in deployment.variations.all()] == [2, 3]


def test_each_step_is_in_the_audit_trail(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    variation = authorise(propose(deployment))

    written, decided = AuditEvent.objects.filter(action__startswith="variation.").order_by(
        "sequence"
    )
    assert (written.action, written.actor, written.reason) == (
        "variation.submitted",
        "applicant",
        WHY,
    )
    assert (decided.action, decided.actor) == ("variation.authorised", "authorising_officer")
    assert json.loads(decided.details) == {"version": 2}
    assert decided.subject == written.subject == f"variation {variation.pk}"


def test_the_conditions_of_the_authority_stand_and_are_in_its_writing(client: Client, cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)
    impose_conditions(submitted, by=cast.authorising_officer, conditions="Not past the school.")
    lifecycle.authorise(submitted, by=cast.authorising_officer, reasons="It is needed.")
    variation = propose(submitted)
    client.force_login(cast.second_superintendent)

    page = client.get(
        reverse("deployments:variation", args=[submitted.uuid, variation.pk])
    ).content.decode()
    assert "Not past the school." in page
    assert "False alerts to expect" in page
    detail = client.get(reverse("deployments:detail", args=[submitted.uuid])).content.decode()
    assert "A change of what is authorised waits for your decision" in detail
    document = authorise(variation).authority_documents.get()

    assert json.loads(document.content)["decision"]["conditions"] == "Not past the school."


def test_it_has_a_written_authority_of_its_own(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    variation = authorise(propose(deployment, threshold=0.7))

    document = variation.authority_documents.get()

    content = json.loads(document.content)
    assert content["application"]["threshold"] == 0.7
    assert content["decision"]["variation_reasons"] == WHY
    assert authority_documents.is_sound(document)
    assert deployment.authority_documents.count() == 2


@pytest.mark.parametrize(
    "username", ["applicant", "alice", "watchlist_manager", "auditor", "charlie"]
)
def test_only_a_qualified_officer_decides(cast: Cast, username: str):
    variation = propose(make_deployment(status=Status.LIVE))
    for decide in (authorise, partial(variations.refuse, reasons="No.")):
        with pytest.raises(Refused):
            decide(variation, by=person(username))
    variation.refresh_from_db()
    assert variation.status == VariationStatus.SUBMITTED


def test_the_applicant_decides_no_variation_even_as_a_superintendent(cast: Cast):
    both = cast.second_superintendent
    variation = propose(make_deployment(status=Status.LIVE, applicant=both))

    with pytest.raises(Refused, match="cannot decide their own"):
        authorise(variation, by=both)


@pytest.mark.parametrize("username", ["second_superintendent", "alice", "charlie"])
def test_only_the_applicant_writes_one(cast: Cast, username: str):
    deployment = make_deployment(status=Status.LIVE)
    terms = replace(variations.terms_of(deployment), threshold=0.7)

    with pytest.raises(Refused, match="Only the applicant"):
        variations.propose(deployment, terms, by=person(username), reasons=WHY)


@pytest.mark.parametrize("status", sorted(set(Status) - set(VARIABLE)))
def test_there_is_no_variation_where_there_is_no_authority(cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    terms = replace(variations.terms_of(deployment), threshold=0.7)

    with pytest.raises(Refused, match="while it may still run"):
        variations.propose(deployment, terms, by=cast.applicant, reasons=WHY)


def test_what_is_over_is_not_varied_any_more(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    variation = propose(deployment)
    lifecycle.end(deployment, by=cast.alice, reason="Over.")

    with pytest.raises(Refused, match="while the authority may still run"):
        authorise(variation)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Nothing differs"),
        ({"ends_at": "now"}, "would be over"),
        ({"starts_at": "later"}, "has started"),
        ({"watchlist_cap": 10**6}, "Policy allows"),
        ({"camera_ids": [10**6]}, "no longer there"),
        ({"categories": [Category.WITNESS]}, "takes away"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(cast: Cast, changes: dict[str, Any], words: str):
    deployment = make_deployment(status=Status.LIVE)
    moments = {"now": timezone.now(), "later": deployment.starts_at + timedelta(minutes=1)}
    values = {name: moments.get(str(value), value) for name, value in changes.items()}
    terms = replace(variations.terms_of(deployment), **values)

    with pytest.raises(Refused, match=words):
        variations.propose(deployment, terms, by=cast.applicant, reasons=WHY)
    assert not Variation.objects.exists()


def test_a_cap_below_the_list_is_refused(cast: Cast):
    deployment = make_deployment(status=Status.LIVE, entries=3)

    with pytest.raises(Refused, match="3 people are on the watchlist"):
        propose(deployment, watchlist_cap=2)


def test_a_list_that_grew_meanwhile_is_seen_by_the_decision(cast: Cast):
    deployment = make_deployment(status=Status.LIVE, entries=2)
    variation = propose(deployment, watchlist_cap=2)
    make_entry(deployment)

    with pytest.raises(Refused, match="3 people are on the watchlist"):
        authorise(variation)


def test_one_variation_waits_at_a_time_and_may_be_withdrawn(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    first = propose(deployment)
    with pytest.raises(Refused, match="already waits"):
        propose(deployment, threshold=0.8)
    with pytest.raises(Refused, match="Only the applicant who wrote"):
        variations.withdraw(first, by=cast.alice)

    variations.withdraw(first, by=cast.applicant)

    assert propose(deployment, threshold=0.8).status == VariationStatus.SUBMITTED
    with pytest.raises(Refused, match="nothing to decide"):
        authorise(first)


def test_a_refused_variation_changes_nothing(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    variation = propose(deployment)

    variations.refuse(variation, by=cast.authorising_officer, reasons="Not proportionate.")

    deployment.refresh_from_db()
    assert (deployment.threshold, deployment.terms_version) == (0.5, 1)


# The notice


def test_the_notice_goes_up_anew_and_its_lead_is_judged_again(cast: Cast, settings: Settings):
    settings.NOTICE_LEAD_DAYS = 3
    starts_at = timezone.now() + timedelta(days=4)
    deployment = make_deployment(
        status=Status.AUTHORISED, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4)
    )
    before = deployment.published_at
    sooner = propose(deployment, starts_at=starts_at - timedelta(days=2))

    with pytest.raises(Refused, match="less than 3 days' notice"):
        variations.authorise(sooner, by=cast.authorising_officer, reasons="Necessary.")
    deployment.refresh_from_db()
    assert deployment.published_at == before

    authorise(sooner)

    deployment.refresh_from_db()
    assert deployment.published_at is not None
    assert before is not None
    assert deployment.published_at > before
    check = notice_check(deployment)
    assert check.passed
    assert "They are there now." in check.evidence
    assert AuditEvent.objects.filter(action="notice.published").count() == 2


def test_a_threshold_is_on_no_notice(cast: Cast, settings: Settings):
    settings.NOTICE_LEAD_DAYS = 3
    deployment = make_deployment(status=Status.LIVE)
    before = deployment.published_at

    variations.authorise(propose(deployment), by=cast.authorising_officer, reasons="Fewer alerts.")

    deployment.refresh_from_db()
    assert deployment.published_at == before
    assert deployment.short_notice_reason == ""


# By raw SQL, as the application


@pytest.mark.parametrize("column", VARIED_COLUMNS)
def test_nothing_changes_beside_a_variation(cast: Cast, app_role: None, column: str):
    deployment = make_deployment(status=Status.LIVE)
    propose(deployment)
    values = {
        "categories": "'{witness}'",
        "watchlist_cap": "1",
        "starts_at": "starts_at - interval '1 hour'",
        "ends_at": "ends_at + interval '1 hour'",
        "threshold": "0.7",
        "place_ground": "'intelligence'",
    }
    change = f"{column} = {values.get(column, chr(39) + 'x' + chr(39))}, terms_version = 2"

    assert "the application is frozen" in refusal_of(
        f"UPDATE deployments_deployment SET {change} WHERE id = %s", deployment.pk
    )


def test_a_version_is_not_counted_up_or_brought_back(cast: Cast, app_role: None):
    deployment = make_deployment(status=Status.LIVE)
    authorise(propose(deployment, threshold=0.7))
    authorise(propose(deployment, threshold=0.8))

    for change in ("terms_version = 4", "terms_version = 2, threshold = 0.7", "threshold = 0.7"):
        assert "the application is frozen" in refusal_of(
            f"UPDATE deployments_deployment SET {change} WHERE id = %s", deployment.pk
        )


DECIDE = (
    "UPDATE deployments_variation SET status = 'authorised', decided_by_id = %s,"
    " decided_at = now(), decision_reasons = 'Yes.' WHERE id = %s"
)


@pytest.mark.parametrize("username", ["applicant", "alice", "charlie"])
def test_who_may_not_decide_is_refused_by_the_database(cast: Cast, app_role: None, username: str):
    variation = propose(make_deployment(status=Status.LIVE))

    assert refusal_of(DECIDE, person(username).pk, variation.pk) != ""


def test_a_decision_without_its_account_or_its_effect_does_not_commit(cast: Cast, app_role: None):
    variation = propose(make_deployment(status=Status.LIVE))

    refusal = refusal_of(DECIDE, cast.authorising_officer.pk, variation.pk)

    assert "written into the audit trail" in refusal


@pytest.mark.django_db(transaction=True)
def test_an_authorised_variation_that_is_not_applied_does_not_commit(
    monkeypatch: pytest.MonkeyPatch,
):
    make_cast()
    with recognition_worker_answers():
        variation = propose(make_deployment(status=Status.LIVE))
    monkeypatch.setattr(variations, "_apply", lambda *_: None)

    with pytest.raises(IntegrityError, match="in force at once"):
        authorise(variation)

    variation.refresh_from_db()
    assert variation.status == VariationStatus.SUBMITTED


@pytest.mark.parametrize(
    "change", ["threshold = 0.9", "reasons = 'Other.'", "camera_ids = '{1}'", "status = 'refused'"]
)
def test_a_variation_is_written_once(cast: Cast, app_role: None, change: str):
    waiting = propose(make_deployment(status=Status.LIVE))
    decided = authorise(propose(make_deployment(status=Status.LIVE)))
    sql = f"UPDATE deployments_variation SET {change} WHERE id = %s"

    assert refusal_of(sql, decided.pk) != ""
    assert refusal_of(sql, waiting.pk) != ""
    assert "a variation is kept" in refusal_of(
        "DELETE FROM deployments_variation WHERE id = %s", waiting.pk
    )


def test_cameras_open_for_the_transaction_of_a_variation_only(cast: Cast, app_role: None):
    deployment, other = make_deployment(status=Status.LIVE), make_camera()
    propose(deployment, camera_ids=[other.pk])

    assert "cameras are frozen" in refusal_of(
        "INSERT INTO deployments_deploymentcamera (deployment_id, camera_id) VALUES (%s, %s)",
        deployment.pk,
        other.pk,
    )


def test_a_proposed_camera_is_not_pointed_elsewhere(cast: Cast, app_role: None):
    deployment, other = make_deployment(status=Status.LIVE), make_camera()
    propose(deployment, camera_ids=[other.pk])

    assert "part of an application" in refusal_of(
        "UPDATE deployments_camera SET source = 'device:0' WHERE id = %s", other.pk
    )


def test_no_variation_is_written_by_somebody_else_or_without_an_authority(
    cast: Cast, app_role: None
):
    variation = propose(make_deployment(status=Status.LIVE))
    columns = ", ".join(VARIED_COLUMNS)
    copy = (
        "INSERT INTO deployments_variation (uuid, deployment_id, status, reasons, written_by_id,"
        f" written_at, camera_ids, recorded_ids, zones, decision_reasons, short_notice_reason,"
        f" {columns})"
        " SELECT gen_random_uuid(), %s, 'submitted', 'x', %s, now(), camera_ids,"
        " recorded_ids, zones, '', '',"
        f" {columns} FROM deployments_variation WHERE id = {variation.pk}"
    )
    live, draft = make_deployment(status=Status.LIVE), make_deployment()

    assert "by the applicant" in refusal_of(copy, live.pk, cast.alice.pk)
    assert "by the applicant" in refusal_of(copy, draft.pk, draft.applicant_id)
    assert "audit trail" in refusal_of(copy, live.pk, live.applicant_id)


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_two_officers_deciding_a_variation_at_once_make_one_decision():
    cast = make_cast()
    with recognition_worker_answers():
        deployment = make_deployment(status=Status.LIVE)
    for threshold in (0.6, 0.7, 0.8):
        variation = propose(deployment, threshold=threshold)

        results = at_once(
            [
                partial(authorise, variation, cast.authorising_officer),
                partial(variations.refuse, variation, by=cast.second_superintendent, reasons="No."),
            ]
        )

        assert {type(result) for result in results} == {Variation, Refused}
        variation.refresh_from_db()
        deployment.refresh_from_db()
        assert (deployment.threshold == threshold) == (variation.status == "authorised")


@pytest.mark.django_db(transaction=True)
def test_two_variations_written_at_once_leave_one():
    make_cast()
    with recognition_worker_answers():
        deployment = make_deployment(status=Status.LIVE)

    results = at_once([partial(propose, deployment, threshold=each) for each in (0.6, 0.7)])

    assert {type(result) for result in results} == {Variation, Refused}
    assert deployment.variations.count() == 1


def test_a_status_that_no_legal_way_led_to_changes_nothing_of_that(cast: Cast, app_role: None):
    """Even in a forced status, SQL alone does not make a variation."""
    deployment = make_deployment(status=Status.LIVE)
    variation = propose(deployment)
    run_sql("RESET ROLE")
    force_status(deployment, Status.ENDED)
    run_sql("SET ROLE lfr_app")

    assert "no authority left" in refusal_of(DECIDE, cast.authorising_officer.pk, variation.pk)
