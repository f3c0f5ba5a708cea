"""The people sought by one deployment, and the ledger of references that outlives them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from deployments.append_only import no_truncate
from deployments.entry_rules import cap_sql, entry_move_sql, new_entry_sql
from deployments.enums import Category, EntryStatus, Response
from deployments.models.deployment import Deployment
from deployments.models.image import StoredImage
from deployments.models.person import User
from deployments.one_line import one_line


class WatchlistEntry(models.Model):
    """One person sought. Erased with everything it points to within 24 h of the end."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="entries")
    reference = models.CharField("source reference", max_length=60)
    name = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=24, choices=Category)
    response = models.CharField("predefined response", max_length=5, choices=Response)
    image = models.OneToOneField(StoredImage, models.PROTECT, related_name="entry")
    # Two points of the image, no template: both faces of an alert are shown at one size by them.
    eyes = models.JSONField(
        null=True,
        blank=True,
        help_text="Left x, y, right x, y in fractions of the image, once it is enrolled.",
    )
    image_quality = models.JSONField(
        null=True,
        blank=True,
        help_text="What was measured of the face: for each measure its name, its figure in words"
        " and whether it is good enough. No template.",
    )
    image_source = models.CharField(max_length=200)
    image_date = models.DateField("date the image was taken")
    lawful_basis = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=EntryStatus, default=EntryStatus.PENDING)
    refusal = models.CharField("why it was refused or sent back", max_length=200, blank=True)
    # Keyed by the deployment's own key: it finds the same image twice, and nothing once that key
    # is destroyed.
    image_digest = models.BinaryField(max_length=32, null=True, editable=False)
    sealed_face = models.BinaryField(
        null=True,
        editable=False,
        help_text="The template that the dry run of an import found, encrypted, until it is"
        " enrolled.",
    )
    is_under_18 = models.BooleanField("under 18", default=False)
    under_18_rationale = models.CharField(
        "why somebody under 18 is sought by recognition", max_length=500, blank=True
    )
    under_18_approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    under_18_approved_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("reference",)
        constraints = [
            # As the ledger reads references: capitals and small letters are one.
            models.UniqueConstraint(
                "deployment",
                Lower("reference"),
                name="reference_once_a_watchlist",
                violation_error_message="This reference is already on the watchlist.",
            ),
            models.UniqueConstraint(
                fields=("deployment", "image_digest"), name="image_once_a_watchlist"
            ),
            one_line(
                *("reference", "name", "image_source", "lawful_basis"), name="entry_in_one_line"
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"\S")
                & Q(image_source__regex=r"\S")
                & Q(lawful_basis__regex=r"\S"),
                name="entry_says_where_from_and_why",
            ),
            models.CheckConstraint(
                condition=Q(response__in=Response.values) & Q(category__in=Category.values),
                name="entry_is_of_the_closed_lists",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("added_by")),
                name="entry_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status="enrolled")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="entry_searched_once_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(sealed_face__isnull=True) | Q(status=EntryStatus.PENDING.value),
                name="entry_keeps_a_face_until_enrolled",
            ),
            models.CheckConstraint(
                condition=Q(is_under_18=False) | Q(under_18_rationale__regex=r"\S"),
                name="entry_under_18_has_a_rationale",
            ),
            models.CheckConstraint(
                condition=Q(under_18_approved_by__isnull=True)
                | ~Q(under_18_approved_by=F("added_by")),
                name="entry_under_18_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(is_under_18=False)
                | ~Q(status="enrolled")
                | Q(under_18_approved_by__isnull=False, under_18_approved_at__isnull=False),
                name="entry_under_18_searched_once_approved",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entry_begins",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=new_entry_sql(),
            ),
            pgtrigger.Trigger(
                name="entries_within_the_cap",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func=cap_sql(),
            ),
            pgtrigger.Trigger(
                name="entry_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=entry_move_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Watchlist entry {self.pk}"

    @property
    def lacks_approval(self) -> bool:
        return self.is_under_18 and self.under_18_approved_by_id is None


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
