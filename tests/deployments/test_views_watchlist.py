"""The pages of a watchlist."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from deployments import consultations, image_store
from deployments.enums import AuditKind, EntryStatus, Status
from deployments.models import AuditEvent, Deployment
from tests.deployments.sheets import row
from tests.factories import Cast, jpeg, make_deployment, make_entry


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def address(deployment: Deployment, name: str, *arguments: object) -> str:
    return reverse(f"deployments:{name}", args=[deployment.uuid, *arguments])


@pytest.mark.parametrize(
    "who", ["applicant", "authorising_officer", "engagement_officer", "auditor"]
)
def test_only_managers_and_operators_see_the_list(
    client: Client, cast: Cast, deployment: Deployment, who: str
):
    entry = make_entry(deployment)
    client.force_login(cast.everyone()[who])

    for name, arguments in (
        ("watchlist", ()),
        ("entry", (entry.pk,)),
        ("entry_image", (entry.pk,)),
    ):
        response = client.get(address(deployment, name, *arguments))
        assert response.status_code == 403
        assert entry.reference not in response.content.decode()


def test_operators_see_the_list_but_do_not_change_it(
    client: Client, cast: Cast, deployment: Deployment
):
    entry = make_entry(deployment)
    client.force_login(cast.alice)

    assert entry.reference in client.get(address(deployment, "watchlist")).content.decode()
    assert client.get(address(deployment, "add_entry")).status_code == 403
    assert client.get(address(deployment, "import")).status_code == 403
    withdrawn = client.post(address(deployment, "withdraw", entry.pk), {"reason": "No."})
    assert withdrawn.status_code == 403


def test_each_look_at_the_list_is_a_consultation(
    client: Client, cast: Cast, deployment: Deployment
):
    client.force_login(cast.alice)

    response = client.get(address(deployment, "watchlist"))

    consulted = AuditEvent.objects.get(action="watchlist.consulted")
    assert (consulted.kind, consulted.actor) == (AuditKind.CONSULTATION, "alice")
    assert response["Cache-Control"] == "no-store"


def test_a_search_goes_by_post_and_leaves_no_trace_in_an_address(
    client: Client, cast: Cast, deployment: Deployment
):
    make_entry(deployment, reference="WARRANT-1", name="First Person")
    make_entry(deployment, reference="WARRANT-2", name="Second Person", is_enrolled=False)
    client.force_login(cast.watchlist_manager)

    def found(**filters: str) -> list[str]:
        page = client.post(address(deployment, "watchlist"), filters).context["page"]
        return [entry.reference for entry in page]

    assert found(q="second") == ["WARRANT-2"]
    assert found(q="warrant-1") == ["WARRANT-1"]
    assert found(status=EntryStatus.PENDING) == ["WARRANT-2"]
    body = client.get(address(deployment, "watchlist"), {"q": "second"}).content.decode()
    assert "WARRANT-1" in body
    assert 'id="filter" method="post"' in body


def test_a_long_list_has_pages_and_few_queries(
    client: Client,
    cast: Cast,
    deployment: Deployment,
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    for number in range(55):
        make_entry(deployment, reference=f"REF-{number:03}", is_enrolled=False)
    client.force_login(cast.watchlist_manager)

    with django_assert_max_num_queries(14):
        second = client.post(address(deployment, "watchlist"), {"page": "2"})

    assert second.context["page"][0].reference == "REF-050"


def test_the_list_shows_no_image(client: Client, cast: Cast, deployment: Deployment):
    make_entry(deployment)
    client.force_login(cast.watchlist_manager)

    body = client.get(address(deployment, "watchlist")).content.decode()

    assert 'src="' + address(deployment, "watchlist") not in body
    assert not AuditEvent.objects.filter(action="image.viewed").exists()


def test_one_person_is_added_with_an_image(client: Client, cast: Cast, deployment: Deployment):
    client.force_login(cast.watchlist_manager)
    image = SimpleUploadedFile("a.jpg", jpeg(seed=4))

    response = client.post(
        address(deployment, "add_entry"), row("A1") | {"image": image}, follow=True
    )

    assert "Added. The image is being enrolled." in response.content.decode()
    entry = deployment.entries.get()
    assert (entry.reference, entry.status) == ("A1", EntryStatus.PENDING)
    assert image_store.read(entry.image) == jpeg(seed=4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": "victim"}, "Unknown category."),
        ({"reference": "TAKEN"}, "This reference is already on the watchlist."),
        ({"image": ""}, "Choose an image."),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_in_words(
    client: Client, cast: Cast, deployment: Deployment, changes: dict[str, str], words: str
):
    make_entry(deployment, reference="TAKEN")
    client.force_login(cast.watchlist_manager)
    data = row("A1") | {"image": SimpleUploadedFile("a.jpg", jpeg())} | changes

    response = client.post(address(deployment, "add_entry"), data)

    assert words in response.content.decode()
    assert deployment.entries.count() == 1


def test_an_image_is_shown_once_it_is_logged(client: Client, cast: Cast, deployment: Deployment):
    entry = make_entry(deployment, image=jpeg(seed=7))
    client.force_login(cast.alice)

    response = client.post(address(deployment, "entry_image", entry.pk), {"why": "A complaint."})

    assert response.content == jpeg(seed=7)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "no-store"
    viewed = AuditEvent.objects.get(action="image.viewed")
    assert (viewed.kind, viewed.actor) == (AuditKind.CONSULTATION, "alice")
    assert viewed.subject == f"entry {entry.pk}"
    assert viewed.reason == "A complaint."


def test_an_operator_says_why_before_an_image_is_shown(
    client: Client, cast: Cast, deployment: Deployment
):
    entry = make_entry(deployment, image=jpeg(seed=7))
    client.force_login(cast.alice)
    url = address(deployment, "entry_image", entry.pk)

    for answer in (client.get(url), client.post(url, {"why": " "})):
        assert answer.status_code == 403
        assert "Why do you look at this image?" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="image.viewed").exists()


def test_whoever_keeps_or_reviews_the_list_has_that_reason(
    client: Client, cast: Cast, deployment: Deployment
):
    entry = make_entry(deployment, is_reviewed=False)
    url = address(deployment, "entry_image", entry.pk)

    for person in (cast.watchlist_manager, cast.second_watchlist_manager):
        client.force_login(person)
        assert client.get(url).status_code == 200

    reasons = AuditEvent.objects.filter(action="image.viewed").order_by("sequence")
    assert [event.reason for event in reasons] == [consultations.KEEPING, consultations.REVIEWING]


def test_a_file_that_is_no_picture_is_not_run_by_the_browser(
    client: Client, cast: Cast, deployment: Deployment
):
    entry = make_entry(deployment, image=b"<script>alert(1)</script>", is_enrolled=False)
    client.force_login(cast.alice)

    response = client.post(address(deployment, "entry_image", entry.pk), {"why": "A complaint."})

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_an_image_whose_file_is_gone_says_so(
    client: Client, cast: Cast, deployment: Deployment, file_store: Path
):
    entry = make_entry(deployment)
    image_store.path_of(entry.image.pk).unlink()
    client.force_login(cast.alice)

    response = client.post(address(deployment, "entry_image", entry.pk), {"why": "A complaint."})

    assert response.status_code == 410
    assert "cannot be shown" in response.content.decode()


def test_an_entry_of_another_deployment_is_not_found(
    client: Client, cast: Cast, deployment: Deployment
):
    """An operator cannot reach a list that is closed to them through one that is open."""
    other = make_entry(make_deployment(status=Status.AUTHORISED))
    client.force_login(cast.alice)

    assert client.get(address(deployment, "entry", other.pk)).status_code == 404
    assert client.get(address(deployment, "entry_image", other.pk)).status_code == 404


def test_withdrawing_erases_and_needs_a_reason(client: Client, cast: Cast, deployment: Deployment):
    entry = make_entry(deployment)
    client.force_login(cast.watchlist_manager)

    refused = client.post(address(deployment, "withdraw", entry.pk), {"reason": " "})
    assert "Say why." in refused.content.decode()
    assert deployment.entries.exists()

    done = client.post(
        address(deployment, "withdraw", entry.pk), {"reason": "Warrant executed."}, follow=True
    )
    assert "are erased" in done.content.decode()
    assert not deployment.entries.exists()
    assert AuditEvent.objects.get(action="watchlist.withdrawn").reason == "Warrant executed."


def test_progress_is_told_in_numbers_only(client: Client, cast: Cast, deployment: Deployment):
    make_entry(deployment)
    make_entry(deployment, is_enrolled=False)
    client.force_login(cast.applicant)

    assert client.get(address(deployment, "progress")).json() == {
        "total": 2,
        "pending": 1,
        "to_review": 0,
        "enrolled": 1,
        "refused": 0,
        "returned": 0,
        "percent": 50,
        "is_done": False,
        "status": "authorised",
        "status_words": "Authorised",
    }
