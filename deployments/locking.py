"""The one order in which rows are locked, so that no two transactions wait for each other:

    deployment → its imports, entries and alerts → its templates → the audit chain

The audit chain comes last because each event takes a lock that every writer of the system shares.
Whoever changes anything below a deployment locks the deployment first. Policy documents belong to
no deployment; they too come before the chain."""

from uuid import UUID

from deployments.enums import DocumentKind
from deployments.models import CameraStill, Deployment, PolicyDocument, WatchlistImport


def lock(deployment_id: int) -> Deployment:
    """Read the deployment and hold it until the transaction ends.

    FOR NO KEY UPDATE: a row that only refers to the deployment, such as an audit event of
    somebody who looked at an image, may be written meanwhile. FOR UPDATE would make such a
    writer, who holds the audit chain, wait for us while we wait for the chain."""
    return Deployment.objects.select_for_update(no_key=True).get(pk=deployment_id)


def lock_import(import_id: int) -> WatchlistImport:
    """An import is decided once: its deployment is locked before it."""
    return WatchlistImport.objects.select_for_update(no_key=True).get(pk=import_id)


def lock_documents(kind: DocumentKind | str) -> dict[int, PolicyDocument]:
    """All versions of one kind by their keys, held until the transaction ends: one of them is put
    into force at a time."""
    rows = PolicyDocument.objects.select_for_update(no_key=True).filter(kind=kind).order_by("pk")
    return {row.pk: row for row in rows}


def lock_still(file: UUID) -> CameraStill | None:
    """The still whose picture this is; None where it has another by now, or went."""
    return CameraStill.objects.select_for_update(no_key=True).filter(file=file).first()
