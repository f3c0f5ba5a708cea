"""The public's addresses, for tests that go through all of them, and hundreds of deployments."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from deployments.enums import Category, PlaceGround, Status
from deployments.models import Deployment, DeploymentResult, PolicyDocument
from tests.factories import make_deployment, person
from tests.tampering import triggers_disabled

PLAIN = (
    "public:home",
    "public:announced",
    "public:results",
    "public:how",
    "public:rights",
    "public:data",
    "public:documents",
    "public:open_data",
)
MACHINES = (
    "public:feed",
    "public:calendar",
    "public:csv",
    "public:openapi",
    "public:public_api:deployments",
    "public:public_api:retention",
    "public:public_api:documents",
)


REASONS = (
    "place_intelligence",
    "watchlist_criteria",
    "necessity",
    "proportionality",
    "alternatives",
    "community_impact",
    "signs_plan",
    "notice_plan",
)


def addresses_of(deployment: Deployment) -> list[str]:
    """Pages and files of one deployment."""
    uuid = deployment.uuid
    return [
        reverse("public:deployment", args=[uuid]),
        reverse("public:deployment_calendar", args=[uuid]),
        reverse("public:public_api:deployment", args=[uuid]),
        *(reverse("public:deployment_print", args=[uuid, what]) for what in ("sign", "leaflet")),
    ]


def addresses_of_document(document: PolicyDocument) -> list[str]:
    where = [document.kind, document.version]
    return [reverse("public:document", args=where), reverse("public:document_pdf", args=where)]


def fill(count: int) -> None:
    """Written at once, past the triggers: half still to come, half over with a result."""
    like = make_deployment(status=Status.DRAFT)
    now = timezone.now()
    values = {
        "controller_force_id": like.controller_force_id,
        "applicant": person("applicant"),
        "decided_by": person("authorising_officer"),
        "decided_at": now,
        "title": "A plan",
        "place": "High Street, Seedham, between Market Row and the public library, north side",
        "place_ground": PlaceGround.PROTECTIVE_SECURITY,
        "categories": list(Category),
        "watchlist_cap": 20_000,
        "profile": "embedded",
        "threshold": 0.61,
        "published_at": now - timedelta(days=2),
    }
    values |= dict.fromkeys(REASONS, "Words.") | {"expected_footfall": 1000}
    rows = []
    for number in range(count):
        is_over = number % 2 == 1
        starts = now + timedelta(hours=number) * (-1 if is_over else 1) + timedelta(minutes=1)
        rows.append(
            Deployment(
                **values,
                status=Status.CLOSED if is_over else Status.AUTHORISED,
                starts_at=starts - timedelta(hours=5) * is_over,
                ends_at=starts + timedelta(hours=5) * (not is_over),
                ended_at=starts if is_over else None,
            )
        )
    with triggers_disabled("deployments_deployment"):
        made = Deployment.objects.bulk_create(rows)
    figures = {"watchlist_size": 12_345, "faces_seen": 34_567, "alerts": 100, "engagements": 40}
    figures |= {"true_alerts": 90, "false_alerts": 7, "undecided_alerts": 3}
    DeploymentResult.objects.bulk_create(
        DeploymentResult(
            deployment=each, **figures, outcomes={"arrest": 3}, profile_version="e-1", threshold=0.6
        )
        for each in made
        if each.status == Status.CLOSED
    )
