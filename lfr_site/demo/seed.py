"""Seeds a demo through the same functions that people's clicks call, as those people."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from deployments import (
    briefings,
    lifecycle,
    policy_documents,
    signs,
    still_sought,
    stills,
    training,
    variations,
    watchlist,
    watchlist_review,
)
from deployments.enums import Category, PlaceGround, SignPlace, SoughtSource, Status, TrainingKind
from deployments.forces import own_force
from deployments.models import Camera, CameraStill, Deployment, User
from deployments.start_checks import failed_checks
from deployments.watchlist import NewEntry
from deployments.zones import Zone
from lfr_site.demo.cast import CAST
from lfr_site.demo.environment import THRESHOLD
from lfr_site.demo.sheet import rows
from lfr_site.demo.signs import sign_picture
from recognition.alerting import encode
from recognition.synthetic.casting import SEED
from recognition.synthetic.composer import Street

# Where the demo's walkers are near enough.
ZONE = Zone(Decimal("0.05"), Decimal("0.05"), Decimal("0.9"), Decimal("0.92"))
CAMERA = "High Street (synthetic)"
WINDOW = timedelta(hours=8)
A_YEAR = timedelta(days=365)
Say = Callable[[str], None]


class Where(NamedTuple):
    title: str
    place: str


HIGH_STREET = Where(
    "High Street, today", "High Street, Seedham, between Market Row and the library"
)
MARKET = Where("Market square", "Market square, Seedham, north side")
STATION = Where("Station forecourt", "Forecourt of Seedham station")


def seed_people() -> dict[str, User]:
    """Make the cast, or give it back. The password comes from the demo's own secrets."""
    people = {}
    for person in CAST:
        user, created = User.objects.get_or_create(
            username=person.username,
            defaults={
                "first_name": person.first_name,
                "last_name": person.last_name,
                "rank": person.rank,
                "roles": list(person.roles),
                "is_staff": True,
            },
        )
        if created:
            user.set_password(os.environ["LFR_DEMO_PASSWORD"])
            user.save()
        people[person.role] = user
    for user in people.values():
        _train(user, by=people["system_administrator"])
    return people


def _train(user: User, *, by: User) -> None:
    """For each of their roles that asks for it, for a year; a demo run again renews it."""
    today = timezone.localdate()
    for kind in TrainingKind:
        if kind in user.roles and not training.is_trained(user, kind):
            training.record(user, kind=kind, completed_on=today, expires_on=today + A_YEAR, by=by)


def seed_camera(assets: Path) -> Camera:
    camera, _ = Camera.objects.update_or_create(
        name=CAMERA,
        defaults={
            "location": "Corner of High Street and Market Row, looking east",
            "source": f"file:{assets / 'street.mp4'}",
            "loop": True,
        },
    )
    return camera


def seed_still(camera: Camera, *, by: User) -> None:
    """A survey picture of the street with nobody in it; a worker prepares it as any other."""
    if CameraStill.objects.filter(camera=camera).exists() or camera.is_bound:
        return
    picture, _ = Street.with_walkers((), seed=SEED).frame(0)
    stills.take_in(camera, encode(picture), by=by)


def seed_live_deployment(
    people: dict[str, User], camera: Camera, assets: Path, say: Say
) -> Deployment:
    """A deployment in its window with the synthetic watchlist, or the one that is running."""
    running = Deployment.objects.filter(
        status__in=(Status.LIVE, Status.SUSPENDED), ends_at__gt=timezone.now()
    ).first()
    if running is not None:
        say("The deployment of the last run is still in its window.")
        return running
    deployment = _authorised(
        people, camera, HIGH_STREET, starts_at=timezone.now() + timedelta(seconds=1)
    )
    _fill_watchlist(deployment, assets, by=people["watchlist_manager"])
    wait_for_enrolment(deployment, say)
    for operator in ("operator", "operator_2"):
        briefings.acknowledge(deployment, by=people[operator])
    _photograph_signs(deployment, by=people["engagement_officer"])
    _review(deployment, people)
    lifecycle.make_ready(deployment, by=people["watchlist_manager"])
    wait_for_checks(deployment, say)
    return lifecycle.start(deployment, by=people["operator"])


def seed_upcoming(people: dict[str, User], camera: Camera) -> None:
    """An application and a variation to decide, and something on the public page that is still
    ahead."""
    if not Deployment.objects.filter(status=Status.SUBMITTED).exists():
        starts = _morning(timezone.now() + timedelta(days=6))
        lifecycle.submit(
            _application(people, camera, starts, STATION),
            by=people["applicant"],
        )
    if not Deployment.objects.filter(
        status=Status.AUTHORISED, starts_at__gt=timezone.now()
    ).exists():
        starts = _morning(timezone.now() + timedelta(days=4))
        market = _authorised(people, camera, MARKET, starts_at=starts)
        terms = variations.terms_of(market)
        variations.propose(
            market,
            replace(terms, ends_at=terms.ends_at + timedelta(hours=1)),
            by=people["applicant"],
            reasons="The market stays open an hour longer on that day than was announced.",
        )


