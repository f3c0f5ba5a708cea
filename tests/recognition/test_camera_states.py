"""Which state a camera was in, and from when, stays."""

import pytest
from django.db import Error, connection, transaction

from deployments.enums import Status
from recognition import leases
from recognition.models import CameraRun, CameraStateChange
from recognition.models.camera_run import RunState
from tests.factories import make_deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> CameraRun:
    deployment = make_deployment(status=Status.LIVE)
    return CameraRun.objects.create(deployment=deployment, camera=deployment.cameras.get())


def states() -> list[str]:
    return list(CameraStateChange.objects.values_list("state", flat=True))


def test_each_change_of_state_is_one_row(run: CameraRun, app_role: None) -> None:
    lease = leases.take(run.deployment_id, run.camera_id)
    assert lease is not None
    for state in (RunState.LIVE, RunState.LIVE, RunState.FROZEN, RunState.LIVE):
        lease.renew(state=state, frame_count=3)
    lease.release(state=RunState.ENDED, state_words="The file is over.")

    assert states() == ["connecting", "live", "frozen", "live", "ended"]
    assert CameraStateChange.objects.latest("pk").words == "The file is over."


def test_run_that_begins_idle_has_no_row(run: CameraRun) -> None:
    assert states() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE recognition_camerastatechange SET state = 'live'",
        "DELETE FROM recognition_camerastatechange",
        "TRUNCATE recognition_camerastatechange",
    ],
)
def test_rows_are_kept_as_they_are(run: CameraRun, statement: str) -> None:
    CameraRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert states() == ["failed"]
