"""Keys of deployments that are over, once they open nothing any more: destroyed, so that no copy of
what they opened is readable, in backups neither."""

from collections.abc import Callable
from datetime import datetime

from deployments import image_store
from deployments.models import Deployment, DeploymentKey
from deployments.retention import RULES, Due

KIND = "deployment_key"

# Whether a deployment's key is needed for something yet. Apps to the right register theirs.
_opens: list[Callable[[Deployment], bool]] = [
    lambda deployment: deployment.images.exists(),
    lambda deployment: deployment.imports.exists(),
]


def opens(something: Callable[[Deployment], bool]) -> None:
    _opens.append(something)


def is_spent(deployment: Deployment) -> bool:
    return deployment.status in image_store.TAKES_NO_IMAGES and not any(
        something(deployment) for something in _opens
    )


def find() -> list[Due]:
    over = DeploymentKey.objects.filter(deployment__status__in=image_store.TAKES_NO_IMAGES)
    rule = RULES[KIND]
    assert rule.period is not None
    return [
        Due(key.deployment, rule, _spent_at(key.deployment) + rule.period, 1)
        for key in over.select_related("deployment")
        if is_spent(key.deployment)
    ]


def destroy(due: Due) -> int:
    assert due.deployment is not None
    return int(is_spent(due.deployment) and image_store.destroy_key(due.deployment))


def _spent_at(deployment: Deployment) -> datetime:
    """When the last thing that it opened went, or the deployment was over without any."""
    last = deployment.erasures.order_by("-done_at").values_list("done_at", flat=True).first()
    return max(deployment.status_at, last) if last else deployment.status_at
