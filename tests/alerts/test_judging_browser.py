"""Judging an alert at the console, mostly by keys, as operators do."""

import pytest
from playwright.sync_api import Page, expect

from alerts.enums import AlertStatus, DismissalReason, Verdict
from alerts.models import Alert
from alerts.raising import Near
from deployments.enums import Status
from deployments.models import Deployment, User, WatchlistEntry
from tests.alerts.conftest import PHONE
from tests.alerts.console_pages import (
    PageOf,
    act,
    card,
    compare,
    handheld_of,
    open_console,
    step_of,
    violations,
)
from tests.alerts.web_server import WebServer
from tests.factories import make_alert, make_camera, make_deployment, make_entry, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect.set_options(timeout=20_000)

# Where the eyes of every picture come to lie, in fractions of its frame.
EYES_ON_SCREEN = """image => {
  const [x1, y1, x2, y2] = JSON.parse(image.dataset.eyes);
  const matrix = new DOMMatrix(getComputedStyle(image).transform);
  const side = image.parentElement.clientWidth;
  return [[x1, y1], [x2, y2]].flatMap(([x, y]) => {
    const point = matrix.transformPoint({ x: x * image.naturalWidth, y: y * image.naturalHeight });
    return [point.x / side, point.y / side];
  });
}"""


@pytest.fixture
def live(web_server: WebServer) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def alice(live: Deployment) -> User:
    return person("alice")


@pytest.fixture
def bob(live: Deployment) -> User:
    return person("bob")


def claimed(live: Deployment, alice: User, **changes: object) -> Alert:
    return make_alert(live, status=AlertStatus.CLAIMED, by=alice, **changes)  # type: ignore[arg-type]


def open_card(page: Page, alert: Alert) -> None:
    card(page, alert).get_by_role("button").click()
    expect(page.locator('[data-picture="candidate"] img').first).to_be_visible()


def test_name_comes_after_the_first_look(page_of: PageOf, live: Deployment, alice: User) -> None:
    alert = claimed(live, alice)
    page = open_console(page_of, alice, live)
    open_card(page, alert)

    expect(page.locator("[data-reveal]")).to_be_disabled()
    page.keyboard.press("v")
    compare(page, "Nose", "Ears")
    page.keyboard.press("v")

    expect(page.locator("[data-identity]")).to_contain_text("Person Number")
    expect(page.locator("[data-identity]")).to_contain_text("not how likely")
    assert "%" not in page.locator("[data-identity]").inner_text()
    looked = alert.first_looks.get()
    assert looked.in_favour == ["ears", "nose"]


