"""Every enrolled entry has its template: nobody on the list would be missed in silence."""

from deployments.models import Deployment
from deployments.start_checks import Check
from recognition import template_store


def templates_check(deployment: Deployment) -> Check:
    name = "Templates complete"
    if lacking := len(template_store.missing(deployment)):
        return Check(
            name,
            False,
            f"{lacking} templates are being rebuilt.",
            "Wait until they are: it takes a second for a few images.",
        )
    return Check(name, True, "Every enrolled entry has its template.")
