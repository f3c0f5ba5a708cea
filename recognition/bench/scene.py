"""A live deployment to measure in: the demo's street, its watchlist and a long list of strangers.

It is made through the same functions that people's clicks call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from django.utils import timezone

from deployments import (
    lifecycle,
    policy_documents,
    still_sought,
    training,
    watchlist,
    watchlist_review,
)
from deployments.enums import (
    RELIED_ON,
    Category,
    PlaceGround,
    Rank,
    Role,
    SoughtSource,
    Status,
    TrainingKind,
)
from deployments.forces import own_force
from deployments.models import Camera, Deployment, PolicyDocument, User, WatchlistEntry
from deployments.zones import WHOLE_FRAME
from recognition.bench.options import ASSETS
from recognition.bench.strangers import insert, random_templates
from recognition.demo_watchlist import new_entry, rows
from recognition.profiles import Profile, load_profile

# Midway between the most alike strangers of the street and its least alike walker on the list.
THRESHOLD = 0.96
STRANGERS_ALIKE = 0.5
PROFILE = "embedded"


def authorised(title: str, *, cameras: int = 1, records_cctv: bool = False) -> Deployment:
    """A deployment whose window is open and whose watchlist may be filled."""
    applicant = _person("bench.applicant", Rank.INSPECTOR, Role.APPLICANT)
    officer = _person("bench.officer", Rank.SUPERINTENDENT, Role.AUTHORISING_OFFICER)
    now = timezone.now()
    deployment = Deployment.objects.create(
        title=title,
        controller_force=own_force(),
        place="A street that does not exist",
        place_ground=PlaceGround.CRIME_HOTSPOT,
        place_intelligence="None: this deployment is measured.",
        categories=list(Category),
        watchlist_criteria="People who do not exist.",
        watchlist_cap=2_000_000,
        starts_at=now + timedelta(seconds=1),
        ends_at=now + timedelta(hours=8),
        necessity="To measure.",
        proportionality="Nobody is watched.",
        alternatives="None.",
        community_impact="None.",
        signs_plan="None: nobody is there.",
        notice_plan="None: nobody is there.",
        expected_footfall=1000,
        profile=PROFILE,
        threshold=THRESHOLD,
        applicant=applicant,
        **_documents(officer),
    )
    columns = WHOLE_FRAME.columns() | {"records_cctv": records_cctv}
    deployment.cameras.set(_cameras(cameras), through_defaults=columns)
    # Its lists are longer than a threshold may be applied for: nobody is on them.
    with mock.patch.object(lifecycle, "what_is_missing", return_value=[]):
        lifecycle.submit(deployment, by=applicant)
    return lifecycle.authorise(deployment, by=officer, reasons="To measure.")


def watchlist_manager() -> User:
    return _person("bench.manager", Rank.STAFF, Role.WATCHLIST_MANAGER)


def portraits(deployment: Deployment) -> list[WatchlistEntry]:
    """The demo's watchlist, its images stored encrypted, waiting for enrolment."""
    manager = watchlist_manager()
    return [
        watchlist.add_entry(deployment, new_entry(row, ASSETS), by=manager) for row in rows(ASSETS)
    ]


def add_strangers(deployment: Deployment, count: int) -> None:
    profile: Profile = load_profile(deployment.profile)
    insert(
        deployment.pk,
        random_templates(count, dimension=profile.dimension, likeness=STRANGERS_ALIKE),
        profile=profile.name,
        profile_version=profile.model_name,
    )


def reviewed(deployment: Deployment) -> None:
    """By a second person: from the commit on, everybody who has a template is searched for."""
    second = _person("bench.reviewer", Rank.STAFF, Role.WATCHLIST_MANAGER)
    waiting = watchlist_review.waiting_for(second, deployment).values_list("pk", flat=True)
    watchlist_review.accept(deployment, list(waiting), by=second)


def _review(deployment: Deployment, manager: User) -> None:
    reviewed(deployment)
    still_sought.confirm_list(deployment, source=SoughtSource.PNC, reference="BENCH-1", by=manager)


def started(deployment: Deployment) -> Deployment:
    """Live. The cameras are left to the caller, who is the worker."""
    manager = watchlist_manager()
    operator = _person("bench.operator", Rank.CONSTABLE, Role.OPERATOR)
    _review(deployment, manager)
    with _without_start_checks():
        deployment = lifecycle.make_ready(deployment, by=manager)
        deployment = lifecycle.start(deployment, by=operator)
    assert deployment.status == Status.LIVE
    return deployment


def ended(deployment: Deployment) -> None:
    lifecycle.end(deployment, by=None, reason="It has been measured.")


def _person(username: str, rank: Rank, role: Role) -> User:
    person, _ = User.objects.get_or_create(
        username=username, defaults={"last_name": username, "rank": rank, "roles": [role]}
    )
    if role in TrainingKind.values and not training.is_trained(person, TrainingKind(role)):
        today, by = timezone.localdate(), _person("bench.trainer", Rank.STAFF, Role.AUDITOR)
        kind, ends = TrainingKind(role), today + timedelta(days=1)
        training.record(person, kind=kind, completed_on=today, expires_on=ends, by=by)
    return person


def _documents(officer: User) -> dict[str, PolicyDocument]:
    author = _person("bench.administrator", Rank.STAFF, Role.SYSTEM_ADMINISTRATOR)
    there = policy_documents.relied_on()
    for field, kind in RELIED_ON.items():
        if field not in there:
            draft = PolicyDocument.objects.create(
                kind=kind, version="1", title=kind.label, body="None.", drafted_by=author
            )
            policy_documents.publish(draft, by=officer)
    return policy_documents.relied_on()


def _cameras(count: int) -> list[Camera]:
    source = f"file:{ASSETS / 'street.mp4'}"
    return [
        Camera.objects.get_or_create(
            name=f"Bench {number}",
            defaults={"location": "Nowhere", "source": source, "loop": True},
        )[0]
        for number in range(1, count + 1)
    ]


@contextmanager
def _without_start_checks() -> Iterator[None]:
    """No site stands around the bench, with its signs, workers and clocks: what is measured begins
    with the first picture."""
    with mock.patch.object(lifecycle, "run_checks", return_value=[]):
        yield
