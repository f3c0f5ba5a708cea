"""The admin: the auditor reads, the administrator configures, nobody else gets in."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from deployments.enums import Rank, Role, Status
from deployments.models import AuditEvent, Camera, ErasureRecord, User
from tests.factories import PASSWORD, Cast, make_camera, make_deployment

AUDIT = "admin:deployments_auditevent"
ERASURES = "admin:deployments_erasurerecord"
PEOPLE = "admin:deployments_user"
CAMERAS = "admin:deployments_camera"
REFUSED = {302, 403}


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return _client(cast.auditor)


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return _client(cast.system_administrator)


def test_only_three_roles_get_in(cast: Cast):
    inside = {
        name
        for name, user in cast.everyone().items()
        if _client(user).get(reverse("admin:index")).status_code == 200
    }

    assert inside == {"auditor", "inspector", "system_administrator"}


def test_being_a_superuser_without_a_role_opens_nothing(cast: Cast):
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    client = _client(root)

    for name in ("admin:index", f"{AUDIT}_changelist", f"{PEOPLE}_changelist"):
        assert client.get(reverse(name)).status_code in REFUSED


def test_an_event_is_shown_whole_and_without_a_way_to_save(auditor: Client, cast: Cast):
    make_deployment(status=Status.SUBMITTED)
    event = AuditEvent.objects.latest("sequence")

    page = auditor.get(reverse(f"{AUDIT}_change", args=[event.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert event.hash in text
    assert "_save" not in text
    assert "deletelink" not in text


def test_a_record_has_no_history(auditor: Client, cast: Cast):
    """Django's own would be an empty page beside the trail itself."""
    make_deployment(status=Status.CLOSED)
    for model, row in (
        (AUDIT, AuditEvent.objects.all()[0]),
        (ERASURES, ErasureRecord.objects.all()[0]),
    ):
        history = reverse(f"{model}_history", args=[row.pk])

        assert (
            history not in auditor.get(reverse(f"{model}_change", args=[row.pk])).content.decode()
        )
        assert auditor.get(history).status_code == 404


@pytest.mark.parametrize("model", [AUDIT, ERASURES])
def test_nobody_adds_changes_or_deletes_a_record(
    auditor: Client, administrator: Client, cast: Cast, model: str
):
    make_deployment(status=Status.CLOSED)
    rows = (AuditEvent if model == AUDIT else ErasureRecord)._default_manager.all()
    pk = rows[0].pk
    count = rows.count()

    for client in (auditor, administrator):
        for name, arguments in (("add", []), ("delete", [pk]), ("change", [pk])):
            url = reverse(f"{model}_{name}", args=arguments)
            answer = client.post(url, {"action": "x", "reason": "x", "post": "yes"})
            assert answer.status_code == 403, name
        client.post(
            reverse(f"{model}_changelist"),
            {"action": "delete_selected", "_selected_action": [pk], "post": "yes"},
        )
    assert rows.count() == count


@pytest.mark.parametrize("model", [AUDIT, ERASURES, PEOPLE, CAMERAS])
def test_there_are_no_bulk_actions(auditor: Client, administrator: Client, model: str):
    make_camera()
    make_deployment(status=Status.CLOSED)
    client = auditor if model in {AUDIT, ERASURES} else administrator

    page = client.get(reverse(f"{model}_changelist"))

    assert page.status_code == 200
    assert 'name="_selected_action"' not in page.content.decode()


def test_the_auditor_configures_nothing(auditor: Client, cast: Cast):
    camera = make_camera()
    for name, arguments in (
        (f"{CAMERAS}_changelist", []),
        (f"{CAMERAS}_add", []),
        (f"{CAMERAS}_change", [camera.pk]),
        (f"{PEOPLE}_changelist", []),
        (f"{PEOPLE}_change", [cast.alice.pk]),
    ):
        assert auditor.get(reverse(name, args=arguments)).status_code == 403


def test_the_administrator_reads_no_audit_trail(administrator: Client):
    for name in (f"{AUDIT}_changelist", f"{ERASURES}_changelist"):
        assert administrator.get(reverse(name)).status_code == 403


