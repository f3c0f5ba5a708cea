"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from alerts import permissions as alert_permissions
from deployments import permissions, step_up
from deployments.models import User


def site(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    return {
        "force_name": settings.FORCE_NAME or "This force",
        "is_demo": settings.DEMO,
        "has_second_factor": settings.SECOND_FACTOR,
        "has_urgent_route": settings.URGENT_ROUTE,
        "can_ask_the_ledger": person is not None and permissions.can_ask_the_ledger(person),
        "can_read_audit": person is not None and permissions.can_read_audit(person),
        "can_read_erasure": person is not None and permissions.can_read_erasure(person),
        "can_configure": person is not None and permissions.can_configure(person),
        "can_read_drafts": person is not None and permissions.can_read_drafts(person),
        "can_supervise": person is not None and alert_permissions.can_supervise(person),
        "can_answer_subject_access": person is not None
        and permissions.can_answer_subject_access(person),
        "can_apply": person is not None and permissions.can_apply(person),
        # In words, for pages with pictures of people or places; empty while they are shown.
        "images_wait": step_up.IDLE_WORDS
        if person is not None and step_up.is_idle(request.session)
        else "",
    }
