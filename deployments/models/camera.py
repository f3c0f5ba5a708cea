"""A camera: where it stands and where its pictures come from."""

import pgtrigger
from django.db import models

from deployments.transitions import CAMERA_IS_BOUND, bound_camera_sql


class Camera(models.Model):
    name = models.CharField(max_length=80, unique=True)
    location = models.CharField(max_length=200)
    source = models.CharField(
        max_length=500,
        help_text="file:PATH, rtsp://HOST/PATH or device:NUMBER",
    )
    loop = models.BooleanField(default=False, help_text="Play a file again from its start.")

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__regex=r"^(file:|rtsps?://|device:\d+$)"),
                name="camera_source_is_file_rtsp_or_device",
                violation_error_message="Write file:PATH, rtsp://HOST/PATH or device:NUMBER.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bound_camera",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=bound_camera_sql(),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_bound(self) -> bool:
        return self.deployments.filter(status__in=CAMERA_IS_BOUND).exists()
