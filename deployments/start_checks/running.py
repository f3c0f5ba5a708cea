"""Running the checks. None may raise: a check that cannot be made has failed."""

from contextlib import nullcontext

from django.db import connection, transaction
from structlog import get_logger

from deployments.enums import Status
from deployments.models import Deployment
from deployments.start_checks.check import Check
from deployments.start_checks.once import one_run
from deployments.start_checks.registry import Registered, registered

log = get_logger(__name__)


def run_checks(deployment: Deployment, *, stage: Status = Status.LIVE) -> list[Check]:
    """All of them in their order; `stage` READY leaves out what only holds when starting."""
    with one_run():
        return [_made(each, deployment) for each in registered(stage=stage)]


def failed_checks(deployment: Deployment, *, stage: Status = Status.LIVE) -> list[Check]:
    return [check for check in run_checks(deployment, stage=stage) if not check.passed]


def _made(each: Registered, deployment: Deployment) -> Check:
    # Inside a transition a fault of the database in one check must not spoil the others.
    guard = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with guard:
            return each.check(deployment)
    except Exception as error:  # noqa: BLE001 - nothing fails open
        log.error("start_check_failed", subject=each.subject.name, error=type(error).__name__)
        return Check(
            each.subject.words,
            False,
            f"This could not be checked ({type(error).__name__}).",
            "Try again; if it stays so, tell the system administrator.",
        )
