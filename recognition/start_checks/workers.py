"""A recognition worker answers. One question for all checks that need one."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from celery import current_app

from deployments.models import Deployment
from deployments.start_checks import Check, once
from recognition.control import WORKER_NAME
from recognition.worker_clock import CLOCK

ANSWER_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """`ahead_s` is how far the worker's clock is ahead of this process's, give or take
    `uncertain_s`: half of the time that the answer took. None where it did not say."""

    worker: str
    ahead_s: float | None
    uncertain_s: float


def worker_answer() -> WorkerAnswer | None:
    """Of the first that answers; None where none does in a second."""
    return once("worker_answer", _ask)


def _ask() -> WorkerAnswer | None:
    asked_at = time.time()
    replies = current_app.control.broadcast(
        CLOCK,
        reply=True,
        timeout=ANSWER_TIMEOUT_S,
        limit=1,
        pattern=f"{WORKER_NAME}*",
        matcher="glob",  # type: ignore[arg-type] # a matcher's name, which the stub forgets
    )
    answered_at = time.time()
    if not replies:
        return None
    worker, said = next(iter(replies[0].items()))
    clock = said.get(CLOCK) if isinstance(said, Mapping) else None
    ahead_s = None if clock is None else float(clock) - (asked_at + answered_at) / 2
    return WorkerAnswer(worker, ahead_s, (answered_at - asked_at) / 2)


def worker_check(_: Deployment) -> Check:
    name = "Recognition worker"
    answer = worker_answer()
    if answer is None:
        return Check(
            name,
            False,
            "No recognition worker answers.",
            "Start one, or ask the system administrator to.",
        )
    return Check(name, True, f"{answer.worker} answers.")
