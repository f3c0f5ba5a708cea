"""Long work in the background that leaves the machine to whoever waits for an answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any

# So long a rest for each second of work. With short statements, what is asked for meanwhile never
# runs beside the work from its beginning to its end.
REST = 0.5


class Unhurried:
    """For `connection.execute_wrapper`: rests before a statement, in proportion to what was worked
    since the last rest. Before and not after, so that nothing is waited for between an audit
    event, which holds the chain, and the commit that follows it."""

    def __init__(self, *, rest: float = REST) -> None:
        self._rest = rest
        self._rested_at = time.perf_counter()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's signature
        context: Mapping[str, Any],
    ) -> Any:
        time.sleep(self._rest * (time.perf_counter() - self._rested_at))
        self._rested_at = time.perf_counter()
        return execute(sql, params, many, context)
