"""What a recognition worker found when it looked at a camera before the start: numbers and words.

It looked for a few seconds, recognised nobody, detected nothing and kept no picture."""

import pgtrigger
from django.db import models

from deployments.enums import Status
from deployments.models import Camera, Deployment
from deployments.urgent_sql import within_review_sql

# Ready, before the start; suspended, before it is resumed.
LOOKED_AT_WHILE: tuple[Status, ...] = (Status.READY, Status.SUSPENDED)


def within_an_authority_sql() -> str:
    """PL/pgSQL that refuses a look at a camera outside an authority, its window or its cameras."""
    states = ", ".join(f"'{status.value}'" for status in LOOKED_AT_WHILE)
    return f"""
        IF NEW.checked_at IS NOT NULL
           AND (TG_OP = 'INSERT' OR NEW.checked_at IS DISTINCT FROM OLD.checked_at)
           AND NOT EXISTS (
               SELECT FROM deployments_deployment d
               JOIN deployments_deploymentcamera used ON used.deployment_id = d.id
               WHERE d.id = NEW.deployment_id AND used.camera_id = NEW.camera_id
                 AND d.status IN ({states}) AND d.decided_by_id IS NOT NULL
                 AND clock_timestamp() >= d.starts_at AND clock_timestamp() < d.ends_at
                 AND {within_review_sql("d")}
           ) THEN
            RAISE EXCEPTION 'a camera is looked at only within an authorised window'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


class CameraCheck(models.Model):
    """The newest look at each camera of a deployment.

    `sharpness` and `brightness` are medians as `picture_health` measures them; `clock_ahead_s` is
    how far the worker's clock was ahead of the database's."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="camera_checks")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="checks")
    requested_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    passed = models.BooleanField(default=False)
    words = models.CharField(max_length=200, blank=True)
    frames_per_s = models.FloatField(default=0)
    sharpness = models.FloatField(default=0)
    brightness = models.FloatField(default=0)
    is_frozen = models.BooleanField(default=False)
    worker = models.CharField(max_length=120, blank=True)
    clock_ahead_s = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "camera"), name="one_check_a_camera_and_deployment"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_an_authority",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=within_an_authority_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Check of {self.camera} for {self.deployment}"
