"""Whatever answers with an image asks again after an idle while: every address of the site is
opened, with every row it could name, and whoever answers with a picture is asked."""

import itertools
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from alerts.models import OtherCandidate
from deployments import signs, step_up, stills
from deployments.enums import SignPlace, Status
from lfr_site.demo.signs import sign_picture
from tests.factories import Cast, jpeg, make_alert, make_camera, make_deployment, make_entry
from tests.second_factors import sign_in

SHOWN = {
    "alerts:image",
    "alerts:other_image",
    "deployments:camera_still",
    "deployments:entry_image",
    "deployments:sign_picture",
}
# Its pictures come out of a worker's memory (tests/recognition/test_views.py).
FROM_A_WORKER = {"recognition:picture", "recognition:watch"}


def walk(resolver: URLResolver, names: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from walk(pattern, inner)
        elif pattern.name and names[:1] not in {("public",), ("admin",)}:
            yield ":".join([*names, pattern.name]), pattern


@pytest.fixture
def rows(cast: Cast) -> dict[str, list[object]]:
    """What an address may name: one row of each kind that has a picture."""
    camera = make_camera()
    still = stills.take_in(camera, jpeg(seed=1, size=(360, 640)), by=cast.system_administrator)
    stills.replace(still, jpeg(seed=2, size=(360, 640)))
    live = make_deployment(status=Status.LIVE, cameras=[camera])
    entry = make_entry(live)
    alert = make_alert(live)
    OtherCandidate.objects.create(alert=alert, entry=entry, rank=1, similarity=0.8)
    sign = signs.add_photograph(live, sign_picture("Here"), place=SignPlace.ZONE, by=cast.alice)
    signs.replace_picture(sign, sign_picture("Here"))
    return {
        "uuid": [live.uuid, alert.uuid],
        "pk": [*{entry.pk, sign.pk, camera.pk}],
        "camera_id": [camera.pk],
        "which": ["probe", "candidate", "context"],
        "rank": [1],
    }


def addresses(name: str, pattern: URLPattern, rows: dict[str, list[object]]) -> Iterator[str]:
    keys = list(pattern.pattern.regex.groupindex)
    for values in itertools.product(*(rows.get(key, []) for key in keys)):
        try:
            yield reverse(name, kwargs=dict(zip(keys, values, strict=True)))
        except NoReverseMatch:
            continue


def is_guarded(pattern: URLPattern) -> bool:
    return getattr(pattern.callback, "shows_images", False)


def pictures(client: Client, rows: dict[str, list[object]]) -> dict[str, str]:
    """Each address that answers with a picture, and the name of its view."""
    found = {}
    for name, pattern in walk(get_resolver()):
        if name == "sign_out":
            continue
        for address in addresses(name, pattern, rows):
            if client.get(address).headers.get("Content-Type", "").startswith("image/"):
                found[address] = name
    return found


def grow_idle(client: Client, seconds: float) -> None:
    session = client.session
    for key in (step_up.PROVEN_AT, step_up.ACTIVE_AT):
        if key in session:
            session[key] -= seconds
    session.save()


def test_every_address_that_shows_a_picture_asks_again_after_an_idle_while(
    cast: Cast, rows: dict[str, list[object]], settings: Settings
):
    """To an operator, and to who keeps the watchlist: their work asks for its images."""
    shown: set[str] = set()
    for person in (cast.alice, cast.watchlist_manager):
        client = sign_in(person)
        found = pictures(client, rows)
        shown |= set(found.values())

        grow_idle(client, settings.IMAGE_IDLE_S + 1)

        for address in found:
            answer = client.get(address)
            assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")
            assert "no-store" in answer["Cache-Control"]
        assert pictures(client, rows) == {}
    assert shown >= SHOWN


def test_views_that_are_guarded_are_those_that_show_pictures_or_pages_of_them():
    guarded = {name for name, pattern in walk(get_resolver()) if is_guarded(pattern)}

    assert guarded >= SHOWN | FROM_A_WORKER


def test_a_page_whose_pictures_wait_for_a_confirmation_says_so_in_their_place(
    cast: Cast, settings: Settings
):
    camera = make_camera()
    still = stills.take_in(camera, jpeg(seed=1, size=(360, 640)), by=cast.system_administrator)
    stills.replace(still, jpeg(seed=2, size=(360, 640)))
    draft = make_deployment(status=Status.SUBMITTED, cameras=[camera])
    page = reverse("deployments:detail", args=[draft.uuid])
    picture = reverse("deployments:camera_still", args=[camera.pk])
    client = Client()
    client.force_login(cast.applicant)
    assert picture in client.get(page).content.decode()

    session = client.session
    for key in (step_up.PROVEN_AT, step_up.ACTIVE_AT):
        session[key] = session.get(key, 0.0) - settings.IMAGE_IDLE_S - 1
    session.save()
    waits = client.get(f"{page}?from=list").content.decode()

    assert picture not in waits
    assert step_up.IDLE_WORDS in waits
    way = reverse("account_reauthenticate")
    assert f"{way}?next={quote(f'{page}?from=list', safe='')}" in waits
