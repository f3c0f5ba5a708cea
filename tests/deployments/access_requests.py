"""Requests for access for tests: opened as an officer opens them, with copies that are real
encrypted files."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from deployments.enums import IdentityProof, SubjectAccessFileKind
from deployments.models import Deployment, FootageSegment, SubjectAccessFile, SubjectAccessRequest
from deployments.subject_access import pictures, requests
from deployments.subject_access.store import OpenFile
from tests.deployments.recordings import recorded, video
from tests.factories import jpeg, person

CASE = "SAR/2026/0147"


def asked(deployment: Deployment, **changes: Any) -> requests.Asked:
    now = timezone.now()
    values: dict[str, Any] = {
        "case_number": CASE,
        "camera": deployment.cameras.order_by("pk").first(),
        "begins": now - timedelta(minutes=10),
        "ends": now + timedelta(minutes=10),
        "received_on": timezone.localdate(),
        "identity": IdentityProof.PHOTO_DOCUMENT,
    }
    return requests.Asked(**values | changes)


def opened(deployment: Deployment, **changes: Any) -> SubjectAccessRequest:
    return requests.open_request(
        deployment, asked(deployment, **changes), by=person("disclosure_officer")
    )


def with_segment(
    deployment: Deployment, *, started_at: datetime | None = None
) -> tuple[SubjectAccessRequest, FootageSegment]:
    """A request of a time at which something was recorded."""
    segment = recorded(deployment, started_at=started_at)
    return opened(deployment), segment


def written(file_id: Any, data: bytes) -> OpenFile:
    out = OpenFile(file_id)
    out.write(data)
    out.finish()
    return out


def with_faces(
    request: SubjectAccessRequest, segment: FootageSegment, *, count: int = 2
) -> list[SubjectAccessFile]:
    """What a worker answers to the question for a moment."""
    still = pictures.ask_for_faces(request, segment, at_s=1.0, by=person("disclosure_officer"))
    claimed = pictures.claim(still.pk)
    assert claimed is not None
    rows = [
        SubjectAccessFile(
            request=request,
            kind=SubjectAccessFileKind.FACE,
            segment=segment,
            at_s=1.0,
            still=claimed,
            number=number,
            x=0.1 * number,
            y=0.2,
            w=0.05,
            h=0.1,
        )
        for number in range(1, count + 1)
    ]
    made = [(row, written(row.pk, jpeg(seed=number))) for number, row in enumerate(rows)]
    pictures.finish_faces(claimed, written(still.pk, jpeg(seed=99)), made)
    return rows


def with_copy(request: SubjectAccessRequest, segment: FootageSegment) -> SubjectAccessFile:
    """A copy that a worker made: here of noise."""
    face = with_faces(request, segment)[0]
    copy = pictures.ask_for_copy(request, face, by=person("disclosure_officer"))
    claimed = pictures.claim(copy.pk)
    assert claimed is not None
    made = written(copy.pk, video(seconds=1))
    pictures.finish_copy(claimed, made, frame_count=25, hidden_count=2)
    request.refresh_from_db()
    copy.refresh_from_db()
    return copy
