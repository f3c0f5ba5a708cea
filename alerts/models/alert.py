"""A possible match, from the camera to its outcome. When erased, the row stays as a statistic:
status, times and place, with everything about a person gone."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from alerts.drafts_sql import drafts_go_with_the_weighing_sql
from alerts.enums import AlertStatus
from alerts.transitions import legal_move_sql, names_its_authority_sql
from deployments.append_only import no_truncate
from deployments.enums import Category, Response
from deployments.models import Camera, Deployment, StoredImage, User, WatchlistEntry
from deployments.trained_sql import trained_claim_sql


class Alert(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="alerts")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="alerts")
    status = models.CharField(max_length=12, choices=AlertStatus, default=AlertStatus.RAISED)

    # What the machine saw.
    entry = models.ForeignKey(WatchlistEntry, models.SET_NULL, null=True, related_name="alerts")
    category = models.CharField(max_length=24, choices=Category)
    response = models.CharField("predefined response", max_length=5, choices=Response)
    similarity = models.FloatField()
    threshold = models.FloatField()
    profile = models.CharField(max_length=40)
    profile_version = models.CharField(max_length=80)
    is_lookalike = models.BooleanField(
        default=False, help_text="Another entry is almost as similar."
    )
    probe = models.OneToOneField(
        StoredImage, models.SET_NULL, null=True, related_name="probe_alert"
    )
    context = models.OneToOneField(
        StoredImage, models.SET_NULL, null=True, related_name="context_alert"
    )
    captured_at = models.DateTimeField("time of capture")
    raised_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    sighting_count = models.PositiveIntegerField(default=1)
    source_position_s = models.FloatField(
        null=True, help_text="Seconds into the file, where the camera's source is a file."
    )
    face_box = models.JSONField(null=True, help_text="x, y, width, height in pixels of the frame.")
    # So that both faces can be shown at one size. Two points of a picture: no template, and gone
    # with the picture.
    probe_eyes = models.JSONField(
        null=True, help_text="Left x, y, right x, y in fractions of the picture of the face."
    )

    # What people did.
    claimed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Until when a decision can be taken back, and when officers are told unless it is.
    undo_until = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-captured_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(similarity__gte=models.F("threshold")), name="alert_reaches_threshold"
            ),
            # PostgreSQL holds NaN to be greater than any number: it would reach every threshold.
            # A little above 1 is what 32-bit arithmetic gives for a picture and its copy.
            models.CheckConstraint(
                condition=Q(similarity__lte=1.001), name="alert_similarity_is_a_cosine"
            ),
            models.CheckConstraint(
                condition=~Q(status="claimed") | Q(claimed_by__isnull=False),
                name="alert_claimed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(entry=None, probe=None, context=None, face_box=None, probe_eyes=None),
                name="alert_erased_means_nothing_personal",
            ),
        ]
        indexes = [
            models.Index(fields=("deployment", "camera", "entry"), name="alert_to_extend"),
            models.Index(fields=("deployment", "status"), name="alert_queue"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="names_its_authority",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("authority", "deployments_deployment%ROWTYPE")],
                func=names_its_authority_sql(),
            ),
            pgtrigger.Trigger(
                name="legal_alert_move",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=legal_move_sql(),
            ),
            pgtrigger.Trigger(
                name="trained_claim",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=trained_claim_sql(),
            ),
            pgtrigger.Trigger(
                name="drafts_go_with_the_weighing",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                func=drafts_go_with_the_weighing_sql(),
            ),
            # Erasure empties an alert and keeps it: a statistic that can vanish counts nothing.
            pgtrigger.Protect(name="keep_alert", operation=pgtrigger.Delete),
            no_truncate("alert"),
        ]

    def __str__(self) -> str:
        return f"Alert {self.pk}"

    @property
    def is_being_sent(self) -> bool:
        return self.status == AlertStatus.CONFIRMED and self.sending_at is not None

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None
