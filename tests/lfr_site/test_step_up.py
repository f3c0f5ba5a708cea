"""Asking again: before a decision, and before images after an idle while."""

import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from deployments import signs, step_up
from deployments.enums import SignPlace, Status
from deployments.models import Deployment, User
from lfr_site.demo.signs import sign_picture
from tests.factories import PASSWORD, Cast, make_alert, make_deployment, person
from tests.second_factors import App, app_of, sign_in

DECISION = {"decision": "authorise", "reasons": "Necessary, and limited in place and time."}
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def let_pass(client: Client, seconds: float) -> None:
    """As if so long had gone by since the session's last proof and activity."""
    session = client.session
    for key in (step_up.PROVEN_AT, step_up.ACTIVE_AT):
        if key in session:
            session[key] -= seconds
    session.save()


def decide(client: Client, deployment: Deployment) -> object:
    address = reverse("deployments:decide", args=[deployment.uuid])
    return client.post(address, DECISION, headers=HTML)


def status_of(deployment: Deployment) -> str:
    deployment.refresh_from_db()
    return deployment.status


@pytest.fixture
def officer_app(cast: Cast, settings: Settings) -> App:
    settings.SECOND_FACTOR = True
    return app_of(cast.authorising_officer)


def test_a_decision_right_after_signing_in_needs_nothing_more(cast: Cast, officer_app: App):
    submitted = make_deployment(status=Status.SUBMITTED)

    decide(sign_in(cast.authorising_officer, officer_app), submitted)

    assert status_of(submitted) == Status.AUTHORISED


def test_a_later_decision_is_taken_once_the_code_is_given(
    cast: Cast, officer_app: App, settings: Settings
):
    submitted = make_deployment(status=Status.SUBMITTED)
    client = sign_in(cast.authorising_officer, officer_app)
    let_pass(client, settings.STEP_UP_S + 1)

    asked = decide(client, submitted)
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))  # type: ignore[index]
    assert status_of(submitted) == Status.SUBMITTED
    done = client.post(asked["Location"], {"code": officer_app.code()})  # type: ignore[index]

    assert status_of(submitted) == Status.AUTHORISED
    assert done["Location"] == reverse("deployments:detail", args=[submitted.uuid])


def test_the_password_is_no_second_factor(cast: Cast, officer_app: App, settings: Settings):
    submitted = make_deployment(status=Status.SUBMITTED)
    client = sign_in(cast.authorising_officer, officer_app)
    let_pass(client, settings.STEP_UP_S + 1)
    decide(client, submitted)

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    decide(client, submitted)
    assert status_of(submitted) == Status.SUBMITTED


def test_a_wrong_code_decides_nothing(cast: Cast, officer_app: App, settings: Settings):
    submitted = make_deployment(status=Status.SUBMITTED)
    client = sign_in(cast.authorising_officer, officer_app)
    let_pass(client, settings.STEP_UP_S + 1)
    asked = decide(client, submitted)

    client.post(asked["Location"], {"code": officer_app.wrong_code()})  # type: ignore[index]

    assert status_of(submitted) == Status.SUBMITTED


def test_with_the_factor_off_the_password_is_asked_for(cast: Cast, settings: Settings):
    submitted = make_deployment(status=Status.SUBMITTED)
    client = sign_in(cast.authorising_officer)
    let_pass(client, settings.STEP_UP_S + 1)

    asked = decide(client, submitted)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))  # type: ignore[index]
    client.post(asked["Location"], {"password": PASSWORD})  # type: ignore[index]

    assert status_of(submitted) == Status.AUTHORISED


def image_addresses(live: Deployment) -> dict[str, str]:
    alert = make_alert(live)
    found = {
        which: reverse("alerts:image", args=[alert.uuid, which])
        for which in ("probe", "candidate", "context")
    }
    officer = person("engagement_officer")
    sign = signs.add_photograph(live, sign_picture("At the zone"), place=SignPlace.ZONE, by=officer)
    signs.replace_picture(sign, sign_picture("At the zone"))
    return found | {"sign": reverse("deployments:sign_picture", args=[live.uuid, sign.pk])}


@pytest.fixture
def operator(cast: Cast) -> User:
    return cast.alice


def test_images_after_an_idle_while_are_refused_with_the_way_on(operator: User, settings: Settings):
    live = make_deployment(status=Status.LIVE)
    client = sign_in(operator)
    addresses = image_addresses(live)
    for address in addresses.values():
        assert client.get(address).status_code == 200
    entry = reverse("deployments:entry_image", args=[live.uuid, live.entries.all()[0].pk])
    assert client.post(entry, {"why": "A complaint."}).status_code == 200

    let_pass(client, settings.IMAGE_IDLE_S + 1)

    answers = {address: client.get(address) for address in addresses.values()}
    answers[entry] = client.post(entry, {"why": "A complaint."})
    for address, answer in answers.items():
        assert answer.status_code == 403, address
        assert answer.json()["confirm"] == reverse("account_reauthenticate")
        assert "no-store" in answer["Cache-Control"]


def test_somebody_who_opens_an_image_is_led_to_the_confirmation_and_back(
    operator: User, settings: Settings
):
    client = sign_in(operator)
    address = image_addresses(make_deployment(status=Status.LIVE))["probe"]
    let_pass(client, settings.IMAGE_IDLE_S + 1)

    asked = client.get(address, headers=HTML)
    back = client.post(asked["Location"], {"password": PASSWORD})

    assert back["Location"] == address
    assert client.get(address).status_code == 200


def test_what_a_page_fetches_by_itself_is_no_activity(operator: User, settings: Settings):
    client = sign_in(operator)
    address = image_addresses(make_deployment(status=Status.LIVE))["probe"]
    for _ in range(3):
        let_pass(client, settings.IMAGE_IDLE_S / 2.5)
        seen = client.get(address).status_code

    assert seen == 403


def test_working_keeps_images_open(operator: User, settings: Settings):
    live = make_deployment(status=Status.LIVE)
    client = sign_in(operator)
    address = image_addresses(live)["probe"]
    for _ in range(3):
        let_pass(client, settings.IMAGE_IDLE_S / 2)
        client.get(reverse("deployments:detail", args=[live.uuid]), headers=HTML)

    assert client.get(address).status_code == 200


def test_clicking_after_an_idle_while_opens_no_image(operator: User, settings: Settings):
    live = make_deployment(status=Status.LIVE)
    client = sign_in(operator)
    address = image_addresses(live)["probe"]
    let_pass(client, settings.IMAGE_IDLE_S + 1)

    client.get(reverse("deployments:detail", args=[live.uuid]), headers=HTML)
    client.post(reverse("deployments:briefing", args=[live.uuid]))

    assert client.get(address).status_code == 403


def test_activity_is_not_written_at_every_click(operator: User):
    client = sign_in(operator)
    client.get(reverse("deployments:list"), headers=HTML)

    assert step_up.ACTIVE_AT not in client.session  # the sign-in was a moment ago
    let_pass(client, step_up.ACTIVITY_GRAIN_S + 1)
    client.get(reverse("deployments:list"), headers=HTML)
    assert time.time() - client.session[step_up.ACTIVE_AT] < step_up.ACTIVITY_GRAIN_S
