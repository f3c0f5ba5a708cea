"""A photograph that shows a sign in its place on the day: who took it, where and when."""

from django.db import models

from deployments.enums import SignPlace
from deployments.models.deployment import Deployment
from deployments.models.image import StoredImage
from deployments.models.person import User


class SignPhotograph(models.Model):
    """`image` goes by its retention rule, the row stays. Nobody is shown a picture whose
    `faces_hidden_at` is empty: a recognition worker has not yet made its faces unrecognisable."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="sign_photographs")
    place = models.CharField(max_length=10, choices=SignPlace)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # When it arrived: what a telephone says of its own clock is not believed.
    at = models.DateTimeField(auto_now_add=True)
    image = models.OneToOneField(
        StoredImage, models.SET_NULL, null=True, related_name="sign_photograph"
    )
    faces_hidden_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("place", "-at")

    def __str__(self) -> str:
        return f"Sign of {self.deployment}, {self.get_place_display().lower()}"
