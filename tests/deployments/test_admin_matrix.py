"""Every model of the admin × every person × every way of changing something, forms and bulk
actions: what is not allowed changes nothing and is refused."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from deployments.admin.access import AdministratorOnly, AuditorOnly
from deployments.enums import DocumentStatus, Status
from deployments.models import AuditEvent, Force, User
from tests.factories import Cast, make_camera, make_deployment, make_policy_document

MODELS = {model._meta.model_name: model for model in admin.site._registry}
READERS = {"auditor", "inspector"}
PEOPLE = (
    "applicant",
    "authorising_officer",
    "watchlist_manager",
    "alice",
    "engagement_officer",
    "auditor",
    "inspector",
    "system_administrator",
    "charlie",
)
ADMINISTRATOR = "system_administrator"


@pytest.fixture(autouse=True)
def _a_row_of_each(cast: Cast) -> None:
    make_camera()
    make_policy_document()
    make_policy_document(status=DocumentStatus.DRAFT, version="9")
    make_deployment(status=Status.CLOSED)
    Force.objects.get_or_create(name="Neighbouring Constabulary")


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, name))
    return client


def rows(model: type[Model]) -> list[dict[str, object]]:
    return list(model._default_manager.order_by("pk").values())


def address(model: type[Model], what: str, *arguments: object) -> str:
    label = f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}"
    return reverse(label, args=arguments)


def attempts(model: type[Model]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each address that could change a row, and each action on all rows that the admin or a
    library ever registered."""
    pks = list(model._default_manager.values_list("pk", flat=True))
    named = {name for name, _ in admin.site._global_actions.items()} | {"delete_selected"}
    named |= {str(action) for one in admin.site._registry.values() for action in one.actions or ()}
    for pk in pks:
        yield address(model, "delete", pk), {"post": "yes"}
        yield address(model, "change", pk), {}
    yield address(model, "add"), {}
    for name in named:
        for extra in ({"post": "yes"}, {}):
            action = {
                "action": name,
                "_selected_action": pks,
                "select_across": "1",
            }
            yield address(model, "changelist"), {**action, **extra}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_nobody_changes_what_is_not_theirs(cast: Cast, model: type[Model], name: str):
    if name == ADMINISTRATOR and isinstance(admin.site._registry[model], AdministratorOnly):
        pytest.skip("theirs to change: see the tests of each form")
    client, before = client_of(cast, name), rows(model)

    for url, data in attempts(model):
        answer = client.post(url, data)
        # A list that a reader may see answers an unknown action with itself.
        refused = {200, 302, 403} if "action" in data and name in READERS else {302, 403}
        assert answer.status_code in refused, (url, data)

    assert [row for row in rows(model) if row in before] == before


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_administrator_deletes_nothing_and_acts_on_no_selection(cast: Cast, model: type[Model]):
    client, before = client_of(cast, ADMINISTRATOR), rows(model)

    for url, data in attempts(model):
        if "/delete/" in url or "action" in data:
            client.post(url, data)

    assert rows(model)[: len(before)] == before


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_model_is_either_read_or_configured(model: type[Model]):
    """Django's own permissions, which a superuser has all of, decide nowhere."""
    assert isinstance(admin.site._registry[model], AuditorOnly | AdministratorOnly)
    assert not admin.site._registry[model].actions


def test_these_and_no_others_are_in_the_admin():
    assert {model._meta.label for model in MODELS.values()} == {
        "deployments.AuditEvent",
        "deployments.Camera",
        "deployments.ErasureRecord",
        "deployments.Force",
        "deployments.PolicyDocument",
        "deployments.Training",
        "deployments.User",
    }


@pytest.mark.parametrize("name", ["auditor", "inspector"])
@pytest.mark.parametrize("model", ["auditevent", "erasurerecord"])
def test_auditors_and_inspectors_read_the_records(cast: Cast, name: str, model: str):
    client = client_of(cast, name)
    row = MODELS[model]._default_manager.all()[0]

    assert client.get(address(MODELS[model], "changelist")).status_code == 200
    assert client.get(address(MODELS[model], "change", row.pk)).status_code == 200


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_djangos_own_flags_open_nothing_more(cast: Cast, flag: str):
    User.objects.filter(pk=cast.system_administrator.pk).update(**{flag: True})
    client = client_of(cast, ADMINISTRATOR)
    before = rows(AuditEvent)

    assert client.get(address(AuditEvent, "changelist")).status_code == 403
    for url, data in attempts(AuditEvent):
        client.post(url, data)

    assert rows(AuditEvent)[: len(before)] == before
