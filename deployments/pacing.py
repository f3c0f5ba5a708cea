"""Long work in the background that leaves the machine to whoever waits for an answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any

# So long a rest for each second of work. With short statements, what is asked for meanwhile never
# runs beside the work from its beginning to its end.
REST = 0.85


class Unhurried:
    """For `connection.execute_wrapper`: rests before a statement, in proportion to what was worked
    since the last rest: the last statement, and the processor's time of this thread after it.
    Before and not after, so that nothing is waited for between an audit event, which holds the
    chain, and the commit that follows it."""

    def __init__(self, *, rest: float = REST) -> None:
        self._rest = rest
        self._statement_s = 0.0
        self._thread_s = time.thread_time()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  Django's signature
        context: Mapping[str, Any],
    ) -> Any:
        since = time.thread_time() - self._thread_s
        time.sleep(self._rest * (self._statement_s + since))
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._statement_s = time.perf_counter() - began
            self._thread_s = time.thread_time()
