"""An encrypted image. The row says where and until when; the file holds ciphertext only."""

import uuid

from django.db import models

from deployments.enums import ImageKind
from deployments.models.deployment import Deployment


class StoredImage(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="images")
    kind = models.CharField(max_length=10, choices=ImageKind)
    content_type = models.CharField(max_length=40, default="image/jpeg")
    byte_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
