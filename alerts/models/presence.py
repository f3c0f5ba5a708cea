"""Who has a console open. Written by whichever process holds the socket, read by all: an alert is
given back when its holder's console was not heard of for a few seconds."""

from django.db import models

from deployments.models import Deployment, User


class ConsolePresence(models.Model):
    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="console_presences")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "user"), name="one_presence_a_console_and_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Console of {self.user}"
