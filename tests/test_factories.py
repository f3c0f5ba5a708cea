"""The factories reach every state by legal moves."""

import pytest

from alerts.enums import AlertStatus
from deployments.enums import Status
from tests.factories import Cast, make_alert, make_deployment


@pytest.mark.parametrize("status", Status)
def test_a_deployment_reaches_every_status(cast: Cast, status: Status):
    assert make_deployment(status=status).status == status


@pytest.mark.parametrize("status", AlertStatus)
def test_an_alert_reaches_every_status(cast: Cast, status: AlertStatus):
    assert make_alert(make_deployment(status=Status.LIVE), status=status).status == status
