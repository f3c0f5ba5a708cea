"""What is done for the trail on a clock."""

from django.core.exceptions import ImproperlyConfigured
from structlog import get_logger

from deployments import audit_checkpoints
from deployments.audit_verification import verify_on_record
from deployments.models import AuditVerification, User

log = get_logger(__name__)


def sign_checkpoint() -> None:
    """Where the trail is found broken, the whole of it is read and what is found is kept: once."""
    try:
        audit_checkpoints.make()
    except audit_checkpoints.Broken as faults:
        log.error("audit_trail_broken", faults=str(faults))
        last = AuditVerification.objects.first()
        if last is None or last.is_sound:
            verify_on_record()
    except ImproperlyConfigured as error:
        log.error("audit_checkpoint_not_signed", error=str(error))


def verify_trail(*, by: User | None = None) -> None:
    found = verify_on_record(by=by)
    if not found.is_sound:
        log.error("audit_trail_broken", faults=found.faults)
