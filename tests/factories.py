"""The cast and the things that tests are about.

Everything is made through the real lifecycle functions, so that a test begins in a state that
the system itself can reach, with its audit events and its history. Pictures are drawn: nobody's
face is in them.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import cache
from unittest import mock

import cv2
import numpy as np
from celery import current_app
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from alerts import field, raising, second_opinions
from alerts import lifecycle as alert_lifecycle
from alerts.enums import AlertStatus, DismissalReason, Factor, OfficersView, Outcome
from alerts.findings import Findings
from alerts.models import Alert
from deployments import (
    briefings,
    lifecycle,
    policy_documents,
    purge,
    still_sought,
    variations,
    watchlist,
    watchlist_review,
)
from deployments.enums import (
    RELIED_ON,
    Category,
    DocumentKind,
    DocumentStatus,
    PlaceGround,
    Rank,
    Response,
    Role,
    SignPlace,
    Status,
    TrainingKind,
)
from deployments.forces import own_force
from deployments.heartbeats import HOUSEKEEPING, beat
from deployments.models import (
    Camera,
    Deployment,
    PolicyDocument,
    SignPhotograph,
    Training,
    User,
    Variation,
    WatchlistEntry,
)
from deployments.zones import WHOLE_FRAME
from recognition import template_store
from recognition.models import CameraCheck, OperatingPoint
from recognition.results import publish_due_results
from recognition.types import Floats
from tests.tampering import settle

PASSWORD = "correct horse battery staple"
PROFILE = "embedded"
PROFILE_VERSION = "embedded-1"
DIMENSION = 128
THRESHOLD = 0.5

_PEOPLE: dict[str, tuple[str, Rank, tuple[Role, ...]]] = {
    "applicant": ("Marsh", Rank.INSPECTOR, (Role.APPLICANT,)),
    "authorising_officer": ("Okafor", Rank.SUPERINTENDENT, (Role.AUTHORISING_OFFICER,)),
    "second_superintendent": (
        "Lindqvist",
        Rank.SUPERINTENDENT,
        # May apply too, so that only being the applicant stands between them and deciding.
        (Role.AUTHORISING_OFFICER, Role.APPLICANT),
    ),
    "watchlist_manager": ("Patel", Rank.STAFF, (Role.WATCHLIST_MANAGER,)),
    "second_watchlist_manager": ("Ito", Rank.STAFF, (Role.WATCHLIST_MANAGER,)),
    "alice": ("Alice", Rank.CONSTABLE, (Role.OPERATOR,)),
    "bob": ("Bob", Rank.CONSTABLE, (Role.OPERATOR,)),
    "engagement_officer": ("Reyes", Rank.SERGEANT, (Role.ENGAGEMENT_OFFICER,)),
    "disclosure_officer": ("Byrne", Rank.STAFF, (Role.DISCLOSURE_OFFICER,)),
    "auditor": ("Whitlock", Rank.STAFF, (Role.AUDITOR,)),
    "inspector": ("Adeyemi", Rank.STAFF, (Role.INSPECTOR,)),
    "system_administrator": ("Novak", Rank.STAFF, (Role.SYSTEM_ADMINISTRATOR,)),
    "charlie": ("Charlie", Rank.CONSTABLE, ()),
}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """Alice and Bob are operators of the same force; Charlie has no role and must see nothing."""

    applicant: User
    authorising_officer: User
    second_superintendent: User
    watchlist_manager: User
    second_watchlist_manager: User
    alice: User
    bob: User
    engagement_officer: User
    disclosure_officer: User
    auditor: User
    inspector: User
    system_administrator: User
    charlie: User

    def everyone(self) -> dict[str, User]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def make_cast() -> Cast:
    return Cast(**{username: person(username) for username in _PEOPLE})


def person(username: str) -> User:
    """One of the cast, made at first use, trained for each of their roles. All have the same
    password."""
    last_name, rank, roles = _PEOPLE[username]
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "last_name": last_name,
            "rank": rank,
            "roles": list(roles),
            "password": _hashed_password(),
        },
    )
    if is_new:
        for role in set(roles) & set(TrainingKind.values):
            train(user, TrainingKind(role))
    return user


def train(user: User, kind: TrainingKind, *, expires_in_days: int = 300) -> Training:
    """Training whose last day is so many days ahead, or was so many ago."""
    expires_on = timezone.localdate() + timedelta(days=expires_in_days)
    return Training.objects.create(
        person=user,
        kind=kind,
        completed_on=expires_on - timedelta(days=365),
        expires_on=expires_on,
        recorded_by=person("system_administrator"),
    )


def lose_training(user: User) -> None:
    """What the person was trained in ended yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    user.trainings.update(completed_on=yesterday, expires_on=yesterday)


