"""An operator starts and an officer cancels at the same moment, each on a connection of their own:
one of the two happens, and nothing ever runs that was cancelled."""

from functools import partial

import pytest

from deployments import lifecycle
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, StatusChange
from tests.concurrency import at_once
from tests.factories import make_cast, make_deployment, recognition_worker_answers

ROUNDS = 5


@pytest.mark.django_db(transaction=True)
def test_of_a_start_and_a_cancellation_at_once_one_happens():
    cast = make_cast()
    for round_ in range(ROUNDS):
        deployment = make_deployment(status=Status.READY)
        calls = [
            partial(lifecycle.start, deployment, by=cast.alice),
            partial(lifecycle.cancel, deployment, by=cast.authorising_officer, reason="Rain."),
        ]

        with recognition_worker_answers():
            results = at_once(calls if round_ % 2 else calls[::-1])

        assert {type(result) for result in results} == {Deployment, Refused}
        won = next(each for each in results if isinstance(each, Deployment))
        deployment.refresh_from_db()
        assert deployment.status == won.status
        assert deployment.status in {Status.LIVE, Status.CANCELLED}
        assert (deployment.started_at is None) == (deployment.status == Status.CANCELLED)
        assert _changes_after_ready(deployment) == [deployment.status]
        assert _audited(deployment) == [
            "deployment.start" if deployment.status == Status.LIVE else "deployment.cancel"
        ]


def _changes_after_ready(deployment: Deployment) -> list[str]:
    changes = StatusChange.objects.filter(deployment=deployment, old=Status.READY)
    return list(changes.values_list("new", flat=True))


def _audited(deployment: Deployment) -> list[str]:
    events = AuditEvent.objects.filter(
        deployment=deployment, action__in=("deployment.start", "deployment.cancel")
    )
    return list(events.values_list("action", flat=True))
