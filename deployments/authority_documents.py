"""Writing down what was decided, and proving that it still says the same."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from deployments import audit, typesetting
from deployments.authority_content import Section, canonical, content_of, sections_of
from deployments.enums import AuditKind
from deployments.models import AuditEvent, AuthorityDocument, Deployment, User, Variation

WRITTEN = "authority.written"


def write(
    deployment: Deployment, *, by: User, variation: Variation | None = None
) -> AuthorityDocument:
    """The document of the decision just made. Call it in the decision's own transaction, once the
    status has moved, or the variation is in force: the two stand or fall together."""
    content = content_of(deployment, variation=variation)
    decision = deployment.status if variation is None else variation.status
    text = canonical(content)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    document = AuthorityDocument.objects.create(
        deployment=deployment,
        decision=decision,
        variation=variation,
        content=text,
        sha256=sha256,
        pdf=printed(content, sha256=sha256),
    )
    audit.record(
        WRITTEN,
        kind=AuditKind.DECISION,
        by=by,
        deployment=deployment,
        subject=f"authority {document.pk}",
        details={
            "decision": decision,
            "sha256": sha256,
            "pdf_sha256": hashlib.sha256(document.pdf).hexdigest(),
        },
    )
    return document


def printed(content: Mapping[str, Any], *, sha256: str) -> bytes:
    sections = [
        {"title": section.title, "lines": [list(line) for line in section.lines]}
        for section in sections_of(content)
    ]
    return typesetting.pdf(
        "authority",
        {
            "title": content["application"]["title"],
            "force": content["application"]["controller_force"],
            "decision": content["decision"]["decision"],
            "deployment": content["deployment"],
            "sha256": sha256,
            "sections": sections,
        },
    )


def sections(document: AuthorityDocument) -> list[Section]:
    return sections_of(json.loads(document.content))


def is_sound(document: AuthorityDocument) -> bool:
    """Content and print are those whose hashes the audit trail holds."""
    event = AuditEvent.objects.filter(
        action=WRITTEN,
        deployment_id=document.deployment_id,
        subject=f"authority {document.pk}",
    ).first()
    if event is None:
        return False
    recorded = json.loads(event.details)
    return bool(
        recorded["sha256"] == document.sha256 == _hash(document.content.encode())
        and recorded["pdf_sha256"] == _hash(bytes(document.pdf))
    )


def record_reading(document: AuthorityDocument, *, by: User, form: str) -> None:
    """It left the system in somebody's hands: `form` is what they took, "pdf" or "json"."""
    audit.record(
        "authority.downloaded",
        kind=AuditKind.DISCLOSURE,
        by=by,
        deployment=document.deployment,
        subject=f"authority {document.pk}",
        reason="The written authority was taken away by the person who acts.",
        details={"form": form},
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
