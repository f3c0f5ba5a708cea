"""What a person types into the steps of an application."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments.forms.variation import VariationForm
from deployments.models import Camera, Deployment
from tests.factories import documents_relied_on, make_measured

APPLY = "/deployments/new/"
LONDON = "%Y-%m-%dT%H:%M"

Typed = dict[str, object]


def filled_in(camera: Camera) -> dict[str, Typed]:
    """Complete steps in their order, for a window that opens in five days."""
    start = timezone.localtime(timezone.now() + timedelta(days=5))
    documents = {
        f"{name}": str(document.pk)  # type: ignore[attr-defined]
        for name, document in documents_relied_on().items()
    }
    return {
        "who": {
            "title": "Station Road",
            "controller_force": "Seed Constabulary",
            "categories": ["wanted_by_courts", "missing_at_risk"],
        },
        "where": {
            "place": "Station Road",
            "place_ground": "crime_hotspot",
            "place_intelligence": "Forty robberies in the last quarter.",
        },
        "when": {
            "starts_at": start.strftime(LONDON),
            "ends_at": (start + timedelta(hours=4)).strftime(LONDON),
            "expected_footfall": "5000",
        },
        "cameras": {"cameras": [str(camera.pk)]},
        "zones": zone_of_camera(camera),
        "watchlist": {
            "watchlist_criteria": "Wanted on warrant for robbery.",
            "watchlist_cap": "200",
        },
        "recognition": {"profile": "embedded", "threshold": "0.62"},
        "why": {
            "necessity": "Other tactics have not located those sought.",
            "proportionality": "A small zone, for four hours.",
            "alternatives": "Patrols and appeals were tried.",
            "community_impact": "The advisory group was consulted.",
        },
        "public": {
            "signs_plan": "At the zone and 100 m out.",
            "notice_plan": "On the site of the force.",
        },
        "documents": dict(documents),
    }


def as_it_is(deployment: Deployment) -> Typed:
    """What the page of a variation holds before anything is changed."""
    form = VariationForm(deployment=deployment)
    typed: Typed = {name: form[name].value() for name in form.fields}
    for name in ("starts_at", "ends_at"):
        typed[name] = typed[name].strftime(LONDON)  # type: ignore[attr-defined]
    typed |= {"reasons": "They moved.", "cameras": [c.pk for c in deployment.cameras.all()]}
    recorded = deployment.deploymentcamera_set.filter(records_cctv=True)
    typed["recorded"] = [used.camera_id for used in recorded]
    for camera in deployment.cameras.all():
        typed |= zone_of_camera(camera, x="0", y="0", w="100", h="100")
    return typed


def zone_of_camera(
    camera: Camera, *, x: str = "10", y: str = "20.5", w: str = "60", h: str = "50"
) -> Typed:
    return {
        f"camera-{camera.pk}-{name}": value
        for name, value in zip("xywh", (x, y, w, h), strict=True)
    }


def address(deployment: Deployment, name: str) -> str:
    return reverse("deployments:step", args=[deployment.uuid, name])


def write_all(client: Client, camera: Camera, **changes: Typed) -> Deployment:
    """Go through every step as the person signed in; `changes` replace what a step is given."""
    make_measured()
    steps = filled_in(camera) | changes
    client.post(APPLY, steps.pop("who"))
    draft = Deployment.objects.latest("pk")
    for name, typed in steps.items():
        client.post(address(draft, name), typed)
    draft.refresh_from_db()
    return draft
