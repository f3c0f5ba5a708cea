"""What the pages of an application show beside its texts: cameras with their zones, documents, and
the false alerts to expect."""

from deployments import permissions
from deployments.authority_content import documents_of
from deployments.expectation_view import expected
from deployments.models import Deployment, User
from deployments.zones import zone_of


def facts_of(deployment: Deployment, *, person: User) -> dict[str, object]:
    used = deployment.deploymentcamera_set.select_related("camera__still").order_by("camera__name")
    return {
        "can_view_stills": permissions.can_view_stills(person),
        "used_cameras": [
            {"camera": each.camera, "zone": zone_of(each), "records_cctv": each.records_cctv}
            for each in used
        ],
        "documents": documents_of(deployment),
        "expected": expected(
            deployment, profile=deployment.profile, threshold=deployment.threshold
        ),
    }
