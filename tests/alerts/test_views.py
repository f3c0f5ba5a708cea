"""Deciding and looking over HTTP: who may, what is answered, and what is recorded."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from alerts import erasure, raising
from alerts.enums import AlertStatus, Outcome
from alerts.models import Adjudication, Alert
from deployments import image_store
from deployments.enums import AuditKind, Status
from deployments.models import AuditEvent, Deployment, User
from tests.factories import Cast, make_alert, make_deployment, make_entry

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
FACTORS = {"subject": "Agrees: Nose; Ears.", "system": "", "environment": "Good light."}
OUTCOME = {"outcome": Outcome.ARREST, "identity_confirmed": "yes", "notice_handed_over": "yes"}


@pytest.fixture
def signed_in() -> SignedIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def url(name: str, alert: Alert, *more: str) -> str:
    return reverse(f"alerts:{name}", args=[alert.uuid, *more])


def post(client: Client, name: str, alert: Alert, **fields: str) -> dict[str, object]:
    answer: dict[str, object] = client.post(url(name, alert), fields).json()
    return answer


def test_alert_goes_from_claim_to_outcome(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live)
    operator, officer = signed_in(cast.alice), signed_in(cast.engagement_officer)

    for client, name, fields in (
        (operator, "claim", {}),
        (operator, "confirm", FACTORS),
        (operator, "dispatch", {"source": "pnc"}),
        (officer, "acknowledge", {}),
        (officer, "assess", {"view": "could_be"}),
        (officer, "engage", {}),
        (officer, "resolve", OUTCOME),
    ):
        response = client.post(url(name, alert), fields)
        assert response.status_code == 200, response.content

    assert response.json()["alert"]["status"] == AlertStatus.RESOLVED
    assert response.json()["alert"]["outcome"] == Outcome.ARREST
    alert.refresh_from_db()
    assert alert.engagement.notice_handed_over is True
    assert Adjudication.objects.get(alert=alert).environment_factors == "Good light."


def test_loser_of_a_claim_learns_who_has_it(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.bob)

    response = signed_in(cast.alice).post(url("claim", alert))

    assert response.status_code == 409
    assert response.json()["error"] == f"This alert is with {cast.bob}."
    assert response.json()["alert"]["claimed_by"] == str(cast.bob)


def test_dismissal_needs_a_reason_of_the_list(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    client = signed_in(cast.alice)

    for reason in ("", "because"):
        response = client.post(url("dismiss", alert), {"reason": reason})
        assert (response.status_code, response.json()["error"]) == (
            409,
            "Choose why the alert is dismissed.",
        )

    assert post(client, "dismiss", alert, reason="different_age")["alert"]
    alert.refresh_from_db()
    assert alert.status == AlertStatus.DISMISSED


def test_confirming_needs_a_recorded_judgement(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    response = signed_in(cast.alice).post(url("confirm", alert), {"subject": "  "})

    assert response.status_code == 409
    assert "Record what you compared" in response.json()["error"]


def test_officers_are_not_sent_without_a_judgement(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    response = signed_in(cast.alice).post(url("dispatch", alert), {"source": "pnc"})

    assert response.status_code == 409
    assert response.json()["alert"]["status"] == AlertStatus.CLAIMED


def test_officers_are_not_sent_before_it_is_asked_whether_the_person_is_still_sought(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CONFIRMED, by=cast.alice)
    client = signed_in(cast.alice)

    for name in ("dispatch", "not_sought"):
        for source in ("", "a friend"):
            response = client.post(url(name, alert), {"source": source})
            assert response.status_code == 409
            assert response.json()["error"].startswith("Say who was asked")

    assert post(client, "not_sought", alert, source="court")["alert"]
    alert.refresh_from_db()
    assert alert.status == AlertStatus.NOT_SOUGHT
    assert alert.entry is None


@pytest.mark.parametrize("missing", sorted(OUTCOME))
def test_outcome_answers_all_three_questions(
    cast: Cast, live: Deployment, signed_in: SignedIn, missing: str
) -> None:
    alert = make_alert(live, status=AlertStatus.ENGAGED)
    fields = {name: value for name, value in OUTCOME.items() if name != missing}

    response = signed_in(cast.engagement_officer).post(url("resolve", alert), fields)

    assert response.status_code == 409
    assert response.json()["alert"]["status"] == AlertStatus.ENGAGED


@pytest.mark.parametrize(
    "name",
    ["claim", "release", "dismiss", "confirm", "dispatch", "not_sought", "engage", "resolve"],
)
def test_decisions_are_posts_of_signed_in_people(
    cast: Cast, live: Deployment, signed_in: SignedIn, name: str
) -> None:
    alert = make_alert(live)

    assert Client().post(url(name, alert)).status_code == 401
    assert signed_in(cast.charlie).post(url(name, alert)).status_code == 403
    assert signed_in(cast.alice).get(url(name, alert)).status_code == 405
    alert.refresh_from_db()
    assert alert.status == AlertStatus.RAISED


def test_decision_without_the_token_is_refused(cast: Cast, live: Deployment) -> None:
    alert = make_alert(live)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(url("claim", alert)).status_code == 403
    alert.refresh_from_db()
    assert alert.status == AlertStatus.RAISED


def test_browser_without_the_script_comes_back_to_the_console(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live)

    response = signed_in(cast.alice).post(url("claim", alert), headers={"accept": "text/html"})

    assert response.status_code == 302
    assert response["Location"] == reverse("alerts:console", args=[live.uuid])


@pytest.mark.parametrize("which", ["probe", "candidate", "context"])
def test_image_is_never_cached_and_its_view_recorded(
    cast: Cast, live: Deployment, signed_in: SignedIn, which: str
) -> None:
    alert = make_alert(live)

    response = signed_in(cast.alice).get(url("image", alert, which))

    assert response.status_code == 200
    assert response.content.startswith(b"\xff\xd8")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    consultation = AuditEvent.objects.get(action="alert.viewed")
    assert (consultation.kind, consultation.actor) == (AuditKind.CONSULTATION, "alice")
    assert json.loads(consultation.details) == {"what": which}


@pytest.mark.parametrize("username", ["charlie", "auditor", "watchlist_manager", "applicant"])
def test_others_see_no_image_and_their_attempt_is_recorded(
    cast: Cast, live: Deployment, signed_in: SignedIn, username: str
) -> None:
    alert = make_alert(live)
    client = signed_in(cast.everyone()[username])

    for response in (client.get(url("image", alert, "probe")), client.get(url("detail", alert))):
        assert response.status_code == 403
        assert b"\xff\xd8" not in response.content
        assert response.json()["alert"] is None

    assert AuditEvent.objects.filter(action="alert.refused", actor=username).count() == 2
    assert not AuditEvent.objects.filter(action="alert.viewed").exists()


def test_officer_sees_only_alerts_that_officers_were_sent_to(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    client = signed_in(cast.engagement_officer)
    judged = make_alert(live, status=AlertStatus.CONFIRMED)
    sent = make_alert(live, status=AlertStatus.DISPATCHED)

    assert client.get(url("image", judged, "probe")).status_code == 403
    assert client.get(url("image", sent, "probe")).status_code == 200


def test_anonymous_sees_nothing(cast: Cast, live: Deployment) -> None:
    alert = make_alert(live)

    assert Client().get(url("image", alert, "probe")).status_code == 401
    assert Client().get(url("detail", alert)).status_code == 401


def test_guessed_address_finds_nothing(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    assert signed_in(cast.alice).get(url("image", Alert(), "probe")).status_code == 404
    guess = AuditEvent.objects.get(action="alert.guessed")
    assert (guess.actor, guess.deployment, guess.details) == ("alice", None, '{"view": "image"}')


def test_erased_alert_is_gone(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    alert = make_alert(live)
    assert alert.entry is not None
    erasure.forget_entry(alert.entry)
    client = signed_in(cast.alice)

    for response in (
        client.get(url("detail", alert)),
        *(client.get(url("image", alert, which)) for which in ("probe", "candidate", "context")),
    ):
        assert response.status_code == 410
        assert response.json()["error"] == "This alert was erased."
        assert response.json()["alert"]["images"] is None


def test_destroyed_key_means_gone(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    alert = make_alert(live)
    image_store.destroy_key(live)

    assert signed_in(cast.alice).get(url("image", alert, "probe")).status_code == 410


def test_name_is_told_only_to_the_operator_who_judges(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    entry = make_entry(live, name="Zebulon Quux", reference="ZQ-771")
    alert = make_alert(live, entry=entry)
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    asked = url("detail", alert) + "?identity=1"

    assert alice.get(asked).status_code == 403
    post(alice, "claim", alert)
    unseen = alice.get(asked)
    assert (unseen.status_code, unseen.json()["error"]) == (
        403,
        "Record your own first look before the name and the score are shown.",
    )
    assert post(alice, "look", alert)["error"]
    post(alice, "look", alert, in_favour="nose")

    assert bob.get(asked).status_code == 403
    assert b"Zebulon" not in alice.get(url("detail", alert)).content
    identity = alice.get(asked).json()["identity"]
    assert (identity["name"], identity["reference"]) == ("Zebulon Quux", "ZQ-771")
    assert identity["band"] == "Far above the threshold"
    assert identity["band_meaning"].startswith("Measured on ")
    assert (
        AuditEvent.objects.filter(action="alert.viewed", details='{"what": "identity"}').count()
        == 1
    )


def test_name_and_reference_stand_in_no_audit_row_or_answer_of_an_action(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, entry=make_entry(live, name="Zebulon Quux", reference="ZQ-771"))
    client = signed_in(cast.alice)

    said = json.dumps([post(client, "claim", alert), post(client, "confirm", alert, **FACTORS)])

    written = json.dumps(list(AuditEvent.objects.values("subject", "reason", "details")))
    for secret in ("Zebulon", "ZQ-771"):
        assert secret not in said + written


@pytest.mark.parametrize(
    ("page", "allowed"), [("console", {"alice", "bob"}), ("handheld", {"engagement_officer"})]
)
def test_pages_are_for_their_people(
    cast: Cast, live: Deployment, signed_in: SignedIn, page: str, allowed: set[str]
) -> None:
    address = reverse(f"alerts:{page}", args=[live.uuid])

    for username, user in cast.everyone().items():
        expected = 200 if username in allowed else 403
        assert signed_in(user).get(address).status_code == expected, username
    assert Client().get(address).status_code == 302


def test_console_page_shows_nobody(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    make_alert(live, entry=make_entry(live, name="Zebulon Quux"))

    response = signed_in(cast.alice).get(reverse("alerts:console", args=[live.uuid]))

    assert b"Zebulon" not in response.content
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.AUTHORISED, Status.CLOSED])
def test_no_console_of_a_deployment_that_is_not_open(
    cast: Cast, signed_in: SignedIn, status: Status
) -> None:
    deployment = make_deployment(status=status)

    address = reverse("alerts:console", args=[deployment.uuid])

    assert signed_in(cast.alice).get(address).status_code == 403


def test_emergency_stop_from_the_console(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    client = signed_in(cast.alice)
    stop = reverse("deployments:move", args=[live.uuid, "emergency_stop"])
    script = {"Accept": "application/json"}

    done = client.post(stop, headers=script)
    again = client.post(stop, headers=script)

    assert (done.status_code, done.json()["status"]) == (200, Status.SUSPENDED)
    assert (again.status_code, again.json()["error"]) == (
        409,
        "Recognition is not running: this deployment is suspended.",
    )
    assert signed_in(cast.charlie).post(stop, headers=script).status_code == 404
    assert Client().post(stop, headers=script).status_code == 401


def test_handheld_can_be_installed(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    response = signed_in(cast.engagement_officer).get(reverse("alerts:manifest", args=[live.uuid]))

    assert response["Content-Type"] == "application/manifest+json"
    assert response.json()["start_url"] == reverse("alerts:handheld", args=[live.uuid])


def test_others_on_the_list_who_are_near_are_compared_with(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    near = make_entry(live, name="Zebulon Quux")
    alert = make_alert(live, others=(raising.Near(near.pk, 0.79),), is_lookalike=True)
    client = signed_in(cast.alice)

    (other,) = client.get(url("detail", alert)).json()["sources"]["others"]
    picture = client.get(other["image"])

    assert picture["Cache-Control"] == "private, no-store"
    assert picture.content.startswith(b"\xff\xd8")
    assert AuditEvent.objects.filter(details='{"what": "other-1"}').count() == 1
    assert client.get(url("other_image", alert, "2")).status_code == 410
    post(client, "claim", alert)
    post(client, "look", alert, in_favour="nose")
    identity = client.get(url("detail", alert) + "?identity=1").json()["identity"]
    assert [each["name"] for each in identity["others"]] == ["Zebulon Quux"]


def test_officers_are_shown_no_others(cast: Cast, live: Deployment, signed_in: SignedIn) -> None:
    near = make_entry(live)
    alert = make_alert(live, status=AlertStatus.DISPATCHED, others=(raising.Near(near.pk, 0.79),))

    response = signed_in(cast.engagement_officer).get(url("other_image", alert, "1"))

    assert response.status_code == 403
    assert AuditEvent.objects.filter(action="alert.refused").count() == 1


def test_only_somebody_of_this_list_is_near(cast: Cast, live: Deployment) -> None:
    elsewhere = make_entry(make_deployment(status=Status.LIVE))
    entry = make_entry(live)

    alert = make_alert(
        live,
        entry=entry,
        others=(raising.Near(elsewhere.pk, 0.7), raising.Near(entry.pk, 0.7)),
    )

    assert not alert.others.exists()


def test_finding_outside_the_list_is_refused(
    cast: Cast, live: Deployment, signed_in: SignedIn
) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    client = signed_in(cast.alice)

    for fields in (
        {"in_favour": "the way she walks"},
        {"in_favour": "nose", "against": "nose"},
    ):
        assert client.post(url("confirm", alert), fields).status_code == 409
    alert.refresh_from_db()
    assert alert.status == AlertStatus.CLAIMED
