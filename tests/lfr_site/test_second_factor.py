"""A second factor on every page: who has none sets one up first and can do nothing else."""

from collections.abc import Iterator

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from deployments.enums import Status
from deployments.models import AuditEvent, User
from lfr_site.codes import AuthenticateForm, _counted_once
from lfr_site.middleware import SETTING_UP
from tests.factories import PASSWORD, Cast, make_deployment
from tests.second_factors import App, app_of, factors_of, sign_in

HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def _second_factor_on(settings: Settings) -> Iterator[None]:
    settings.SECOND_FACTOR = True
    cache.clear()
    yield
    cache.clear()


def actions(prefix: str) -> list[str]:
    found = AuditEvent.objects.filter(action__startswith=prefix).order_by("sequence")
    return list(found.values_list("action", flat=True))


def every_staff_address() -> list[str]:
    """Each address of the site that needs no file and no row to be refused."""
    uuid = "00000000-0000-4000-8000-000000000000"
    example = {"uuid": uuid, "pk": 1, "name": "suspend", "which": "probe", "slug": "x"}

    def walk(resolver: URLResolver, names: list[str]) -> Iterator[tuple[list[str], URLPattern]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = [*names, *filter(None, [pattern.namespace])]
                yield from walk(pattern, inner)
            elif pattern.name:
                yield names, pattern

    addresses, others = [], []
    for names, pattern in walk(get_resolver(), []):
        own = str(pattern.name)
        if names[:1] == ["public"] or own in SETTING_UP or own.startswith("mfa_"):
            continue
        keys = list(pattern.pattern.regex.groupindex)
        name = ":".join([*names, own])
        try:
            addresses.append(reverse(name, kwargs={key: example.get(key, "1") for key in keys}))
        except NoReverseMatch:  # of another form, tried by tests of its own
            others.append(name)
    assert len(others) < 10, others
    return sorted(set(addresses))


def test_most_addresses_are_walked():
    assert len(every_staff_address()) > 40


def test_without_a_factor_every_address_leads_to_setting_one_up(cast: Cast):
    client = sign_in(cast.alice)

    for address in every_staff_address():
        if address in {reverse("sign_in"), reverse("account_inactive"), reverse("sign_out")}:
            continue
        for ask in (client.get, client.post):
            answer = ask(address, headers=HTML)
            assert (answer.status_code, answer.get("Location")) == (302, reverse("mfa_index")), (
                address
            )


def test_a_script_is_told_so_in_words(cast: Cast):
    client = sign_in(cast.alice)

    answer = client.get(reverse("deployments:list"), headers={"Accept": "application/json"})

    assert answer.status_code == 403
    assert answer.json()["error"] == "Set up a second factor first."


def test_setting_up_an_app_opens_the_site_and_shows_recovery_codes_once(cast: Cast):
    client = sign_in(cast.alice)
    assert "no other page opens" in client.get(reverse("mfa_index")).content.decode()
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    answer = client.post(reverse("mfa_activate_totp"), {"code": App(secret).code()})

    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(answer["Location"]).context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] not in client.get(answer["Location"]).content.decode()
    assert client.get(reverse("deployments:list")).status_code == 200
    assert factors_of(cast.alice) == {"totp", "recovery_codes"}
    assert actions("second_factor") == ["second_factor.added", "second_factor.added"]


def test_the_password_alone_does_not_sign_in_who_has_a_factor(cast: Cast):
    app_of(cast.alice)

    client = sign_in(cast.alice)

    assert "_auth_user_id" not in client.session
    assert client.get(reverse("deployments:list"))["Location"].startswith(reverse("sign_in"))
    assert actions("person.signed_in") == []


def test_the_code_signs_in(cast: Cast):
    client = sign_in(cast.alice, app_of(cast.alice))

    assert client.get(reverse("deployments:list")).status_code == 200
    assert actions("person.signed_in") == ["person.signed_in"]


def test_a_wrong_code_does_not_and_is_on_record(cast: Cast):
    app = app_of(cast.alice)
    client = sign_in(cast.alice)

    answer = client.post(reverse("mfa_authenticate"), {"code": app.wrong_code()})

    assert "Enter the next one that the app shows" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.get(action="person.second_factor_failed")
    assert event.subject == f"user {cast.alice.pk}"


def test_codes_cannot_be_guessed_at_length(cast: Cast):
    app = app_of(cast.alice)
    client = sign_in(cast.alice)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": app.wrong_code()})

    client.post(reverse("mfa_authenticate"), {"code": app.code()})

    assert "_auth_user_id" not in client.session


def test_a_code_counts_once(cast: Cast):
    app = app_of(cast.alice)
    code = app.code()
    for _ in range(2):
        client = sign_in(cast.alice)
        client.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in client.session


def test_a_code_counts_once_for_as_long_as_it_is_valid(cast: Cast):
    """It outlives the half minute for which the cache remembers it."""
    app = app_of(cast.alice)
    code = app.code()
    for works in (True, False):
        cache.clear()
        client = sign_in(cast.alice)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in client.session) == works
    assert AuditEvent.objects.filter(action="person.second_factor_failed").count() == 1
    cache.clear()
    assert "_auth_user_id" in sign_in(cast.alice, app).session


