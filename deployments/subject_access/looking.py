"""Looking at what was made for a request: on record with the request as its reason, for a while."""

import time

from django.contrib.sessions.backends.base import SessionBase

from deployments import audit
from deployments.enums import AuditKind
from deployments.models import SubjectAccessFile, SubjectAccessRequest, User

# After so long it is opened again, and recorded again.
OPEN_FOR_S = 900
KEY = "subject_access"


def open_file(
    request: SubjectAccessRequest, file: SubjectAccessFile, *, by: User, session: SessionBase
) -> None:
    """One consultation, and the picture may be seen for a while."""
    audit.record(
        "subject_access.viewed",
        kind=AuditKind.CONSULTATION,
        by=by,
        deployment=request.deployment,
        subject=f"subject access {request.pk}",
        reason=request.reason,
        details={"what": file.kind, "face": file.number, "segment": file.segment.number},
    )
    opened = {pk: end for pk, end in session.get(KEY, {}).items() if end > time.time()}
    session[KEY] = opened | {str(file.pk): time.time() + OPEN_FOR_S}


def is_open(session: SessionBase, file: SubjectAccessFile) -> bool:
    return bool(session.get(KEY, {}).get(str(file.pk), 0) > time.time())
