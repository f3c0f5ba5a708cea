"""A picture of what a camera sees, to draw its zone on: a survey picture, never taken from the
camera itself, which nobody reads before an authority. It shows nobody."""

import uuid

from django.db import models

from deployments.models.camera import Camera
from deployments.models.person import User


class CameraStill(models.Model):
    camera = models.OneToOneField(Camera, models.CASCADE, related_name="still")
    # The encrypted file; another each time the picture changes.
    file = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # Until then nobody is shown it: faces may be in it.
    faces_hidden_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Still of {self.camera}"

    @property
    def is_ready(self) -> bool:
        return self.faces_hidden_at is not None
