"""Why somebody looks (Data Protection Act 2018, s. 62): what they say, or what it follows from.

Where the work itself is the reason, the look inherits it; where it is not, the person is asked."""

from deployments import audit, permissions
from deployments.enums import AuditKind, EntryStatus, Status
from deployments.models import Deployment, User, WatchlistEntry

REVIEWING = "Reviewing the entry before anybody is searched for."
KEEPING = "Keeping the watchlist of the deployment."
OPERATING = "Operating the deployment."
ACCOUNTING = "Accounting for the deployment after its end."


def purpose_of(person: User, deployment: Deployment) -> str:
    """What a look at the list of a deployment follows from."""
    if permissions.can_manage_watchlist(person, deployment):
        return KEEPING
    return ACCOUNTING if deployment.status == Status.ENDED else OPERATING


def inherited_for_image(person: User, entry: WatchlistEntry) -> str:
    """Empty where nobody's work asks for this image: the person then says why."""
    deployment = entry.deployment
    is_to_review = entry.status == EntryStatus.TO_REVIEW
    if is_to_review and permissions.can_review(person, deployment, added_by_id=entry.added_by_id):
        return REVIEWING
    return KEEPING if permissions.can_manage_watchlist(person, deployment) else ""


def record(
    action: str,
    *,
    by: User,
    reason: str,
    deployment: Deployment | None = None,
    subject: str = "",
    details: dict[str, object] | None = None,
) -> None:
    audit.record(
        action,
        kind=AuditKind.CONSULTATION,
        by=by,
        deployment=deployment,
        subject=subject,
        reason=reason,
        details=details,
    )