def wait_for_enrolment(deployment: Deployment, say: Say, *, timeout_s: float = 300) -> None:
    """Report progress until no image waits. Raises TimeoutError."""
    deadline, last = time.monotonic() + timeout_s, -1
    while True:
        state = watchlist.progress(deployment)
        if state.total - state.pending != last:
            last = state.total - state.pending
            say(f"Enrolling the watchlist: {last} of {state.total}")
        if state.is_done:
            return
        if time.monotonic() > deadline:
            raise TimeoutError("The recognition worker did not enrol the watchlist in time.")
        time.sleep(0.25)


def wait_for_checks(deployment: Deployment, say: Say, *, timeout_s: float = 120) -> None:
    """Until the cameras are looked at and housekeeping ran. Raises TimeoutError."""
    say("Waiting for the start checks")
    deadline = time.monotonic() + timeout_s
    while failed := failed_checks(deployment):
        if time.monotonic() > deadline:
            words = " ".join(check.sentence for check in failed)
            raise TimeoutError(f"The start checks are not passed: {words}")
        time.sleep(0.5)


def _photograph_signs(deployment: Deployment, *, by: User) -> None:
    for place in SignPlace:
        signs.add_photograph(deployment, sign_picture(place.label), place=place, by=by)


def _review(deployment: Deployment, people: dict[str, User]) -> None:
    second = people["watchlist_manager_2"]
    waiting = watchlist_review.waiting_for(second, deployment).values_list("pk", flat=True)
    watchlist_review.accept(deployment, list(waiting), by=second)
    still_sought.confirm_list(
        deployment, source=SoughtSource.PNC, reference="DEMO-1", by=people["watchlist_manager"]
    )


def _morning(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=10, minute=0, second=0, microsecond=0)


def _application(
    people: dict[str, User], camera: Camera, starts_at: datetime, where: Where
) -> Deployment:
    with transaction.atomic():
        deployment = Deployment.objects.create(
            title=where.title,
            controller_force=own_force(),
            place=where.place,
            place_ground=PlaceGround.CRIME_HOTSPOT,
            place_intelligence=(
                "Robbery and theft from the person here are three times the force's average over "
                "the last six months."
            ),
            categories=[
                Category.WANTED_BY_COURTS,
                Category.SUSPECTED_OF_OFFENCE,
                Category.BAIL_CONDITIONS,
                Category.COURT_ORDER,
                Category.MISSING_AT_RISK,
                Category.RISK_OF_HARM,
            ],
            watchlist_criteria=(
                "People wanted on warrant or for robbery, people in breach of bail conditions "
                "naming the High Street, and missing people at increased risk."
            ),
            watchlist_cap=200,
            starts_at=starts_at,
            ends_at=starts_at + WINDOW,
            necessity=(
                "Patrols and appeals over six months did not find the people sought; officers "
                "cannot know by sight everyone wanted for these offences."
            ),
            proportionality=(
                "One camera, one day, a watchlist limited to serious and local cases; faces that "
                "match nobody are deleted at once."
            ),
            alternatives=(
                "Plain-clothes patrols, appeals with pictures and a search of CCTV by hand; each "
                "was tried for a month without finding those sought."
            ),
            community_impact=(
                "Discussed with the Seedham community panel; signs at both ends of the street."
            ),
            signs_plan=(
                "One sign at each end of the street at the zone, one 100 m before it at Market "
                "Row and at the library, and one at each side street."
            ),
            notice_plan="On the force's page, in the local paper and on posters in the street.",
            expected_footfall=12_000,
            profile=settings.RECOGNITION_PROFILE,
            threshold=THRESHOLD,
            applicant=people["applicant"],
            **policy_documents.relied_on(),
        )
        deployment.cameras.add(camera, through_defaults=ZONE.columns() | {"records_cctv": True})
    return deployment


def _authorised(
    people: dict[str, User],
    camera: Camera,
    where: Where,
    *,
    starts_at: datetime,
) -> Deployment:
    deployment = lifecycle.submit(
        _application(people, camera, starts_at, where), by=people["applicant"]
    )
    return lifecycle.authorise(
        deployment,
        by=people["authorising_officer"],
        reasons="Necessary for the offences named and limited to one street for one day.",
    )


def _fill_watchlist(deployment: Deployment, assets: Path, *, by: User) -> None:
    for row in rows(assets):
        new = NewEntry(
            reference=row["reference"],
            name=row["name"],
            category=row["category"],
            response=row["response"],
            image=(assets / "portraits" / row["image"]).read_bytes(),
            image_source=row["image_source"],
            image_date=date.fromisoformat(row["image_date"]),
            lawful_basis=row["lawful_basis"],
        )
        watchlist.add_entry(deployment, new, by=by)
