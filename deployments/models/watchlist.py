"""The people sought by one deployment, and the ledger of references that outlives them."""

import pgtrigger
from django.db import models

from deployments.append_only import no_truncate
from deployments.enums import Category, EntryStatus, Response
from deployments.models.deployment import Deployment
from deployments.models.image import StoredImage
from deployments.models.person import User


class WatchlistEntry(models.Model):
    """One person sought. Erased with everything it points to within 24 h of the end."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="entries")
    reference = models.CharField("source reference", max_length=60)
    name = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=24, choices=Category)
    response = models.CharField("predefined response", max_length=5, choices=Response)
    image = models.OneToOneField(StoredImage, models.PROTECT, related_name="entry")
    image_source = models.CharField(max_length=200)
    image_date = models.DateField("date the image was taken")
    lawful_basis = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=EntryStatus, default=EntryStatus.PENDING)
    refusal = models.CharField("why the image was refused", max_length=200, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("reference",)
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "reference"),
                name="reference_once_a_watchlist",
                violation_error_message="This reference is already on the watchlist.",
            ),
        ]

    def __str__(self) -> str:
        return f"Watchlist entry {self.pk}"


class WatchlistLedger(models.Model):
    """Who was on a list on a date, without biometrics: reference, category, dates.

    Answers after the entry itself is erased (Bridges CA). Rows are added, and `removed_at` is set
    once; nothing else changes."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="watchlist_ledger")
    reference = models.CharField(max_length=60, db_index=True)
    category = models.CharField(max_length=24, choices=Category)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="keep_ledger", operation=pgtrigger.Delete),
            no_truncate("ledger"),
            pgtrigger.Trigger(
                name="ledger_closes_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
                       OR (NEW.deployment_id, NEW.reference, NEW.category, NEW.added_at)
                          IS DISTINCT FROM
                          (OLD.deployment_id, OLD.reference, OLD.category, OLD.added_at) THEN
                        RAISE EXCEPTION 'the watchlist ledger only closes a row, once'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Ledger row {self.pk}"
