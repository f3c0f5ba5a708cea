"""What a newcomer finds in the demo besides the deployment that runs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments.enums import Rank, Role, Status
from deployments.models import Camera, Deployment, User
from lfr_site.demo import seed
from lfr_site.demo.documents import seed_documents
from tests.factories import make_camera


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    monkeypatch.setenv("LFR_DEMO_PASSWORD", "correct horse battery staple")
    people = seed.seed_people()
    seed_documents(people)
    return people


@pytest.fixture
def camera(people: dict[str, User]) -> Camera:
    return make_camera()


@pytest.mark.usefixtures("urgent_route")
def test_an_urgent_authority_waits_for_its_review(people: dict[str, User], camera: Camera):
    seed.seed_urgent(people, camera)

    case = Deployment.objects.get()
    assert case.status == Status.AUTHORISED
    assert case.awaits_review
    assert case.decided_by is not None
    assert case.decided_by.rank < Rank.SUPERINTENDENT
    assert case.review_due_at is not None
    assert timezone.now() < case.starts_at < case.review_due_at < case.ends_at


@pytest.mark.usefixtures("urgent_route")
def test_the_superintendent_finds_it_and_its_form(
    client: Client, people: dict[str, User], camera: Camera
):
    seed.seed_urgent(people, camera)
    client.force_login(people["authorising_officer"])

    listed = client.get(reverse("deployments:list"))

    assert next(iter(listed.context["waiting"])).title == "To review"
    due = timezone.localtime(Deployment.objects.get().review_due_at)
    assert f"Review due by <strong>{due:%-d %b %Y, %H:%M}</strong>" in listed.content.decode()
    page = client.get(reverse("deployments:detail", args=[Deployment.objects.get().uuid]))
    assert page.context["review"] is not None
    assert "Review of the urgent authority" in page.content.decode()


@pytest.mark.usefixtures("urgent_route")
def test_a_second_run_leaves_it_and_a_later_one_makes_another(
    people: dict[str, User], camera: Camera, monkeypatch: pytest.MonkeyPatch
):
    seed.seed_urgent(people, camera)
    seed.seed_urgent(people, camera)

    assert Deployment.objects.count() == 1

    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    seed.seed_urgent(people, camera)

    assert Deployment.objects.count() == 2


@pytest.mark.usefixtures("urgent_route")
def test_it_does_not_stand_in_for_what_is_announced(people: dict[str, User], camera: Camera):
    seed.seed_urgent(people, camera)
    seed.seed_upcoming(people, camera)

    ordinary = Deployment.objects.get(status=Status.AUTHORISED, review_due_at=None)
    assert ordinary.variations.count() == 1
    assert Deployment.objects.filter(status=Status.SUBMITTED).count() == 1


def test_somebody_may_take_the_urgent_route_only(people: dict[str, User]):
    officer = people["duty_officer"]

    assert officer.roles == [Role.AUTHORISING_OFFICER]
    assert officer.rank == Rank.INSPECTOR


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["public:home", "sign_in"])
@pytest.mark.parametrize("is_on", [True, False])
def test_the_banner_says_what_is_otherwise_than_in_a_force(
    client: Client, settings: Settings, name: str, *, is_on: bool
):
    settings.DEMO = True
    settings.URGENT_ROUTE = is_on
    settings.SECOND_FACTOR = not is_on

    page = client.get(reverse(name)).content.decode()

    assert ("The urgent route" in page) == is_on
    assert ("second factor at sign-in is turned off" in page) == is_on
