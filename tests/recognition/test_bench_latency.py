"""The latency's bench: real camera runs raise real alerts, and each is timed."""

from pathlib import Path

import pytest

from deployments.enums import Status
from deployments.models import Deployment
from recognition.bench import latency


@pytest.mark.django_db(transaction=True)
@pytest.mark.model
def test_every_alert_of_its_camera_runs_is_timed(monkeypatch: pytest.MonkeyPatch, file_store: Path):
    monkeypatch.setattr(latency, "WATCHLIST", 50)

    with latency._timed() as seconds:
        deployment = latency.run_cameras(1, 15, 20.0)

    assert Deployment.objects.get(pk=deployment.pk).status == Status.ENDED
    assert len(seconds) >= deployment.alerts.count() > 0
    assert min(seconds) > 0
