"""Putting everything that lies under the master key under another one.

Item by item, each in a transaction of its own: whatever stops in the middle goes on where it was,
and until the end both keys open what they wrapped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from deployments import audit
from deployments.encryption import Unreadable
from deployments.enums import AuditKind
from deployments.key_providers import provider
from deployments.locking import lock
from deployments.models import DeploymentKey, User

Item = int | UUID  # a row's key


@dataclass(frozen=True, slots=True)
class Holder:
    """Something that keeps secrets under the master key. `each` names its items, `rewrap` puts one
    under the key in force, within the caller's transaction, where it is not yet; with `dry` it only
    says whether it would. Raises Unreadable where no key opens it."""

    what: str  # a code: the audit event's details name it
    each: Callable[[], Iterable[Item]]
    rewrap: Callable[[Item, bool], bool]


@dataclass(frozen=True, slots=True)
class Rotated:
    what: str
    rewrapped: int
    there_already: int
    unreadable: int


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    _holders.append(holder)


def rotate(*, by: User | None = None, dry: bool = False) -> list[Rotated]:
    """What was (with `dry`, what would be) put under the key in force."""
    done = [_rotated(holder, dry=dry) for holder in _holders]
    if not dry and any(each.rewrapped for each in done):
        audit.record(
            "master_key.rotated",
            kind=AuditKind.ALTERATION,
            by=by,
            details={each.what: each.rewrapped for each in done},
        )
    return done


def rewrapped(wrapped: bytes, *, associated: str) -> bytes | None:
    """The same secret under the key in force; None where it is already. Raises Unreadable."""
    keys = provider()
    if keys.is_current(wrapped, associated=associated):
        return None
    return keys.wrap(keys.unwrap(wrapped, associated=associated), associated=associated)


def _rotated(holder: Holder, *, dry: bool) -> Rotated:
    rewrapped_count = there = unreadable = 0
    for item in holder.each():
        try:
            with transaction.atomic():
                changed = holder.rewrap(item, dry)
        except Unreadable:
            unreadable += 1
            continue
        rewrapped_count += changed
        there += not changed
    return Rotated(holder.what, rewrapped_count, there, unreadable)


def register_deployment_keys() -> None:
    def each() -> list[int]:
        keys = DeploymentKey.objects.order_by("deployment_id")
        return list(keys.values_list("deployment_id", flat=True))

    register(Holder("keys_of_deployments", each, _rewrap_deployment_key))


def _rewrap_deployment_key(deployment_id: Item, dry: bool) -> bool:  # noqa: FBT001
    """Under the deployment's lock, as its key is destroyed under it."""
    assert isinstance(deployment_id, int)
    deployment = lock(deployment_id)
    key = DeploymentKey.objects.filter(deployment=deployment).first()
    if key is None:
        return False  # destroyed in this moment
    fresh = rewrapped(bytes(key.wrapped), associated=str(deployment.uuid))
    if fresh is not None and not dry:
        DeploymentKey.objects.filter(pk=key.pk).update(wrapped=fresh)
    return fresh is not None
