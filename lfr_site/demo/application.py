"""An application as the applicant types it, step by step, over HTTP."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lfr_site.demo.visitor import UnexpectedAnswer, Visitor

LOCAL = "%Y-%m-%dT%H:%M"
Typed = dict[str, str | list[str]]

WHO: Typed = {
    "title": "High Street, check",
    "controller_force": "Seed Constabulary",
    "categories": [
        "wanted_by_courts",
        "suspected_of_offence",
        "bail_conditions",
        "court_order",
        "missing_at_risk",
        "risk_of_harm",
    ],
}
GROUND: Typed = {
    "place_ground": "crime_hotspot",
    "place_intelligence": "Robbery here is three times the force's average.",
}
WATCHLIST: Typed = {
    "watchlist_criteria": "Wanted for robbery, in breach of bail, or missing and at risk.",
    "watchlist_cap": "40",
}
WHY: Typed = {
    "necessity": "Patrols and appeals did not find the people sought.",
    "proportionality": "One camera, two hours, a short watchlist.",
    "alternatives": "Patrols and appeals were tried for a month each.",
    "community_impact": "Discussed with the community panel.",
}
PUBLIC: Typed = {
    "signs_plan": "At both ends of the zone and 100 m before it.",
    "notice_plan": "On the site of the force and on posters in the street.",
}
WHOLE_PICTURE = {"x": "0", "y": "0", "w": "100", "h": "100"}


def write_application(applicant: Visitor, *, place: str, threshold: float) -> str:
    """A complete draft whose window is open. Returns its uuid."""
    page = applicant.post("/deployments/new/", {**WHO, "action": "leave"}).url
    uuid = page.rstrip("/").rpartition("/")[2]
    steps = f"/deployments/{uuid}/apply"
    cameras = _boxes(applicant.get(f"{steps}/cameras/").text, "cameras")
    zones: Typed = {
        f"camera-{camera}-{part}": value
        for camera in cameras
        for part, value in WHOLE_PICTURE.items()
    }
    steps_typed: dict[str, Typed] = {
        "where": {"place": place, **GROUND},
        "when": _window(),
        "cameras": {"cameras": cameras, "recorded": cameras},
        "zones": zones,
        "watchlist": WATCHLIST,
        "recognition": {"profile": "embedded", "threshold": str(threshold)},
        "why": WHY,
        "public": PUBLIC,
        "documents": _documents(applicant.get(f"{steps}/documents/").text),
    }
    for name, typed in steps_typed.items():
        applicant.post(f"{steps}/{name}/", typed)
    return uuid


def _window() -> Typed:
    starts = datetime.now(ZoneInfo("Europe/London")).replace(second=0, microsecond=0)
    return {
        "starts_at": starts.strftime(LOCAL),
        "ends_at": (starts + timedelta(hours=2)).strftime(LOCAL),
        "expected_footfall": "5000",
    }


def _boxes(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\d+)"', page)


def _documents(page: str) -> Typed:
    """The versions that the form offers first."""
    chosen = dict(
        re.findall(r'<select name="(\w+)".*?<option value="(\d+)" selected', page, re.DOTALL)
    )
    if len(chosen) != 3:
        raise UnexpectedAnswer("the form offers no document in force")
    return {**chosen}
