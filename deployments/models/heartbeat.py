"""When a job of the site's own last went through. Nothing personal."""

from django.db import models


class Heartbeat(models.Model):
    job = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job} at {self.at:%Y-%m-%d %H:%M:%S}"
