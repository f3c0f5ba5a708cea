"""The deployment: the root of everything. Who is sought, where, when and on whose authority."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from deployments.enums import Category, PlaceGround, Status
from deployments.models.camera import Camera
from deployments.models.person import User
from deployments.transitions import (
    EDITABLE,
    LEGAL_MOVES,
    NEEDS_AUTHORITY,
    frozen_after_authorisation_sql,
    frozen_cameras_sql,
    legal_move_sql,
)


class Deployment(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField(auto_now_add=True)

    # The application: purpose before (REQUIREMENTS 1 to 6).
    title = models.CharField(max_length=120)
    controller_force = models.CharField(max_length=120)
    place = models.CharField("place of the deployment", max_length=200)
    place_ground = models.CharField("ground for the place", max_length=24, choices=PlaceGround)
    place_intelligence = models.TextField("what supports the ground for this place")
    categories = ArrayField(
        models.CharField(max_length=24, choices=Category), verbose_name="who is sought"
    )
    watchlist_criteria = models.TextField()
    watchlist_cap = models.PositiveIntegerField(default=1000)
    starts_at = models.DateTimeField("start")
    ends_at = models.DateTimeField("end")
    necessity = models.TextField("why it is necessary")
    proportionality = models.TextField("why it is proportionate")
    community_impact = models.TextField()
    profile = models.CharField("model profile", max_length=40)
    threshold = models.FloatField("face-match threshold", help_text="Similarity, −1 to 1.")
    cameras = models.ManyToManyField(Camera, through="DeploymentCamera", related_name="deployments")
    applicant = models.ForeignKey(User, models.PROTECT, related_name="applications")

    # The decision.
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="decisions", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reasons = models.TextField(blank=True)

    # The notice to the public.
    published_at = models.DateTimeField(null=True, blank=True)
    notice_withheld_reason = models.TextField(blank=True)

    # What happened.
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.TextField(blank=True)

    # Bumped by each change of the watchlist; workers refresh their galleries by it.
    watchlist_version = models.PositiveIntegerField(default=0)
    watchlist_built_at = models.DateTimeField(null=True, blank=True)
    # Orders the console's events; taken under the row's lock, so it cannot commit out of order.
    event_sequence = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-starts_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="deployment_ends_after_it_starts",
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=-1, threshold__lt=1),
                name="deployment_threshold_is_a_similarity",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applicant")),
                name="deployment_applicant_does_not_decide",
                violation_error_message="The applicant cannot decide their own application.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=NEEDS_AUTHORITY)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="deployment_runs_on_an_authority",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="legal_move",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Insert,
                func=legal_move_sql(LEGAL_MOVES),
            ),
            pgtrigger.Trigger(
                name="frozen_after_authorisation",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=frozen_after_authorisation_sql(EDITABLE),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def has_ended(self) -> bool:
        return self.status in {Status.ENDED, Status.CLOSED}

    @property
    def category_labels(self) -> list[str]:
        return [str(Category(value).label) for value in self.categories]


class DeploymentCamera(models.Model):
    """A camera of a deployment. Part of what is authorised, so frozen with it."""

    deployment = models.ForeignKey(Deployment, models.CASCADE)
    camera = models.ForeignKey(Camera, models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "camera"), name="camera_once_a_deployment"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_cameras",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=frozen_cameras_sql(EDITABLE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera} of {self.deployment}"


class StatusChange(models.Model):
    """History of a deployment's status, for its page; the audit trail is the proof."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="status_changes")
    old = models.CharField(max_length=12, choices=Status, blank=True)
    new = models.CharField(max_length=12, choices=Status)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.deployment}: {self.get_new_display()}"


class DeploymentKey(models.Model):
    """The deployment's data key, wrapped by the master key. Without the row no image opens."""

    deployment = models.OneToOneField(Deployment, models.CASCADE, related_name="key")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Key of {self.deployment}"
