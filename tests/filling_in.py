"""The application as the applicant writes it in a browser, step by step."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

LOCAL = "%Y-%m-%dT%H:%M"


def write_application(page: Page, *, place: str, threshold: float) -> None:
    """From the empty form to the page that reads it whole; the zone is drawn with the pointer."""
    page.goto("/deployments/new/")
    starts = datetime.now(ZoneInfo("Europe/London")).replace(second=0, microsecond=0)
    page.fill("[name=title]", "Corn Market")
    for box in page.locator("[name=categories]").all():
        box.check()
    onwards(page, "Where")
    page.fill("[name=place]", place)
    page.check("[name=place_ground][value=crime_hotspot]")
    page.fill("[name=place_intelligence]", "Robbery here is three times the force's average.")
    onwards(page, "When")
    page.fill("[name=starts_at]", starts.strftime(LOCAL))
    page.fill("[name=ends_at]", (starts + timedelta(hours=2)).strftime(LOCAL))
    page.fill("[name=expected_footfall]", "5000")
    onwards(page, "Cameras")
    page.locator("[name=cameras]").first.check()
    onwards(page, "Zones of recognition")
    draw_zone(page)
    onwards(page, "Watchlist")
    page.fill("[name=watchlist_criteria]", "Wanted for robbery, or missing and at risk.")
    page.fill("[name=watchlist_cap]", "40")
    onwards(page, "Recognition")
    page.fill("[name=threshold]", str(threshold))
    onwards(page, "Why")
    page.fill("[name=necessity]", "Patrols and appeals did not find the people sought.")
    page.fill("[name=proportionality]", "One camera, two hours, a short watchlist.")
    page.fill("[name=alternatives]", "Patrols and appeals were tried.")
    page.fill("[name=community_impact]", "Discussed with the community panel.")
    onwards(page, "Telling the public")
    page.fill("[name=signs_plan]", "At the zone and 100 m out.")
    page.fill("[name=notice_plan]", "On the site of the force.")
    onwards(page, "Documents relied on")
    onwards(page, "Read and submit")


def draw_zone(page: Page) -> None:
    """From corner to corner, with a finger's width left at the edges."""
    drawing = page.locator(".zone-drawing").first
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    page.mouse.up()


def onwards(page: Page, title: str) -> None:
    """Save the step and arrive at the one of that title."""
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
