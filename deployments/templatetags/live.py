"""The bar that every staff page of a live deployment carries: that it runs, and the emergency
stop."""

from collections.abc import Mapping

from django import template

from deployments import permissions
from deployments.enums import Status
from deployments.models import Deployment, User

register = template.Library()


@register.inclusion_tag("includes/live_bar.html", takes_context=True)
def live_bar(context: Mapping[str, object]) -> dict[str, object]:
    deployment, person = context.get("deployment"), context.get("user")
    if not isinstance(deployment, Deployment) or not isinstance(person, User):
        return {"deployment": None}
    return {
        "deployment": deployment if deployment.status == Status.LIVE else None,
        "can_stop": permissions.can_stop(person, deployment),
        "csrf_token": context.get("csrf_token"),
    }