@cache
def _hashed_password() -> str:
    return make_password(PASSWORD)  # a quarter of a second: once is enough


@contextmanager
def recognition_worker_answers() -> Iterator[None]:
    """No worker runs beside the tests; the start check asks for one and waits a second."""

    def answer(*_: object, **__: object) -> list[dict[str, dict[str, float]]]:
        return [{"recognition@test": {"clock": time.time()}}]

    with mock.patch.object(current_app.control, "broadcast", side_effect=answer):
        yield


def make_camera(**changes: object) -> Camera:
    number = next(_numbers)
    return Camera.objects.create(
        **{
            "name": f"Camera {number}",
            "location": "North end of the High Street",
            "source": f"file:/nowhere/street-{number}.mp4",
        }
        | changes
    )


def make_policy_document(
    *,
    kind: DocumentKind = DocumentKind.DPIA,
    status: DocumentStatus = DocumentStatus.PUBLISHED,
    **changes: object,
) -> PolicyDocument:
    """A document in force or a draft; to supersede one, publish another of its kind."""
    values: dict[str, object] = {
        "version": f"1.{next(_numbers)}",
        "title": kind.label,
        "body": "# Purpose\nWhy it is necessary.\n\n- One point\n- Another point",
        "drafted_by": person("system_administrator"),
    }
    document = PolicyDocument.objects.create(kind=kind, **values | changes)
    if status == DocumentStatus.DRAFT:
        return document
    return policy_documents.publish(document, by=person("authorising_officer"))


def documents_relied_on() -> dict[str, object]:
    """What is in force of the kinds that an application names, made where there is none."""
    there = policy_documents.relied_on()
    return {
        field: there.get(field) or make_policy_document(kind=kind)
        for field, kind in RELIED_ON.items()
    }


def make_site_fit() -> None:
    """Housekeeping ran just now, and an evaluation says what the model does at low thresholds."""
    beat(HOUSEKEEPING)
    _measured()


def make_measured() -> None:
    """As a site has it before anybody applies; a test with points of its own keeps them alone."""
    if not OperatingPoint.objects.filter(profile_version=PROFILE_VERSION).exists():
        _measured()


def _measured() -> None:
    OperatingPoint.objects.get_or_create(
        profile=PROFILE,
        profile_version=PROFILE_VERSION,
        dataset="Drawn for tests",
        threshold=0.1,
        defaults={
            "target_fpir": 0.001,
            "fpir": 0.001,
            "fpir_low": 0.0008,
            "fpir_high": 0.0012,
            "tpir": 0.9,
            "tpir_low": 0.88,
            "tpir_high": 0.92,
            "is_carried": True,
            "watchlist": 20_000,
            "mated": 1000,
            "non_mated": 50_000,
            "failure_to_acquire": 0.0,
            "draws": 1,
            "seed": 1,
            "measured_at": timezone.now(),
        },
    )


def photograph_signs(deployment: Deployment) -> None:
    """Both signs, without their pictures, as after the erasure: a test about them takes its own."""
    for place in SignPlace:
        SignPhotograph.objects.create(
            deployment=deployment, place=place, taken_by=person("engagement_officer")
        )


def check_cameras(deployment: Deployment, **changes: object) -> None:
    """A worker looked at every camera just now. Only for what is ready, within its window."""
    values: dict[str, object] = {
        "requested_at": timezone.now(),
        "checked_at": timezone.now(),
        "passed": True,
        "frames_per_s": 25.0,
        "sharpness": 0.03,
        "brightness": 110.0,
        "worker": "test",
        "clock_ahead_s": 0.0,
    }
    for camera in deployment.cameras.all():
        CameraCheck.objects.update_or_create(
            deployment=deployment, camera=camera, defaults=values | changes
        )


