"""Keeping what was found: an inspector reads later on what recognition was begun."""

from collections.abc import Sequence

from deployments.models import Deployment, StartCheckRecord, User
from deployments.start_checks.check import Check


def record_checks(
    deployment: Deployment, checks: Sequence[Check], *, transition: str, by: User
) -> StartCheckRecord:
    """Within the transition's transaction."""
    return StartCheckRecord.objects.create(
        deployment=deployment,
        transition=transition,
        by=by,
        checks=[check.as_record() for check in checks],
    )
