"""Where footage takes part in what is done for everything that is kept: erasure on time, strays,
another master key, and the reconciliation."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from deployments import file_places, master_key_rotation, reconciliation, retention
from deployments.footage import chain, recovery, store
from deployments.footage import retention as footage_retention
from deployments.master_key_rotation import Holder, Item, rewrapped
from deployments.models import Deployment, FootageKey, FootageSegment
from deployments.reconciliation import Finding


def register_all() -> None:
    retention.register(
        footage_retention.KIND,
        find=footage_retention.find_footage,
        erase=footage_retention.erase_footage,
    )
    file_places.register(store.PLACE)
    master_key_rotation.register(Holder("keys_of_footage", _keys, _rewrap))
    reconciliation.register(segments_that_nobody_finished)
    reconciliation.register(footage_without_key)
    reconciliation.register(broken_chains)


def segments_that_nobody_finished(at: datetime) -> Iterator[Finding]:
    count = recovery.cut_off(now=at).count()
    yield Finding(
        "footage_not_recovered",
        f"{count} segments of footage whose recorder was cut off and that are not recovered. The "
        "general worker recovers them; its log says what keeps it from it.",
        count,
    )


def footage_without_key(_: datetime) -> Iterator[Finding]:
    count = FootageSegment.objects.filter(erased_at=None, key=None).count()
    yield Finding(
        "footage_without_key",
        f"{count} segments of footage whose key is gone: they are unreadable, and not recorded as "
        "erased. Tell the data protection officer.",
        count,
    )


def broken_chains(_: datetime) -> Iterator[Finding]:
    recorded = Deployment.objects.filter(footage__isnull=False).distinct()
    count = sum(not chain.verify(each).is_sound for each in recorded)
    yield Finding(
        "footage_chain_broken",
        f"{count} deployments whose chain of footage is broken: a segment was changed, removed or "
        "put in. Its page names it; keep the database as it is.",
        count,
    )


def _keys() -> Iterable[Item]:
    return list(FootageKey.objects.order_by("pk").values_list("pk", flat=True))


def _rewrap(pk: Item, dry: bool) -> bool:  # noqa: FBT001
    assert isinstance(pk, int)
    key = FootageKey.objects.filter(pk=pk).first()
    if key is None:
        return False  # destroyed in this moment
    wrapped = bytes(key.wrapped)
    fresh = rewrapped(wrapped, associated=store.associated(key.segment_id))
    if fresh is not None and not dry:
        FootageKey.objects.filter(pk=key.pk, wrapped=wrapped).update(wrapped=fresh)
    return fresh is not None
