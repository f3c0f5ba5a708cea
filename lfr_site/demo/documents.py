"""Policy documents of the demo's fictional force, each marked as an example."""

from collections.abc import Mapping
from pathlib import Path

from deployments import policy_documents
from deployments.enums import DocumentKind
from deployments.models import PolicyDocument, User

TEXTS = Path(__file__).resolve().parent / "documents"
VERSION = "1.0"


def seed_documents(people: Mapping[str, User]) -> None:
    """One document of each kind, in force; those that are there already stay as they are."""
    there = set(PolicyDocument.objects.values_list("kind", flat=True))
    for kind in DocumentKind:
        if kind in there:
            continue
        draft = PolicyDocument.objects.create(
            kind=kind,
            version=VERSION,
            title=f"{kind.label} (example)",
            body=(TEXTS / f"{kind.value}.txt").read_text(encoding="utf-8"),
            drafted_by=people["system_administrator"],
        )
        policy_documents.publish(draft, by=people["authorising_officer"])
