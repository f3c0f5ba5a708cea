"""What a person types into the application form."""

from datetime import timedelta

from django.utils import timezone

from deployments.models import Camera
from tests.factories import documents_relied_on


def filled_in(camera: Camera, **changes: object) -> dict[str, object]:
    """A complete form, for a window that opens in five days."""
    documents_relied_on()
    start = timezone.localtime(timezone.now() + timedelta(days=5))
    values: dict[str, object] = {
        "title": "Station Road",
        "controller_force": "Seed Constabulary",
        "categories": ["wanted_by_courts", "missing_at_risk"],
        "place": "Station Road",
        "place_ground": "crime_hotspot",
        "place_intelligence": "Forty robberies in the last quarter.",
        "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (start + timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M"),
        "cameras": [str(camera.pk)],
        "watchlist_criteria": "Wanted on warrant for robbery.",
        "watchlist_cap": "200",
        "necessity": "Other tactics have not located those sought.",
        "proportionality": "A small zone, for four hours.",
        "alternatives": "Patrols were tried.",
        "community_impact": "The advisory group was consulted.",
        "signs_plan": "At the zone and 100 m out.",
        "notice_plan": "On the site of the force.",
        "expected_footfall": "5000",
        "profile": "embedded",
        "threshold": "0.62",
        "action": "submit",
    }
    return values | changes
