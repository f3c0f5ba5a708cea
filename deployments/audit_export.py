"""The trail outside the system: whole, to be verified there.

Whoever reads from outside the force gets neither who acted nor what people wrote, but the digests
of both, which the chain is made of: such a copy verifies like the whole one. The digest of a name
tells the same person from another without telling who it is."""

import json
from collections.abc import Iterator
from hashlib import sha256

from deployments import audit_rows
from deployments.audit import SYSTEM
from deployments.audit_verifier import FIELDS
from deployments.enums import Status
from deployments.models import AuditEvent

WITHHELD = ("actor", "reason")


BATCH = 5000


def trail(*, withheld: bool, after: int = 0, until: int | None = None) -> Iterator[str]:
    """One event a line, in JSON, as `audit_verifier` reads it."""
    for sequence, previous, own, *texts in audit_rows.lines(after=after, until=until):
        event: dict[str, object] = dict(zip(FIELDS, texts, strict=True))
        if withheld:
            event |= {name: _digest(str(event[name])) for name in WITHHELD}
        whole = {"sequence": int(sequence), "previous_hash": previous, "hash": own, **event}
        yield json.dumps(whole, ensure_ascii=False) + "\n"


def trail_batches(*, withheld: bool, until: int) -> Iterator[str]:
    """The same some at a time, so that no transaction stays open while somebody downloads."""
    for after in range(0, until, BATCH):
        yield "".join(trail(withheld=withheld, after=after, until=min(after + BATCH, until)))


def reason_of(reason: str, *, to: str) -> str:
    """Why and to whom, in the one field that nobody outside is shown: both may name somebody."""
    return f"{reason} Given to: {to}"


def pseudonym(actor: str) -> str:
    """Who acted, for whoever is not to know the name: one person has one, in the export too."""
    if actor == SYSTEM:
        return actor
    return f"person {sha256(actor.encode()).hexdigest()[:8]}"


def deployment_of(event: AuditEvent, *, withheld: bool) -> str:
    """By its title, which the public is told; a draft, to those outside, by its number."""
    deployment = event.deployment
    if deployment is None:
        return ""
    if withheld and deployment.status == Status.DRAFT:
        return str(deployment.uuid)
    return str(deployment)


def _digest(text: str) -> object:
    return text if text in {"", SYSTEM} else {"sha256": sha256(text.encode()).hexdigest()}
