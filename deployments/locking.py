"""The one order in which rows are locked, so that no two transactions wait for each other:

    deployment → its entries and alerts → its templates → the audit chain

The audit chain comes last because each event takes a lock that every writer of the system shares.
Whoever changes anything below a deployment locks the deployment first."""

from deployments.models import Deployment


def lock(deployment_id: int) -> Deployment:
    """Read the deployment and hold it until the transaction ends.

    FOR NO KEY UPDATE: a row that only refers to the deployment, such as an audit event of
    somebody who looked at an image, may be written meanwhile. FOR UPDATE would make such a
    writer, who holds the audit chain, wait for us while we wait for the chain."""
    return Deployment.objects.select_for_update(no_key=True).get(pk=deployment_id)
