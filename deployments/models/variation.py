"""A change to what was authorised: written by the applicant, with an authority of its own."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from deployments.append_only import no_truncate
from deployments.enums import Category, PlaceGround, VariationStatus
from deployments.models.deployment import Deployment
from deployments.models.person import User
from deployments.variation_sql import variation_applied_sql, variation_sql


class Variation(models.Model):
    """The terms as they would be, all of them, changed or not. Once it is authorised they are the
    deployment's, and `replaced` holds those before: every version stays readable."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="variations")
    status = models.CharField(
        max_length=12, choices=VariationStatus, default=VariationStatus.SUBMITTED
    )
    reasons = models.TextField("why the change is necessary and proportionate")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    place = models.CharField(max_length=200)
    place_ground = models.CharField(max_length=24, choices=PlaceGround)
    place_intelligence = models.TextField()
    categories = ArrayField(models.CharField(max_length=24, choices=Category))
    watchlist_criteria = models.TextField()
    watchlist_cap = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    threshold = models.FloatField()
    camera_ids = ArrayField(models.BigIntegerField(), help_text="In ascending order.")
    recorded_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="The cameras whose pictures are recorded, in ascending order.",
    )
    zones = models.JSONField(
        default=dict, help_text="Of each camera, by its id: x, y, width, height in fractions."
    )

    # The decision. The first authority is version 1 of the terms; `number` is the version it makes.
    number = models.PositiveIntegerField(null=True)
    replaced = models.JSONField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reasons = models.TextField(blank=True)
    short_notice_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("written_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="variation_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=-1, threshold__lt=1),
                name="variation_threshold_is_a_similarity",
            ),
            models.CheckConstraint(
                condition=Q(watchlist_cap__gt=0, categories__len__gt=0, camera_ids__len__gt=0)
                & ~Q(place="")
                & ~Q(place_ground="")
                & ~Q(place_intelligence="")
                & ~Q(watchlist_criteria="")
                & ~Q(reasons=""),
                name="variation_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("authorised", "refused"))
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision_reasons="")),
                name="variation_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("written_by")),
                name="variation_applicant_does_not_decide",
            ),
            models.UniqueConstraint(
                fields=("deployment",), condition=Q(status="submitted"), name="one_open_variation"
            ),
            models.UniqueConstraint(
                fields=("deployment", "number"), name="one_variation_a_version"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="variation",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("d", "deployments_deployment%ROWTYPE")],
                func=variation_sql(),
            ),
            pgtrigger.Trigger(
                name="variation_applied",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=variation_applied_sql(),
            ),
            no_truncate("variation"),
        ]

    def __str__(self) -> str:
        return f"Variation {self.pk}"
