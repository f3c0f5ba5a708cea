"""A picture of what a camera sees, to draw its zone on: a survey picture, never taken from the
camera itself, which nobody reads before an authority. It shows nobody."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from deployments.models.camera import Camera
from deployments.models.person import User
from deployments.transitions import bound_still_sql


class CameraStill(models.Model):
    camera = models.OneToOneField(Camera, models.CASCADE, related_name="still")
    # The encrypted file; another each time the picture changes.
    file = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # Until then nobody is shown it: faces may be in it.
    faces_hidden_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the picture that is shown: authorities name it."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(faces_hidden_at=None) | Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="still_shown_has_its_hash",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bound_still",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=bound_still_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Still of {self.camera}"

    @property
    def is_ready(self) -> bool:
        return self.faces_hidden_at is not None