def test_a_code_that_was_left_out_does_not_count_after_a_later_one(cast: Cast):
    app = app_of(cast.alice)
    earlier = app.code()
    sign_in(cast.alice, app)
    cache.clear()

    client = sign_in(cast.alice)
    client.post(reverse("mfa_authenticate"), {"code": earlier})

    assert "_auth_user_id" not in client.session


def test_the_code_that_proved_a_new_app_signs_nobody_in(cast: Cast):
    client = sign_in(cast.alice)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    app = App(secret)
    code = app.code()
    client.post(reverse("mfa_activate_totp"), {"code": code})
    cache.clear()

    again = sign_in(cast.alice)
    again.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" not in again.session
    again.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert "_auth_user_id" in again.session


def test_the_same_code_given_twice_at_once_counts_once(cast: Cast):
    """Both were found valid before either was taken."""
    app = app_of(cast.alice)
    code = app.code()
    forms = [AuthenticateForm({"code": code}, user=cast.alice) for _ in range(2)]
    for form in forms:
        form.authenticator = Authenticator.objects.get(user=cast.alice)

    with context.request_context(RequestFactory().get("/")):
        assert _counted_once(forms[0], code) == code
        with pytest.raises(ValidationError):
            _counted_once(forms[1], code)


def test_a_recovery_code_signs_in_once(cast: Cast):
    client = sign_in(cast.alice)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": App(secret).code()})
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]

    for works in (True, False):
        again = sign_in(cast.alice)
        page = again.post(reverse("mfa_authenticate"), {"code": code}, follow=True)
        assert ("_auth_user_id" in again.session) == works
        assert ("counts once: 9 are left" in page.content.decode()) == works


@pytest.mark.parametrize(("used", "words"), [(0, "9 are"), (8, "1 is"), (9, "none is")])
def test_whoever_uses_a_recovery_code_reads_how_many_are_left(cast: Cast, used: int, words: str):
    app_of(cast.alice)
    codes = RecoveryCodes.activate(cast.alice)
    for code in codes.get_unused_codes()[:used]:
        assert codes.validate_code(code)
    left = codes.get_unused_codes()
    client = sign_in(cast.alice)

    page = client.post(reverse("mfa_authenticate"), {"code": left[0]}, follow=True)

    assert f"{words} left. Make new ones in time." in page.content.decode()


def test_a_session_from_before_the_factor_begins_again(cast: Cast):
    client = Client()
    client.force_login(cast.alice)
    app_of(cast.alice)

    answer = client.get(reverse("deployments:list"), headers=HTML)

    assert answer["Location"].startswith(reverse("sign_in"))
    assert "_auth_user_id" not in client.session


def test_whose_factor_is_taken_away_sets_up_another(cast: Cast):
    client = sign_in(cast.alice, app_of(cast.alice))

    Authenticator.objects.all().delete()

    answer = client.get(reverse("deployments:list"), headers=HTML)
    assert answer["Location"] == reverse("mfa_index")


def test_removing_a_factor_is_on_record(cast: Cast):
    client = sign_in(cast.alice, app_of(cast.alice))

    client.post(reverse("mfa_deactivate_totp"))

    assert factors_of(cast.alice) == set()
    assert "second_factor.removed" in actions("second_factor")


def test_the_admins_own_sign_in_is_the_sites(client: Client, cast: Cast):
    index = reverse("admin:index")

    first = client.get(index)
    answer = client.get(first["Location"])

    assert answer["Location"] == f"{reverse('sign_in')}?next={index}"
    outside = client.get(reverse("admin:login"), {"next": "https://elsewhere.example/"})
    assert outside["Location"] == f"{reverse('sign_in')}?next={index}"
    posted = client.post(
        reverse("admin:login"), {"username": "system_administrator", "password": PASSWORD}
    )
    assert posted.status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_secret_lies_encrypted(cast: Cast):
    app = app_of(cast.alice)

    stored = Authenticator.objects.get(user=cast.alice).data["secret"]

    assert app.secret not in stored


def test_the_public_needs_no_cookie(client: Client, db: None):
    answer = client.get(reverse("public:home"))

    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("path", ["signup", "email", "password/reset", "login", "social"])
def test_there_is_no_sign_up_and_no_mail(client: Client, db: None, path: str):
    for root in ("accounts", "second-factor", "sign-in"):
        assert client.get(f"/{root}/{path}/").status_code == 404


def test_inspectors_change_nothing_but_the_record_of_what_they_read(cast: Cast):
    client = sign_in(cast.inspector, app_of(cast.inspector))
    deployment = make_deployment(status=Status.LIVE)
    page = reverse("deployments:detail", args=[deployment.uuid])

    assert client.get(page).status_code == 200
    tried = set(every_staff_address()) - {reverse("sign_in"), reverse("sign_out")}
    reading = {f"admin:deployments_auditevent_{name}" for name in ("export", "trail", "verify")}
    let_in = {address for address in tried if client.post(address).status_code != 403}
    own = {"admin:password_change"}
    assert let_in == {reverse(name) for name in reading | own}


def test_a_disabled_person_is_not_let_in(cast: Cast):
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)

    client = sign_in(cast.alice)

    assert "_auth_user_id" not in client.session
