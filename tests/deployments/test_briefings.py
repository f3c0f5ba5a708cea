"""The briefing: read on its page, acknowledged once, void under other figures; a start check."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments import briefings, permissions, training
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Briefing, Deployment, User
from tests.factories import Cast, lose_training, make_deployment, person
from tests.tampering import refusal_of, triggers_disabled


def forget(deployment: Deployment) -> None:
    with triggers_disabled("deployments_briefing"):
        Briefing.objects.filter(deployment=deployment).delete()


@pytest.fixture
def authorised(cast: Cast) -> Deployment:
    deployment = make_deployment(status=Status.AUTHORISED)
    forget(deployment)
    return deployment


def page_of(user: User, deployment: Deployment) -> tuple[Client, str]:
    client = Client()
    client.force_login(user)
    return client, reverse("deployments:briefing", args=[deployment.uuid])


def test_an_operator_reads_the_figures_and_acknowledges(authorised: Deployment, cast: Cast):
    client, address = page_of(cast.alice, authorised)
    text = client.get(address).content.decode()
    assert str(authorised.threshold) in text
    for words in ("Colour.", "Age.", "Sex.", "1,000"):
        assert words in text

    client.post(address)

    assert training.is_briefed(cast.alice, authorised)
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.actor) == ("briefing.acknowledged", "alice")


def test_what_was_measured_of_the_model_is_said(authorised: Deployment, cast: Cast):
    Deployment.objects.all()  # the embedded profile comes with its measured operating points
    authorised.threshold = 0.96

    sentences = briefings.accuracy_of(authorised)

    assert "one false alert in about" in sentences[0]
    assert any("Asian" in sentence for sentence in sentences)


def test_a_threshold_below_all_that_was_measured_promises_nothing(authorised: Deployment):
    authorised.threshold = 0.05

    assert not any("one false alert" in words for words in briefings.accuracy_of(authorised))


def test_acknowledging_twice_is_acknowledging_once(authorised: Deployment, cast: Cast):
    first = briefings.acknowledge(authorised, by=cast.alice)

    assert briefings.acknowledge(authorised, by=cast.alice) == first


def test_another_threshold_needs_another_briefing(authorised: Deployment, cast: Cast):
    briefings.acknowledge(authorised, by=cast.alice)

    authorised.threshold += 0.01

    assert not training.is_briefed(cast.alice, authorised)


@pytest.mark.parametrize("name", ["applicant", "auditor", "inspector", "charlie"])
def test_others_are_not_briefed(authorised: Deployment, cast: Cast, name: str):
    client, address = page_of(person(name), authorised)

    assert client.get(address).status_code in {403, 404}
    with pytest.raises(Refused):
        briefings.acknowledge(authorised, by=person(name))


@pytest.mark.parametrize("status", Status)
def test_a_briefing_is_for_a_deployment_that_is_to_run(cast: Cast, status: Status):
    deployment = Deployment(status=status)

    assert permissions.can_be_briefed(cast.alice, deployment) == (
        status in {Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED}
    )


def test_nobody_briefed_fails_the_start_check(authorised: Deployment):
    check = briefings.operators_check(authorised)

    assert not check.passed
    assert "No operator" in check.evidence


def test_the_start_check_names_who_is_trained_and_briefed(authorised: Deployment, cast: Cast):
    briefings.acknowledge(authorised, by=cast.engagement_officer)
    briefings.acknowledge(authorised, by=cast.alice)

    check = briefings.operators_check(authorised)

    assert check.passed
    assert check.evidence == "Trained and briefed: Constable Alice."


def test_the_start_check_fails_on_lapsed_training(authorised: Deployment, cast: Cast):
    briefings.acknowledge(authorised, by=cast.alice)
    lose_training(cast.alice)

    check = briefings.operators_check(authorised)

    assert not check.passed
    assert check.evidence == "Briefed, but without current training: Constable Alice."


def test_an_acknowledgement_stays(authorised: Deployment, cast: Cast):
    briefings.acknowledge(authorised, by=cast.alice)

    assert refusal_of("UPDATE deployments_briefing SET threshold = 0.1") != ""
    assert refusal_of("DELETE FROM deployments_briefing") != ""


def test_the_deployments_page_leads_to_the_briefing(authorised: Deployment, cast: Cast):
    client, address = page_of(cast.alice, authorised)
    page = reverse("deployments:detail", args=[authorised.uuid])

    assert "You have not acknowledged" in client.get(page).content.decode()
    client.post(address)
    assert "You have not acknowledged" not in client.get(page).content.decode()


def test_who_could_take_no_alert_for_want_of_training_reads_so_beforehand(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    addresses = [
        reverse(name, args=[live.uuid])
        for name in ("deployments:detail", "deployments:briefing", "alerts:console")
    ]
    client, _ = page_of(cast.alice, live)
    words = "Your training as an operator is not current"
    assert not any(words in client.get(each).content.decode() for each in addresses)

    lose_training(cast.alice)

    for address in addresses:
        assert words in client.get(address).content.decode(), address
