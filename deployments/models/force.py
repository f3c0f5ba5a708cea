"""Forces that may answer for a deployment's data. Several share equipment (mutual aid), so an
application names one of a closed list."""

from django.db import models


class Force(models.Model):
    name = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="force_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
