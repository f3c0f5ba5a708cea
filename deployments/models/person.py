"""People of the force who use the system, with their rank and roles."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from deployments.enums import Rank, Role


class User(AbstractUser):
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.STAFF)
    roles = ArrayField(models.CharField(max_length=30, choices=Role), default=list, blank=True)
    collar_number = models.CharField("collar or staff number", max_length=20, blank=True)

    def __str__(self) -> str:
        return (
            f"{self.get_rank_display()} {self.last_name}".strip()
            if self.last_name
            else self.username
        )

    def has_role(self, role: Role) -> bool:
        return self.is_active and role in self.roles
