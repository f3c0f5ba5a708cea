"""Seeds a demo through the same functions that people's clicks call, as those people."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from deployments import (
    briefings,
    lifecycle,
    signs,
    still_sought,
    stills,
    training,
    urgent,
    variations,
    watchlist,
    watchlist_review,
)
from deployments.enums import SignPlace, SoughtSource, Status, TrainingKind
from deployments.models import Camera, CameraStill, Deployment, User
from deployments.start_checks import failed_checks
from deployments.variation_sql import VARIABLE
from lfr_site.demo.cases import BUS_STATION, HIGH_STREET, MARKET, STATION, Case, application
from lfr_site.demo.cast import CAST
from lfr_site.demo.signs import sign_picture
from recognition.alerting import encode
from recognition.demo_watchlist import new_entry, rows
from recognition.synthetic.casting import SEED
from recognition.synthetic.composer import Street

CAMERA = "High Street (synthetic)"
A_YEAR = timedelta(days=365)
Say = Callable[[str], None]


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
        HIGH_STREET, people, camera, starts_at=timezone.now() + timedelta(seconds=1)
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
        _submitted(STATION, people, camera, starts_at=starts)
    if not Deployment.objects.filter(
        status=Status.AUTHORISED, review_due_at=None, starts_at__gt=timezone.now()
    ).exists():
        starts = _morning(timezone.now() + timedelta(days=4))
        market = _authorised(MARKET, people, camera, starts_at=starts)
        terms = variations.terms_of(market)
        variations.propose(
            market,
            replace(terms, ends_at=terms.ends_at + timedelta(hours=1)),
            by=people["applicant"],
            reasons="The market stays open an hour longer on that day than was announced.",
        )


def seed_urgent(people: dict[str, User], camera: Camera) -> None:
    """An authority by an inspector, whose review by a superintendent is due within hours."""
    waiting = Deployment.objects.filter(
        status__in=VARIABLE, reviewed_at=None, review_due_at__gt=timezone.now()
    )
    if waiting.exists():
        return
    starts = timezone.now() + timedelta(hours=2)
    urgent.authorise(
        _submitted(BUS_STATION, people, camera, starts_at=starts),
        by=people["duty_officer"],
        reasons=(
            "Both are at high risk and may leave within hours; no superintendent could be reached "
            "in time. Limited to the bus station, to tonight and to those reported missing."
        ),
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


def _submitted(
    case: Case, people: dict[str, User], camera: Camera, *, starts_at: datetime
) -> Deployment:
    draft = application(case, people=people, camera=camera, starts_at=starts_at)
    return lifecycle.submit(draft, by=people["applicant"])


def _authorised(
    case: Case, people: dict[str, User], camera: Camera, *, starts_at: datetime
) -> Deployment:
    return lifecycle.authorise(
        _submitted(case, people, camera, starts_at=starts_at),
        by=people["authorising_officer"],
        reasons="Necessary for the offences named and limited to one street for one day.",
    )


def _fill_watchlist(deployment: Deployment, assets: Path, *, by: User) -> None:
    for row in rows(assets):
        watchlist.add_entry(deployment, new_entry(row, assets), by=by)