def make_deployment(
    *,
    status: Status = Status.DRAFT,
    cameras: list[Camera] | None = None,
    entries: int = 1,
    records_cctv: bool = False,
    **changes: object,
) -> Deployment:
    """A deployment whose window is open, in the state asked for, by the shortest legal way.

    `entries` people are on the watchlist from READY on, enrolled with random templates. All of its
    cameras record where `records_cctv` says so.
    """
    deployment = _draft(cameras or [make_camera()], changes)
    deployment.deploymentcamera_set.update(records_cctv=records_cctv)
    if status == Status.DRAFT:
        return deployment
    make_site_fit()
    with recognition_worker_answers():
        deployment = _advanced(deployment, status, entries=entries)
    settle()  # who made these changes may lose the right to afterwards
    return deployment


def _draft(cameras: list[Camera], changes: dict[str, object]) -> Deployment:
    now = timezone.now()
    values: dict[str, object] = {
        "title": f"High Street {next(_numbers)}",
        "controller_force": own_force(),
        "place": "High Street, from the station to the market",
        "place_ground": PlaceGround.CRIME_HOTSPOT,
        "place_intelligence": "Forty robberies in the last quarter.",
        "categories": [Category.WANTED_BY_COURTS, Category.MISSING_AT_RISK],
        "watchlist_criteria": "Wanted on warrant for robbery; missing and at risk.",
        "watchlist_cap": 100,
        "starts_at": now - timedelta(minutes=5),
        "ends_at": now + timedelta(hours=4),
        "necessity": "Other tactics have not located those sought.",
        "proportionality": "A small zone, for four hours, with signs.",
        "alternatives": "Patrols and appeals were tried for six months.",
        "community_impact": "The independent advisory group was consulted.",
        "signs_plan": "At both ends of the zone and 100 m out.",
        "notice_plan": "On the force's site and on local radio.",
        "expected_footfall": 5_000,
        "profile": PROFILE,
        "threshold": THRESHOLD,
    }
    values |= documents_relied_on()
    if "applicant" not in changes:
        values["applicant"] = person("applicant")
    make_measured()
    deployment = Deployment.objects.create(**values | changes)
    deployment.cameras.set(cameras, through_defaults=WHOLE_FRAME.columns())
    return deployment


def _advanced(deployment: Deployment, status: Status, *, entries: int) -> Deployment:
    for step in _ROUTES[status]:
        if step == "fill":
            for _ in range(entries):
                make_entry(deployment)
            if entries:
                still_sought_list(deployment)
        else:
            deployment = _STEPS[step](deployment)
    return deployment


def still_sought_list(deployment: Deployment) -> None:
    """Somebody asked about the whole list, as it stands."""
    still_sought.confirm_list(
        deployment, source="pnc", reference="CHECK-1", by=person("watchlist_manager")
    )


def _authorised(deployment: Deployment) -> Deployment:
    officer = person("authorising_officer")
    return _prepared(lifecycle.authorise(deployment, by=officer, reasons="Necessary."))


def start_authorised(deployment: Deployment) -> Deployment:
    """From an authority that was given another way to LIVE."""
    make_site_fit()
    make_entry(_prepared(deployment))
    still_sought_list(deployment)
    with recognition_worker_answers():
        return _STEPS["start"](_made_ready(deployment))


def _prepared(deployment: Deployment) -> Deployment:
    _announce_earlier(deployment)
    for operator in ("alice", "bob"):
        briefings.acknowledge(deployment, by=person(operator))
    photograph_signs(deployment)
    return deployment


def _made_ready(deployment: Deployment) -> Deployment:
    deployment = lifecycle.make_ready(deployment, by=person("watchlist_manager"))
    if deployment.starts_at <= timezone.now() < deployment.ends_at:
        check_cameras(deployment)
    return deployment


def _closed(deployment: Deployment) -> Deployment:
    with override_settings(RETENTION_PERIODS_S={"watchlist": 0, "alert": 0, "sign_photograph": 0}):
        publish_due_results()
        purge.purge()
    deployment.refresh_from_db()
    return deployment