def test_dismissal_is_undone_by_a_key_and_stands_after_its_seconds(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    alert, following = claimed(live, alice), make_alert(live)
    page = open_console(page_of, alice, live)
    open_card(page, alert)

    page.keyboard.press("n")
    expect(page.locator("[data-problem]")).to_have_text("Choose why the alert is dismissed.")
    page.locator("[data-reason]").select_option(DismissalReason.DIFFERENT_AGE)
    act(page, "dismiss")
    expect(step_of(page, "undo")).to_contain_text("erased in")
    page.keyboard.press("z")
    expect(step_of(page, "judge")).to_be_visible()
    alert.refresh_from_db()
    assert alert.status == AlertStatus.CLAIMED

    act(page, "dismiss")
    opened = page.locator("[data-open-alert]")
    expect(opened).to_have_attribute("data-status", "dismissed")
    expect(opened).to_have_attribute("data-uuid", str(following.uuid))
    assert alert.adjudications.count() == 2


def test_sending_is_undone_before_officers_hear_of_it(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    alert = claimed(live, alice)
    page = open_console(page_of, alice, live)
    officer = page_of(person("engagement_officer"), handheld_of(live), size=PHONE)
    open_card(page, alert)
    compare(page, "Nose")
    act(page, "confirm")
    page.get_by_label("Police National Computer").check()
    act(page, "dispatch")

    expect(step_of(page, "undo")).to_contain_text("Officers are told in")
    page.keyboard.press("z")

    expect(step_of(page, "judge")).to_be_visible()
    page.wait_for_timeout(3500)  # longer than the seconds to undo: nothing may come of it
    expect(officer.locator(".field-alert")).to_have_count(0)
    alert.refresh_from_db()
    assert alert.status == AlertStatus.CLAIMED


def test_second_operator_judges_blind(
    page_of: PageOf, live: Deployment, alice: User, bob: User
) -> None:
    alert = claimed(live, alice)
    first, second = (open_console(page_of, user, live) for user in (alice, bob))
    open_card(first, alert)
    compare(first, "Nose", "Mouth")
    first.keyboard.press("v")
    expect(first.locator("[data-identity]")).to_be_visible()
    first.keyboard.press("s")
    expect(step_of(first, "asked")).to_be_visible()

    open_card(second, alert)
    asked = step_of(second, "judge")
    expect(asked).to_contain_text(f"{alice} asks for your view")
    expect(asked).not_to_contain_text("Person Number")
    expect(asked.locator('[data-finding="agrees"]')).to_have_count(0)
    second.locator('[data-prompt="Ears"]').dblclick()
    second.keyboard.press("n")

    expect(first.locator("[data-second]")).to_contain_text(f"{bob}: not the same person.")
    expect(first.locator("[data-second]")).to_contain_text("Differs: Ears.")
    expect(step_of(second, "other")).to_be_visible()
    assert alert.second_opinions.get().verdict == Verdict.DISMISSED


def test_eyes_lie_in_one_place_whatever_the_pictures(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    eyes = (0.3, 0.4, 0.62, 0.44), [0.41, 0.35, 0.55, 0.33]
    entry, near = make_entry(live), make_entry(live)
    WatchlistEntry.objects.filter(pk=entry.pk).update(eyes=eyes[1])
    WatchlistEntry.objects.filter(pk=near.pk).update(eyes=[0.3, 0.4, 0.7, 0.5])
    entry.refresh_from_db()
    alert = make_alert(
        live, entry=entry, probe_eyes=eyes[0], others=(Near(near.pk, 0.79),), is_lookalike=True
    )
    page = open_console(page_of, alice, live)
    open_card(page, alert)
    expect(page.locator("[data-others]")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator('[data-picture="candidate"] figcaption')).to_contain_text("1 of 1")
    expect(page.locator("[data-rank]")).to_be_visible()

    for zoomed in (False, True):
        if zoomed:
            page.keyboard.press("+")
            page.locator('[data-picture="probe"] .frame').press("ArrowDown")
        places = page.locator(".face img").evaluate_all(f"all => all.map({EYES_ON_SCREEN})")
        assert len(places) == 3
        for place in places:
            assert place == pytest.approx(places[0], abs=0.005)
        left_x, left_y, right_x, right_y = places[0]
        assert left_y == pytest.approx(right_y, abs=0.005)
        assert right_x - left_x == pytest.approx(0.28 * (1.25 if zoomed else 1), abs=0.005)


def test_blinking_stops_and_is_still_where_motion_is_unwelcome(
    page_of: PageOf, live: Deployment, alice: User
) -> None:
    alert = make_alert(live)
    page = open_console(page_of, alice, live)
    open_card(page, alert)
    probe, candidate = (page.locator(f'[data-picture="{each}"]') for each in ("probe", "candidate"))

    page.keyboard.press("b")
    expect(probe).to_have_css("visibility", "hidden")
    expect(candidate).to_have_css("visibility", "hidden")  # in its turn
    page.keyboard.press("b")
    expect(page.locator("[data-blink]")).to_have_attribute("aria-pressed", "false")
    expect(probe).to_have_css("visibility", "visible")

    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("b")
    expect(page.locator("[data-announce]")).to_have_text("The watchlist image is shown.")
    page.wait_for_timeout(1600)  # two blinks long: nothing moves
    expect(probe).to_have_css("visibility", "hidden")
    page.keyboard.press("b")
    expect(page.locator("[data-announce]")).to_have_text("The face seen is shown.")
    page.keyboard.press("b")
    expect(candidate).to_have_css("visibility", "visible")


def test_open_alert_needs_no_scrolling(page_of: PageOf, live: Deployment, alice: User) -> None:
    long_name = "North Street, corner of the Market Square, pole 14, looking east"
    deployment = make_deployment(status=Status.LIVE, cameras=[make_camera(name=long_name)])
    near = make_entry(deployment)
    alert = claimed(deployment, alice, is_lookalike=True, others=(Near(near.pk, 0.79),))
    page = open_console(page_of, alice, deployment)
    open_card(page, alert)
    compare(page, "Apparent age")
    page.locator("[data-reveal]").click()
    expect(page.locator("[data-identity]")).to_be_visible()

    assert page.evaluate(
        "[document.documentElement, document.querySelector('.open')]"
        ".every((each) => each.scrollHeight <= each.clientHeight)"
    )


@pytest.mark.parametrize("theme", ["dark", "sunlight"])
def test_other_colours_can_be_read_as_well(
    page_of: PageOf, live: Deployment, alice: User, theme: str
) -> None:
    alert = claimed(live, alice, is_lookalike=True)
    page = open_console(page_of, alice, live)
    while page.locator("html").get_attribute("data-theme") != theme:
        page.locator("[data-theme-switch]").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    open_card(page, alert)
    compare(page, "Nose")
    page.locator('[data-prompt="Ears"]').dblclick()
    page.keyboard.press("v")
    expect(page.locator("[data-identity]")).to_be_visible()

    assert violations(page) == []


def test_pages_are_accessible_in_every_state(
    page_of: PageOf, live: Deployment, alice: User, bob: User
) -> None:
    page = open_console(page_of, alice, live)
    assert violations(page) == []
    alert = make_alert(live, is_lookalike=True, others=(Near(make_entry(live).pk, 0.79),))
    expect(page.locator('[data-picture="probe"] img')).to_be_visible()
    assert violations(page) == []
    act(page, "claim")
    expect(step_of(page, "judge")).to_be_visible()
    compare(page, "Nose")
    page.keyboard.press("v")
    expect(page.locator("[data-identity]")).to_be_visible()
    assert violations(page) == []
    act(page, "ask-second")
    expect(step_of(page, "asked")).to_be_visible()
    assert violations(page) == []

    second = open_console(page_of, bob, live)
    open_card(second, alert)
    compare(second, "Nose")
    assert violations(second) == []
    second.keyboard.press("m")
    expect(page.locator("[data-second]")).to_be_visible()
    assert violations(page) == []
    act(page, "confirm")
    expect(step_of(page, "dispatch")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Police National Computer").check()
    act(page, "dispatch")
    expect(step_of(page, "undo")).to_be_visible()
    assert violations(page) == []
    expect(step_of(page, "sent")).to_be_visible()
    assert violations(page) == []

    officer = page_of(person("engagement_officer"), handheld_of(live), size=PHONE)
    expect(officer.locator(".field-alert img").first).to_be_visible()
    assert violations(officer) == []
    act(officer, "acknowledge")
    officer.locator('[data-view="could_be"]').click()
    act(officer, "engage")
    expect(officer.locator(".field-alert")).to_have_attribute("data-status", "engaged")
    assert violations(officer) == []
    expect(step_of(page, "outcome")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("?")
    assert violations(page) == []
    expect(page.locator("[data-keys-dialog]")).to_be_visible()
