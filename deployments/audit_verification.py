"""Verifying the whole trail, with everything that was ever signed of it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from deployments import audit, audit_checkpoints, audit_rows, signing
from deployments.audit_verifier import Walk, believed
from deployments.models import AuditVerification, User


@dataclass(frozen=True, slots=True)
class Verification:
    """`count` rows read, the `head` hash, how many checkpoints fit, and each fault in words."""

    count: int
    head: str
    checkpoints: int = 0
    faults: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(more: Iterable[tuple[str, str]] = ()) -> Verification:
    """Compute every hash anew and compare with the checkpoints of the database, of the folder and
    with `more`, by name, that were kept elsewhere."""
    good, forged = believed([*audit_checkpoints.texts(), *more], check=signing.verify)
    walk = Walk(good).over(audit_rows.rows())
    faults = (*forged, *walk.faults, *audit_checkpoints.removed())
    return Verification(walk.count, walk.head, len(good), faults)


def verify_on_record(*, by: User | None = None) -> AuditVerification:
    """The same, kept for whoever asks later when the trail was last verified, and by whom."""
    began = time.monotonic()
    found = verify()
    return AuditVerification.objects.create(
        by=by.get_username() if by else audit.SYSTEM,
        count=found.count,
        head=found.head,
        checkpoints=found.checkpoints,
        seconds=round(time.monotonic() - began, 3),
        faults=list(found.faults),
    )
