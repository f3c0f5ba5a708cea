"""The longest list a force brings: tried without its images, a worker killed half-way, in little
memory."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from deployments import imports
from deployments.enums import ImportStatus, RowOutcome, Status
from deployments.models import ImportRow
from recognition.bench.machine import rss_mb
from tests.deployments.sheets import row, sheet, uploaded, worked
from tests.factories import Cast, make_deployment, person

ROWS = 20_000
BOUND_MB = 300


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


def noting_memory(of: Callable[..., None], *, into: list[float]) -> Callable[..., None]:
    def noted(*arguments: Any) -> None:
        of(*arguments)
        into.append(rss_mb())

    return noted


def dying(of: Callable[..., None], *, after: int) -> Callable[..., None]:
    """The worker is killed before it stores so many pieces and one more."""
    left = iter(range(after))

    def stored(*arguments: Any) -> None:
        if next(left, None) is None:
            raise Killed
        of(*arguments)

    return stored


def test_twenty_thousand_rows_are_tried_in_little_memory_whoever_is_killed(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, watchlist_cap=ROWS)
    data = sheet(*(row(f"B{n}", response="amber" if n % 4 else "purple") for n in range(ROWS)))
    made = imports.receive(
        deployment, sheet=uploaded(deployment, data), by=person("watchlist_manager")
    )
    began, memory = rss_mb(), list[float]()
    keep = noting_memory(imports._store_new, into=memory)
    store = noting_memory(imports._store, into=memory)

    with mock.patch.object(imports, "_store_new", dying(keep, after=20)), pytest.raises(Killed):
        imports.work_on(made.pk)
    assert not ImportRow.objects.exists(), "a sheet is read in one piece or not at all"
    with mock.patch.object(imports, "_store_new", keep):
        imports.work_on(made.pk)
    with mock.patch.object(imports, "_store", dying(store, after=50)), pytest.raises(Killed):
        worked(made)
    checked = dict(made.rows.exclude(outcome=RowOutcome.UNCHECKED).values_list("line", "reason"))
    assert len(checked) == 50 * imports.TOGETHER
    with mock.patch.object(imports, "_store", store):
        made = worked(made)

    assert (made.status, made.row_count) == (ImportStatus.CHECKED, ROWS)
    found = dict(made.rows.filter(outcome=RowOutcome.REFUSED).values_list("line", "reason"))
    assert len(found) == ROWS
    assert checked.items() <= found.items()
    assert sum("Unknown response" in reason for reason in found.values()) == ROWS // 4
    assert found[ROWS + 1] == "No images were sent with the sheet."
    assert not deployment.entries.exists()
    assert max(memory) - began < BOUND_MB