_STEPS: dict[str, Callable[[Deployment], Deployment]] = {
    "submit": lambda d: lifecycle.submit(d, by=d.applicant),
    "return": lambda d: lifecycle.return_to_applicant(
        d, by=person("authorising_officer"), reasons="Name the streets."
    ),
    "refuse": lambda d: lifecycle.refuse(
        d, by=person("authorising_officer"), reasons="Not proportionate."
    ),
    "authorise": _authorised,
    "cancel": lambda d: lifecycle.cancel(
        d, by=person("authorising_officer"), reason="The event was called off."
    ),
    "make_ready": _made_ready,
    "start": lambda d: lifecycle.start(d, by=person("alice")),
    "suspend": lambda d: lifecycle.suspend(d, by=person("alice"), reason="A camera was moved."),
    "end": lambda d: lifecycle.end(d, by=person("alice"), reason="The operation is over."),
    "close": _closed,
}
_TO_LIVE = ("submit", "authorise", "fill", "make_ready", "start")
_ROUTES: dict[Status, tuple[str, ...]] = {
    Status.SUBMITTED: ("submit",),
    Status.RETURNED: ("submit", "return"),
    Status.REFUSED: ("submit", "refuse"),
    Status.AUTHORISED: ("submit", "authorise"),
    Status.CANCELLED: ("submit", "authorise", "cancel"),
    Status.READY: _TO_LIVE[:-1],
    Status.LIVE: _TO_LIVE,
    Status.SUSPENDED: (*_TO_LIVE, "suspend"),
    Status.ENDED: (*_TO_LIVE, "end"),
    Status.CLOSED: (*_TO_LIVE, "end", "close"),
}


def _announce_earlier(deployment: Deployment) -> None:
    """The notice went up days before a window that is already open."""
    deployment.published_at = deployment.starts_at - timedelta(days=5)
    Deployment.objects.filter(pk=deployment.pk).update(published_at=deployment.published_at)


def make_variation(deployment: Deployment, **changes: object) -> Variation:
    """A proposed change to what is authorised, as its applicant writes it."""
    deployment.refresh_from_db()
    terms = replace(variations.terms_of(deployment), **changes)  # type: ignore[arg-type]
    # A camera that is added looks at its whole picture, unless the test draws its zone.
    whole = {str(pk): WHOLE_FRAME.numbers() for pk in terms.camera_ids}
    terms = replace(terms, zones=whole | terms.zones)
    return variations.propose(
        deployment, terms, by=deployment.applicant, reasons="They were seen two streets away."
    )


def new_entry(**changes: object) -> watchlist.NewEntry:
    number = next(_numbers)
    values: dict[str, object] = {
        "reference": f"REF-{number:05}",
        "name": f"Person Number{number}",
        "category": Category.WANTED_BY_COURTS,
        "response": Response.AMBER,
        "image": jpeg(seed=number),
        "image_source": "Custody record",
        "image_date": timezone.localdate() - timedelta(days=30),
        "lawful_basis": "Police and Criminal Evidence Act 1984, s. 64A",
    }
    return watchlist.NewEntry(**values | changes)  # type: ignore[arg-type]


MEASURED = (
    watchlist.Measure("Size of the face", "large enough: 96 pixels across, at least 48", True),
    watchlist.Measure("Exposure", "too dark: 1% of full brightness, 5% to 97%", False),
)


def make_entry(
    deployment: Deployment,
    *,
    is_enrolled: bool = True,
    is_reviewed: bool = True,
    embedding: Floats | None = None,
    **changes: object,
) -> WatchlistEntry:
    """Somebody on the watchlist; enrolled with `embedding` or a random one and reviewed, waiting
    for the review, or left pending."""
    entry = watchlist.add_entry(deployment, new_entry(**changes), by=person("watchlist_manager"))
    if is_enrolled:
        with transaction.atomic():
            template_store.save(
                entry,
                unit_vector(seed=entry.pk) if embedding is None else embedding,
                profile=PROFILE,
                profile_version=PROFILE_VERSION,
            )
            watchlist.mark_enrolled(entry, quality=MEASURED)
        if is_reviewed:
            watchlist_review.accept(deployment, [entry.pk], by=person("second_watchlist_manager"))
        entry.refresh_from_db()
    return entry


def reviewed(deployment: Deployment) -> None:
    """A second person accepted everybody who waits for it, and they were asked about."""
    second = person("second_watchlist_manager")
    waiting = watchlist_review.waiting_for(second, deployment).values_list("pk", flat=True)
    watchlist_review.accept(deployment, list(waiting), by=second)
    still_sought_list(deployment)


def new_alert(entry: WatchlistEntry, **changes: object) -> raising.NewAlert:
    """What a recogniser reports of a sighting of this person just now."""
    values: dict[str, object] = {
        "entry_id": entry.pk,
        "similarity": 0.8,
        "is_lookalike": False,
        "profile": PROFILE,
        "profile_version": PROFILE_VERSION,
        "captured_at": timezone.now(),
        "source_position_s": 1.5,
        "face_box": (10.0, 12.0, 80.0, 90.0),
        "probe": jpeg(seed=1),
        "context": jpeg(seed=2, size=(96, 160)),
    }
    return raising.NewAlert(**values | changes)  # type: ignore[arg-type]


