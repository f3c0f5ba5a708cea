"""Signing in and out, and being locked out."""

from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import PASSWORD, Cast


def sign_in(client: Client, password: str):
    return client.post(reverse("sign_in"), {"username": "alice", "password": password})


def test_signing_in_leads_to_the_deployments(client: Client, cast: Cast):
    response = sign_in(client, PASSWORD)

    assert response["Location"] == reverse("home")
    assert client.get(reverse("home"))["Location"] == reverse("deployments:list")


def test_a_wrong_password_does_not_say_which_part_was_wrong(client: Client, cast: Cast):
    response = sign_in(client, "wrong")

    assert "This user name and password do not match." in response.content.decode()


def test_too_many_attempts_lock_for_a_while_in_words(
    client: Client, cast: Cast, settings: Settings
):
    settings.AXES_FAILURE_LIMIT = 2
    sign_in(client, "wrong")

    locked = sign_in(client, "wrong")
    right = sign_in(client, PASSWORD)

    assert "Locked for a while" in locked.content.decode()
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


def test_signing_out_ends_the_session(client: Client, cast: Cast):
    client.force_login(cast.alice)

    client.post(reverse("sign_out"))

    assert client.get(reverse("deployments:list")).status_code == 302


def test_a_page_asked_for_is_where_signing_in_leads(client: Client, cast: Cast):
    address = reverse("deployments:apply")
    client.force_login(cast.applicant)
    client.logout()

    form = client.get(client.get(address)["Location"]).content.decode()

    assert f'name="next" value="{address}"' in form
