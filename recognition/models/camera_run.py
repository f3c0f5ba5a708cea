"""Who reads a camera of a deployment, and what it sees: a lease with a heartbeat, and counts.

One row a camera and deployment. `token` names the holder; a holder whose lease ran out has lost
it, and another worker may take it by a conditional update."""

import pgtrigger
from django.db import models

from deployments.append_only import append_only
from deployments.models import Camera, Deployment


class RunState(models.TextChoices):
    IDLE = "idle", "Not running"
    CONNECTING = "connecting", "Connecting"
    LIVE = "live", "Live"
    STALLED = "stalled", "No picture"
    FROZEN = "frozen", "Picture frozen"
    DARK = "dark", "Picture too dark"
    BLURRED = "blurred", "Picture blurred"
    CLOCK = "clock jumped", "Clock jumped"
    ENDED = "ended", "Source has ended"
    FAILED = "failed", "Failed"


# By the database, with every change, so that no worker can forget to.
REMEMBER_SQL = """
    IF NEW.state <> 'idle' AND (TG_OP = 'INSERT' OR NEW.state IS DISTINCT FROM OLD.state) THEN
        INSERT INTO recognition_camerastatechange (deployment_id, camera_id, at, state, words)
        VALUES (NEW.deployment_id, NEW.camera_id, clock_timestamp(), NEW.state, NEW.state_words);
    END IF;
    RETURN NULL;
"""


class CameraRun(models.Model):
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="camera_runs")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="runs")
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=RunState, default=RunState.IDLE)
    state_words = models.CharField(max_length=200, blank=True)
    frame_count = models.PositiveBigIntegerField(default=0)
    dropped_count = models.PositiveBigIntegerField(default=0)
    faces_seen = models.PositiveBigIntegerField(default=0)
    frames_per_s = models.FloatField(default=0)
    faces_per_min = models.FloatField(default=0)
    # Where the worker offers its pictures to those who watch live; empty where it does not.
    view_address = models.CharField(max_length=60, blank=True)
    # Whether it is recorded now and, where it should be and is not, why; empty where it should not.
    recording_words = models.CharField(max_length=200, blank=True)
    last_frame_at = models.DateTimeField(null=True)
    profile_version = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "camera"), name="one_run_a_camera_and_deployment"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="remember_state",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                func=REMEMBER_SQL,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera} in {self.deployment}"


class CameraStateChange(models.Model):
    """What a run's one row forgets when it moves on: which state a camera was in, and from when."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="camera_state_changes")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=RunState)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("at", "pk")
        indexes = [models.Index(fields=("deployment", "at"), name="camera_states_in_order")]
        triggers = append_only("camera_state")

    def __str__(self) -> str:
        return f"{self.camera}: {self.state}"
