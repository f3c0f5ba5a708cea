"""Putting a policy document into force, and reading what is or was in force."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from deployments import audit, permissions
from deployments.enums import RELIED_ON, AuditKind, DocumentStatus
from deployments.lifecycle import Refused
from deployments.locking import lock_documents
from deployments.models import PolicyDocument, User


def publish(document: PolicyDocument, *, by: User) -> PolicyDocument:
    """Put a draft into force; the version before it is superseded in the same transaction."""
    with transaction.atomic():
        of_kind = lock_documents(document.kind)
        draft = of_kind[document.pk]
        _allow(draft, by=by)
        now = timezone.now()
        for row in of_kind.values():
            if row.is_in_force:
                row.status, row.superseded_at = DocumentStatus.SUPERSEDED, now
                row.save(update_fields=["status", "superseded_at"])
        draft.status, draft.published_at, draft.published_by = DocumentStatus.PUBLISHED, now, by
        draft.save(update_fields=["status", "published_at", "published_by"])
        audit.record(
            "policy_document.published",
            kind=AuditKind.DISCLOSURE,
            by=by,
            reason="Put into force, for the public to read.",
            subject=f"policydocument {draft.pk}",
            details={"kind": draft.kind, "version": draft.version},
        )
        return draft


def published() -> QuerySet[PolicyDocument]:
    """Every version that is or was in force, the newest of each kind first."""
    return PolicyDocument.objects.exclude(status=DocumentStatus.DRAFT)


def relied_on() -> dict[str, PolicyDocument]:
    """What is in force now of the kinds that an application names, by the application's field."""
    by_kind = {document.kind: document for document in in_force()}
    return {field: by_kind[kind] for field, kind in RELIED_ON.items() if kind in by_kind}


def in_force() -> QuerySet[PolicyDocument]:
    return PolicyDocument.objects.filter(status=DocumentStatus.PUBLISHED)


def _allow(draft: PolicyDocument, *, by: User) -> None:
    if not permissions.can_publish_documents(by):
        raise Refused("Only an authorising officer may publish a policy document; ask one.")
    if draft.status != DocumentStatus.DRAFT:
        raise Refused("This version is published already. Write a new version to change it.")
    if draft.drafted_by_id == by.pk:
        raise Refused("You wrote this draft, so another authorising officer must publish it.")
