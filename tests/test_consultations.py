"""Data Protection Act 2018, s. 62: whatever shows an image or somebody's data leaves an event that
says who looked, at what, and why: what the person said, or what their part in it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from alerts.models import Alert
from deployments import signs, stills
from deployments.enums import AuditKind, SignPlace, Status
from deployments.models import AuditEvent, CameraStill, Deployment, SignPhotograph, WatchlistImport
from lfr_site.demo.signs import sign_picture
from tests.deployments.sheets import finish, received, row, sheet
from tests.factories import Cast, jpeg, make_alert, make_camera, make_deployment, make_entry

WHY = "A complaint."


@dataclass
class World:
    live: Deployment
    alert: Alert
    sign: SignPhotograph
    still: CameraStill
    held: WatchlistImport

    @property
    def entry_pk(self) -> int:
        return self.live.entries.order_by("pk")[0].pk

    @property
    def camera_pk(self) -> int:
        return self.live.cameras.get().pk


@dataclass(frozen=True)
class Look:
    """`reason` is what the event says where the person is not asked."""

    name: str
    who: str
    arguments: Callable[[World], list[Any]]
    reason: str
    post: dict[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.who})"


def of_deployment(world: World) -> list[Any]:
    return [world.live.uuid]


def of_entry(world: World) -> list[Any]:
    return [world.live.uuid, world.entry_pk]


def of_alert(which: str = "") -> Callable[[World], list[Any]]:
    return lambda world: [world.alert.uuid, *([which] if which else [])]


def of_import(world: World) -> list[Any]:
    return [world.live.uuid, world.held.pk]


KEEPING, OPERATING, JUDGING = (
    "Keeping the watchlist of the deployment.",
    "Operating the deployment.",
    "Judging the alert.",
)
LOOKS = (
    Look("deployments:watchlist", "alice", of_deployment, OPERATING),
    Look("deployments:watchlist", "watchlist_manager", of_deployment, KEEPING),
    Look("deployments:review_watchlist", "second_watchlist_manager", of_deployment, KEEPING),
    Look("deployments:entry", "alice", of_entry, OPERATING),
    Look("deployments:entry_image", "alice", of_entry, WHY, {"why": WHY}),
    Look("deployments:entry_image", "watchlist_manager", of_entry, KEEPING),
    Look("deployments:import_report", "watchlist_manager", of_import, KEEPING),
    Look("deployments:import_refused", "watchlist_manager", of_import, KEEPING),
    Look("deployments:ledger", "auditor", lambda _: [], WHY, {"reference": "X", "why": WHY}),
    Look(
        "deployments:sign_picture",
        "engagement_officer",
        lambda world: [world.live.uuid, world.sign.pk],
        "Seeing that the public is told by signs.",
    ),
    Look(
        "deployments:camera_still",
        "applicant",
        lambda world: [world.still.camera_id],
        "Drawing or judging a zone of recognition.",
    ),
    Look("alerts:detail", "alice", of_alert(), JUDGING),
    *(
        Look("alerts:image", "alice", of_alert(which), JUDGING)
        for which in ("probe", "candidate", "context")
    ),
    Look("alerts:other_image", "alice", lambda world: [world.alert.uuid, 1], JUDGING),
    Look(
        "recognition:watch",
        "alice",
        lambda world: [world.live.uuid, world.camera_pk],
        "Watching over the deployment while it is live.",
        {},
    ),
)
# What goes on from a look that was recorded with its reason and is refused without one, with the
# tests of that: a ticket for ten minutes, the segments that were opened.
GOES_ON = {
    "recognition:picture": "tests/recognition/test_views.py",
    "deployments:footage": "tests/deployments/footage/test_views.py",
    "deployments:footage_player": "tests/deployments/footage/test_views.py",
    "deployments:footage_video": "tests/deployments/footage/test_views.py",
    "deployments:footage_export": "tests/deployments/footage/test_views.py",
    "deployments:subject_access_request": "tests/deployments/subject_access/test_views.py",
    "deployments:subject_access_file": "tests/deployments/subject_access/test_views.py",
    "deployments:subject_access_export": "tests/deployments/subject_access/test_views.py",
}


@pytest.fixture
def world(cast: Cast) -> World:
    live = make_deployment(status=Status.LIVE, entries=2)
    entry, other = live.entries.order_by("pk")[:2]
    alert = make_alert(live, entry=entry)
    alert.others.create(entry=other, rank=1, similarity=0.5)
    sign = signs.add_photograph(
        live, sign_picture("At the zone"), place=SignPlace.ZONE, by=cast.engagement_officer
    )
    signs.replace_picture(sign, sign_picture("At the zone"))
    still = stills.take_in(
        make_camera(), jpeg(seed=1, size=(360, 640)), by=cast.system_administrator
    )
    stills.replace(still, jpeg(seed=2, size=(360, 640)))
    held = received(live, sheet(row("A1"), row("A2", response="purple")))
    finish(held, is_confirmed=True)
    make_entry(live, is_reviewed=False)
    return World(live, alert, sign, still, held)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_look_says_who_and_why(world: World, cast: Cast, look: Look):
    client = Client()
    client.force_login(getattr(cast, look.who))
    before = AuditEvent.objects.latest("sequence").sequence
    address = reverse(look.name, args=look.arguments(world))

    answer = client.get(address) if look.post is None else client.post(address, look.post)

    assert answer.status_code == 200
    assert answer.content
    left = AuditEvent.objects.filter(sequence__gt=before, kind=AuditKind.CONSULTATION)
    assert {(event.actor, event.reason) for event in left} == {(look.who, look.reason)}
    if look.name not in {"deployments:ledger", "deployments:camera_still"}:
        assert {event.deployment for event in left} == {world.live}


def views(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(pattern, inner)
        elif pattern.name:
            yield namespace + pattern.name, pattern.callback


def test_no_view_that_shows_images_is_left_out():
    showing = {name for name, view in views(get_resolver()) if getattr(view, "shows_images", False)}
    looked_at = {look.name for look in LOOKS}

    assert {"alerts:image", "deployments:entry_image"} < showing
    assert showing - looked_at - GOES_ON.keys() == set()
    assert looked_at & GOES_ON.keys() == set()
