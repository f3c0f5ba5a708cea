"""What is applied for in the demo, where, and in which words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from deployments import policy_documents
from deployments.enums import Category, PlaceGround
from deployments.forces import own_force
from deployments.models import Camera, Deployment, User
from deployments.zones import Zone
from lfr_site.demo.environment import THRESHOLD

# Where the demo's walkers are near enough.
ZONE = Zone(Decimal("0.05"), Decimal("0.05"), Decimal("0.9"), Decimal("0.92"))
WINDOW = timedelta(hours=8)


class Case(NamedTuple):
    """`differs`: what this application has otherwise than the ordinary one."""

    title: str
    place: str
    differs: Mapping[str, object] = {}
    lasts: timedelta = WINDOW


HIGH_STREET = Case("High Street, today", "High Street, Seedham, between Market Row and the library")
MARKET = Case("Market square", "Market square, Seedham, north side")
STATION = Case("Station forecourt", "Forecourt of Seedham station")
BUS_STATION = Case(
    "Bus station, urgent",
    "Seedham bus station, stands A to D",
    {
        "place_ground": PlaceGround.INTELLIGENCE,
        "place_intelligence": (
            "Two people who were reported missing this morning, at high risk, were seen at the "
            "bus station within the last hour; coaches leave until tonight."
        ),
        "categories": [Category.MISSING_AT_RISK, Category.RISK_OF_HARM],
        "watchlist_criteria": (
            "The people reported missing at high risk since this morning, and whoever is believed "
            "to be with them and to pose a risk of harm to them."
        ),
        "watchlist_cap": 10,
        "necessity": (
            "They may leave by coach at any time; the officers at the stands do not know them, "
            "and an authority of the ordinary way would come after the last coach."
        ),
        "proportionality": "One camera, until the last coach, ten people at most.",
        "alternatives": (
            "Drivers and staff have their pictures; officers stand at two of the four stands."
        ),
        "expected_footfall": 3_000,
    },
    timedelta(hours=6),
)


def application(
    case: Case, *, people: Mapping[str, User], camera: Camera, starts_at: datetime
) -> Deployment:
    """A draft with all that is asked for."""
    written = {**_ordinary(), **case.differs}
    with transaction.atomic():
        deployment = Deployment.objects.create(
            title=case.title,
            place=case.place,
            starts_at=starts_at,
            ends_at=starts_at + case.lasts,
            controller_force=own_force(),
            profile=settings.RECOGNITION_PROFILE,
            threshold=THRESHOLD,
            applicant=people["applicant"],
            **policy_documents.relied_on(),
            **written,
        )
        deployment.cameras.add(camera, through_defaults=ZONE.columns() | {"records_cctv": True})
    return deployment


def _ordinary() -> dict[str, object]:
    return {
        "place_ground": PlaceGround.CRIME_HOTSPOT,
        "place_intelligence": (
            "Robbery and theft from the person here are three times the force's average over the "
            "last six months."
        ),
        "categories": [
            Category.WANTED_BY_COURTS,
            Category.SUSPECTED_OF_OFFENCE,
            Category.BAIL_CONDITIONS,
            Category.COURT_ORDER,
            Category.MISSING_AT_RISK,
            Category.RISK_OF_HARM,
        ],
        "watchlist_criteria": (
            "People wanted on warrant or for robbery, people in breach of bail conditions naming "
            "the High Street, and missing people at increased risk."
        ),
        "watchlist_cap": 40,
        "necessity": (
            "Patrols and appeals over six months did not find the people sought; officers cannot "
            "know by sight everyone wanted for these offences."
        ),
        "proportionality": (
            "One camera, one day, a watchlist limited to serious and local cases; faces that match "
            "nobody are deleted at once."
        ),
        "alternatives": (
            "Plain-clothes patrols, appeals with pictures and a search of CCTV by hand; each was "
            "tried for a month without finding those sought."
        ),
        "community_impact": (
            "Discussed with the Seedham community panel; signs at both ends of the street."
        ),
        "signs_plan": (
            "One sign at each end of the street at the zone, one 100 m before it at Market Row and "
            "at the library, and one at each side street."
        ),
        "notice_plan": "On the force's page, in the local paper and on posters in the street.",
        "expected_footfall": 12_000,
    }