def test_the_administrator_adds_a_person_and_it_is_on_record(administrator: Client):
    answer = administrator.post(
        reverse(f"{PEOPLE}_add"),
        {
            "username": "dana",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    assert answer.status_code == 302

    dana = User.objects.get(username="dana")
    assert dana.roles == []
    event = AuditEvent.objects.get(action="user.added")
    assert (event.actor, event.subject) == ("system_administrator", f"user {dana.pk}")


def _person_form(user: User, **changes: object) -> dict[str, object]:
    return {
        "username": user.username,
        "first_name": "",
        "last_name": user.last_name,
        "email": "",
        "collar_number": "",
        "rank": user.rank,
        "roles": user.roles,
        "is_active": "on",
    } | changes


def test_a_new_role_is_on_record_with_what_it_makes(administrator: Client, cast: Cast):
    answer = administrator.post(
        reverse(f"{PEOPLE}_change", args=[cast.alice.pk]),
        _person_form(cast.alice, roles=["operator", "applicant"], rank=Rank.SERGEANT.value),
    )
    assert answer.status_code == 302

    cast.alice.refresh_from_db()
    assert set(cast.alice.roles) == {Role.OPERATOR, Role.APPLICANT}
    event = AuditEvent.objects.get(action="user.changed")
    assert '"roles": ["applicant", "operator"]' in event.details
    assert '"rank": 20' in event.details


def test_a_new_password_is_on_record_and_itself_is_not(administrator: Client, cast: Cast):
    new = "another long enough phrase"
    answer = administrator.post(
        reverse("admin:auth_user_password_change", args=[cast.alice.pk]),
        {"usable_password": "true", "password1": new, "password2": new},
    )
    assert answer.status_code == 302

    cast.alice.refresh_from_db()
    assert cast.alice.check_password(new)
    event = AuditEvent.objects.get(action="user.changed")
    assert event.subject == f"user {cast.alice.pk}"
    assert new not in event.details


@pytest.mark.parametrize("name", ["auditor", "inspector", "system_administrator"])
def test_ones_own_new_password_is_on_record_too(cast: Cast, name: str):
    user: User = getattr(cast, name)
    new = "another long enough phrase"
    user.set_password(PASSWORD)
    user.save()
    answer = _client(user).post(
        reverse("admin:password_change"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert answer.status_code == 302

    user.refresh_from_db()
    assert user.check_password(new)
    event = AuditEvent.objects.get(action="user.changed")
    assert (event.actor, event.subject) == (user.username, f"user {user.pk}")
    assert new not in event.details


def test_a_password_that_stays_is_no_change(auditor: Client):
    auditor.post(reverse("admin:password_change"), {"old_password": "wrong"})

    assert not AuditEvent.objects.filter(action="user.changed").exists()


def test_nobody_gives_themselves_a_role(administrator: Client, cast: Cast):
    own = cast.system_administrator
    administrator.post(
        reverse(f"{PEOPLE}_change", args=[own.pk]),
        _person_form(own, roles=["system_administrator", "operator"], rank=80),
    )

    own.refresh_from_db()
    assert (own.roles, own.rank) == ([Role.SYSTEM_ADMINISTRATOR], Rank.STAFF)


def test_nobody_takes_the_name_of_somebody_else(administrator: Client, cast: Cast, app_role: None):
    """Renamed, and somebody new under the old name: the trail would name the wrong one."""
    url = reverse(f"{PEOPLE}_change", args=[cast.alice.pk])
    assert administrator.post(url, _person_form(cast.alice, username="eve")).status_code == 302

    assert User.objects.get(pk=cast.alice.pk).username == "alice"
    with pytest.raises(IntegrityError, match="a user name stays"), transaction.atomic():
        User.objects.filter(pk=cast.alice.pk).update(username="eve")


def test_nobody_is_deleted(administrator: Client, cast: Cast):
    url = reverse(f"{PEOPLE}_delete", args=[cast.alice.pk])

    assert administrator.post(url, {"post": "yes"}).status_code == 403


def test_a_camera_is_added_and_changed_on_record(administrator: Client):
    fields = {"name": "North", "location": "High Street", "source": "rtsp://10.0.0.7/1"}
    assert administrator.post(reverse(f"{CAMERAS}_add"), fields).status_code == 302
    camera = Camera.objects.get(name="North")

    changed = fields | {"source": "device:0"}
    url = reverse(f"{CAMERAS}_change", args=[camera.pk])
    assert administrator.post(url, changed).status_code == 302

    camera.refresh_from_db()
    assert camera.source == "device:0"
    actions = AuditEvent.objects.filter(subject=f"camera {camera.pk}").order_by("sequence")
    assert [event.action for event in actions] == ["camera.added", "camera.changed"]
    assert "10.0.0.7" not in "".join(event.details for event in actions)


def test_an_authorised_camera_is_shown_but_not_changed(administrator: Client, cast: Cast):
    camera = make_camera()
    make_deployment(status=Status.AUTHORISED, cameras=[camera])
    url = reverse(f"{CAMERAS}_change", args=[camera.pk])

    assert administrator.get(url).status_code == 200
    administrator.post(url, {"name": "X", "location": "X", "source": "device:0"})

    assert Camera.objects.get(pk=camera.pk).source == camera.source


def test_a_source_of_another_kind_is_refused_in_words(administrator: Client):
    answer = administrator.post(
        reverse(f"{CAMERAS}_add"), {"name": "X", "location": "X", "source": "http://x/"}
    )

    assert answer.status_code == 200
    assert "rtsp://HOST/PATH" in answer.content.decode()