def make_alert(
    deployment: Deployment,
    *,
    status: AlertStatus = AlertStatus.RAISED,
    entry: WatchlistEntry | None = None,
    camera: Camera | None = None,
    outcome: Outcome = Outcome.ARREST,
    by: User | None = None,
    **changes: object,
) -> Alert:
    """An alert of a live deployment, taken to the state asked for; `by` is its operator."""
    entry = entry or make_entry(deployment)
    camera = camera or deployment.cameras.get()
    alert = raising.raise_alert(deployment, camera, new_alert(entry, **changes))
    if alert is None:
        raise ValueError("no alert is raised: the deployment is not live")
    operator = by or person("alice")
    for step in _ALERT_ROUTES[status]:
        alert = (
            _resolved(alert, outcome) if step == "resolve" else _ALERT_STEPS[step](alert, operator)
        )
    return alert


def _resolved(alert: Alert, outcome: Outcome) -> Alert:
    return alert_lifecycle.resolve(
        alert,
        by=person("engagement_officer"),
        outcome=outcome,
        identity_confirmed=outcome != Outcome.NOT_THE_PERSON,
        notice_handed_over=True,
    )


_ALERT_STEPS: dict[str, Callable[[Alert, User], Alert]] = {
    "claim": lambda alert, operator: alert_lifecycle.claim(alert, by=operator),
    "dismiss": lambda alert, operator: alert_lifecycle.dismiss(
        alert, by=operator, reason=DismissalReason.DIFFERENT_FEATURES
    ),
    "confirm": lambda alert, operator: alert_lifecycle.confirm(
        alert, by=operator, findings=Findings(in_favour=(Factor.MARKS,))
    ),
    "look": lambda alert, operator: alert_lifecycle.look_first(
        alert, by=operator, findings=Findings(in_favour=(Factor.NOSE,))
    ),
    "ask": lambda alert, operator: second_opinions.ask(alert, by=operator),
    "dispatch": lambda alert, operator: alert_lifecycle.dispatch(alert, by=operator, source="pnc"),
    "close_not_sought": lambda alert, operator: alert_lifecycle.close_not_sought(
        alert, by=operator, source="pnc"
    ),
    "not_located": lambda alert, _: alert_lifecycle.not_located(
        alert, by=person("engagement_officer")
    ),
    "assess": lambda alert, _: field.assess(
        alert, by=person("engagement_officer"), view=OfficersView.COULD_BE
    ),
    "engage": lambda alert, _: alert_lifecycle.engage(alert, by=person("engagement_officer")),
}
_TO_DISPATCHED = ("claim", "confirm", "dispatch")
_ALERT_ROUTES: dict[AlertStatus, tuple[str, ...]] = {
    AlertStatus.RAISED: (),
    AlertStatus.CLAIMED: ("claim",),
    AlertStatus.SECOND_LOOK: ("claim", "look", "ask"),
    AlertStatus.DISMISSED: ("claim", "dismiss"),
    AlertStatus.CONFIRMED: _TO_DISPATCHED[:-1],
    AlertStatus.NOT_SOUGHT: (*_TO_DISPATCHED[:-1], "close_not_sought"),
    AlertStatus.DISPATCHED: _TO_DISPATCHED,
    AlertStatus.NOT_LOCATED: (*_TO_DISPATCHED, "not_located"),
    AlertStatus.ENGAGED: (*_TO_DISPATCHED, "assess", "engage"),
    AlertStatus.RESOLVED: (*_TO_DISPATCHED, "assess", "engage", "resolve"),
}


def jpeg(*, seed: int = 0, size: tuple[int, int] = (96, 80)) -> bytes:
    """A drawn oval on noise, height × width: a JPEG that no detector takes for a person."""
    height, width = size
    image = np.random.default_rng(seed).integers(0, 60, (height, width, 3), dtype=np.uint8)
    centre, axes = (width // 2, height // 2), (width // 4, height // 3)
    cv2.ellipse(image, centre, axes, 0, 0, 360, (150, 170, 200), -1)
    written, data = cv2.imencode(".jpg", image)
    if not written:
        raise ValueError("the drawing could not be encoded")
    return data.tobytes()


def unit_vector(*, seed: int, dimension: int = DIMENSION) -> Floats:
    vector = np.random.default_rng(seed).normal(size=dimension)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
