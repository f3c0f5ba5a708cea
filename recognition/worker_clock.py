"""What a worker says of itself when it is asked: what time it is there."""

import time

from celery.worker.control import inspect_command

CLOCK = "clock"


@inspect_command(name=CLOCK)
def clock(_: object, **__: object) -> dict[str, float]:
    return {CLOCK: time.time()}
