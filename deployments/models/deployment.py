"""The deployment: the root of everything. Who is sought, where, when and on whose authority."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from deployments.accounting_sql import accounted_for_sql, history_sql, kept_sql
from deployments.append_only import no_truncate
from deployments.enums import Category, PlaceGround, Status
from deployments.models.camera import Camera
from deployments.models.force import Force
from deployments.models.person import User
from deployments.models.policy_document import PolicyDocument
from deployments.one_line import one_line
from deployments.submission_sql import SUBMITTED_WHOLE_SQL
from deployments.trained_sql import trained_officer_sql
from deployments.transitions import (
    EDITABLE,
    LEGAL_MOVES,
    NEEDS_AUTHORITY,
    TRANSITIONS,
    frozen_after_authorisation_sql,
    frozen_cameras_sql,
    legal_move_sql,
)
from deployments.urgent_sql import reviewed_sql

if TYPE_CHECKING:
    T = TypeVar("T")
    # A column that is empty in a draft only.
    Always = models.Field[T, T]

# The states of what was never submitted, or is being changed again.
UNFINISHED = (*sorted(EDITABLE), Status.CANCELLED)
TOLD_OR_WITHHELD = ~Q(notice_plan="") | ~Q(withholding_proposed="")


class Deployment(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField(auto_now_add=True)

    # The application: purpose before (REQUIREMENTS 1 to 6). A draft may lack any of it; what is
    # submitted lacks nothing, by constraint, and code that runs from there on may rely on that:
    # hence the types that know no None.
    title = models.CharField(max_length=120, blank=True)
    # By name, so that a force that a record names can be neither renamed nor removed.
    controller_force = models.ForeignKey(
        Force, models.PROTECT, to_field="name", db_column="controller_force", related_name="+"
    )
    place = models.CharField("place of the deployment", max_length=200, blank=True)
    place_ground = models.CharField(
        "ground for the place", max_length=24, choices=PlaceGround, blank=True
    )
    place_intelligence = models.TextField("what supports the ground for this place", blank=True)
    categories = ArrayField(
        models.CharField(max_length=24, choices=Category),
        verbose_name="who is sought",
        default=list,
        blank=True,
    )
    watchlist_criteria = models.TextField(blank=True)
    watchlist_cap = cast("Always[int]", models.PositiveIntegerField(null=True, blank=True))
    starts_at = cast("Always[datetime]", models.DateTimeField("start", null=True, blank=True))
    ends_at = cast("Always[datetime]", models.DateTimeField("end", null=True, blank=True))
    expected_footfall = cast(
        "Always[int]",
        models.PositiveIntegerField("people expected to pass in a day", null=True, blank=True),
    )
    necessity = models.TextField("why it is necessary", blank=True)
    proportionality = models.TextField("why it is proportionate", blank=True)
    alternatives = models.TextField("alternatives considered", blank=True)
    community_impact = models.TextField(blank=True)
    signs_plan = models.TextField("where the signs will stand", blank=True)
    notice_plan = models.TextField("how the public will be told", blank=True)
    # The applicant's reason why there should be no notice before; the officer decides, in writing.
    withholding_proposed = models.TextField("why the notice should be withheld", blank=True)
    # The published versions relied on: a version never changes.
    dpia = models.ForeignKey(
        PolicyDocument,
        models.PROTECT,
        verbose_name="data protection impact assessment",
        related_name="+",
        null=True,
        blank=True,
    )
    appropriate_policy_document = models.ForeignKey(
        PolicyDocument, models.PROTECT, related_name="+", null=True, blank=True
    )
    equality_assessment = models.ForeignKey(
        PolicyDocument, models.PROTECT, related_name="+", null=True, blank=True
    )
    profile = models.CharField("model profile", max_length=40, blank=True)
    threshold = cast(
        "Always[float]", models.FloatField("face-match threshold", null=True, blank=True)
    )
    cameras = models.ManyToManyField(Camera, through="DeploymentCamera", related_name="deployments")
    applicant = models.ForeignKey(User, models.PROTECT, related_name="applications")

    # The decision.
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="decisions", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reasons = models.TextField(blank=True)
    decision_conditions = models.TextField("conditions of the authority", blank=True)

    # An urgent authority lasts until its review is due, unless it is confirmed by then.
    review_due_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, related_name="reviews", null=True, blank=True
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_reasons = models.TextField(blank=True)

    # Which version of the terms is in force: 1 is the first authority's, each variation makes one.
    terms_version = models.PositiveIntegerField(default=1)

    # The notice to the public.
    published_at = models.DateTimeField(null=True, blank=True)
    # The days ahead that policy asked for when it went up: what its lead is judged by ever after.
    notice_lead_days = models.PositiveSmallIntegerField(null=True, blank=True)
    notice_withheld_reason = models.TextField(blank=True)
    # Why a variation may begin with less notice than policy asks: its officer's own words.
    short_notice_reason = models.TextField(blank=True)

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
            one_line("title", "place", name="deployment_named_in_one_line"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="deployment_ends_after_it_starts",
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED)
                | (
                    Q(
                        starts_at__isnull=False,
                        ends_at__isnull=False,
                        watchlist_cap__isnull=False,
                        watchlist_cap__gt=0,
                        expected_footfall__isnull=False,
                        expected_footfall__gt=0,
                        threshold__isnull=False,
                        categories__len__gt=0,
                    )
                    & ~Q(title="")
                    & ~Q(place="")
                    & ~Q(place_ground="")
                    & ~Q(place_intelligence="")
                    & ~Q(watchlist_criteria="")
                    & ~Q(necessity="")
                    & ~Q(proportionality="")
                    & ~Q(alternatives="")
                    & ~Q(community_impact="")
                    & ~Q(signs_plan="")
                    & ~Q(profile="")
                    & TOLD_OR_WITHHELD
                ),
                name="deployment_submitted_whole",
                violation_error_message="An application is submitted whole.",
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
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(
                    reviewed_by__isnull=False,
                    reviewed_at__isnull=False,
                    review_due_at__isnull=False,
                )
                & ~Q(review_reasons="")
                & ~Q(reviewed_by=F("applicant"))
                & ~Q(reviewed_by=F("decided_by")),
                name="deployment_review_by_another_officer",
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
                name="submitted_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=SUBMITTED_WHOLE_SQL,
            ),
            pgtrigger.Trigger(
                name="frozen_after_authorisation",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=frozen_after_authorisation_sql(EDITABLE),
            ),
            pgtrigger.Trigger(
                name="reviewed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=reviewed_sql(),
            ),
            pgtrigger.Trigger(
                name="trained_officer",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=trained_officer_sql(),
            ),
            pgtrigger.Trigger(
                name="accounted_for",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status"),  # type: ignore[no-untyped-call]
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
                declare=[
                    ("change", "deployments_statuschange%ROWTYPE"),
                    ("event", "deployments_auditevent%ROWTYPE"),
                    ("person", "deployments_user%ROWTYPE"),
                ],
                func=accounted_for_sql(TRANSITIONS.values()),
            ),
            pgtrigger.Trigger(
                name="kept_once_submitted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=kept_sql(),
            ),
            no_truncate("deployment"),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled application"

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_urgent(self) -> bool:
        """Authorised on the urgent route, reviewed or not."""
        return self.review_due_at is not None

    @property
    def awaits_review(self) -> bool:
        return self.is_urgent and self.reviewed_at is None

    @property
    def authority_ends_at(self) -> datetime:
        """The end of the window, or earlier where an urgent authority waits for its review."""
        due = self.review_due_at if self.reviewed_at is None else None
        return self.ends_at if due is None else min(self.ends_at, due)

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
    # The zone of recognition in fractions of the frame, from its top left corner: only faces in
    # it are looked for. All four or none; not public.
    zone_x = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    zone_y = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    zone_w = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    zone_h = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    # An element of its own: nothing is recorded unless it was applied for and authorised.
    records_cctv = models.BooleanField("records CCTV", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    zone_x__isnull=True,
                    zone_y__isnull=True,
                    zone_w__isnull=True,
                    zone_h__isnull=True,
                )
                | Q(
                    zone_x__isnull=False,
                    zone_y__isnull=False,
                    zone_w__isnull=False,
                    zone_h__isnull=False,
                    zone_x__gte=0,
                    zone_y__gte=0,
                    zone_w__gt=0,
                    zone_h__gt=0,
                    zone_x__lte=1 - F("zone_w"),
                    zone_y__lte=1 - F("zone_h"),
                ),
                name="zone_lies_in_the_frame",
                violation_error_message="The zone must lie inside the picture.",
            ),
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
        triggers = [
            pgtrigger.Trigger(
                name="history",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=history_sql(),
            ),
            no_truncate("history"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.get_new_display()}"


class DeploymentKey(models.Model):
    """The deployment's data key, wrapped by the master key. Without the row no image opens."""

    deployment = models.OneToOneField(Deployment, models.CASCADE, related_name="key")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Key of {self.deployment}"
