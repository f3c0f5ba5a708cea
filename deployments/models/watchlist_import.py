"""An import of a watchlist under way. Everything about a person in it is encrypted under the
deployment's key, goes as soon as the row is added, and is gone within a day in any case."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from deployments.enums import ImportStatus, RowOutcome, UploadKind
from deployments.models.deployment import Deployment
from deployments.models.person import User

ACTIVE = (
    ImportStatus.RECEIVED,
    ImportStatus.CHECKING,
    ImportStatus.COMPARING,
    ImportStatus.CHECKED,
    ImportStatus.IMPORTING,
)


class WatchlistImport(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="imports")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.RECEIVED)
    fault = models.CharField("why it cannot be used", max_length=300, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Who works on it holds it until then; a worker that was killed holds it no longer.
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-received_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("deployment",),
                condition=Q(status__in=[status.value for status in ACTIVE]),
                name="one_import_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="import_confirmed_by_a_person",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.status = 'importing' AND OLD.status NOT IN ('checked', 'importing')
                       OR NEW.status = 'done' AND OLD.status NOT IN ('importing', 'done')
                       OR NEW.status IN ('importing', 'done') AND NEW.confirmed_at IS NULL THEN
                        RAISE EXCEPTION 'an import follows its dry run and a decision'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.status = 'checked' AND OLD.status <> 'checked' AND EXISTS (
                        SELECT FROM deployments_importrow
                        WHERE watchlist_import_id = NEW.id AND NOT is_looked_at
                          AND outcome IN ('waiting', 'ready')
                    ) THEN
                        RAISE EXCEPTION 'a dry run looks at the face of each row'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_working(self) -> bool:
        """Nobody has to decide anything now: the machine goes on."""
        return self.is_active and self.status != ImportStatus.CHECKED


class ImportFile(models.Model):
    """A file as it was uploaded, encrypted; its name may be a person's, so it is sealed too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    watchlist_import = models.ForeignKey(WatchlistImport, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=UploadKind)
    sealed_name = models.BinaryField()
    byte_count = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"File {self.pk}"


class ImportRow(models.Model):
    """One row of the sheet: its line, what will become of it and why; its values, sealed."""

    watchlist_import = models.ForeignKey(WatchlistImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=RowOutcome, default=RowOutcome.UNCHECKED)
    reason = models.CharField(max_length=500, blank=True)
    sealed = models.BinaryField()
    # Keyed digests: they find the same reference or image twice, and say nothing else.
    reference_digest = models.BinaryField(max_length=32)
    image_digest = models.BinaryField(max_length=32, null=True)
    # What the dry run saw of the face. Goes as the row is added.
    is_looked_at = models.BooleanField(default=False, db_default=False)
    image_quality = models.JSONField(
        null=True, help_text="For each measure its name, its figure in words, whether it is enough."
    )
    alike_line = models.PositiveIntegerField(
        null=True,
        help_text="A line above it whose face is as alike as an alert asks for.",
    )
    alike_entry = models.PositiveBigIntegerField(
        null=True, help_text="The same of an entry on the list; the entry may go meanwhile."
    )
    sealed_face = models.BinaryField(
        null=True, help_text="Its template, encrypted: the entry is enrolled from it."
    )

    class Meta:
        ordering = ("line",)
        constraints = [
            models.UniqueConstraint(
                fields=("watchlist_import", "line"), name="line_once_an_import"
            ),
            models.CheckConstraint(
                condition=Q(sealed_face__isnull=True) | Q(outcome=RowOutcome.READY.value),
                name="row_keeps_a_face_until_decided",
            ),
        ]
        indexes = [
            models.Index(fields=("watchlist_import", "outcome", "line"), name="row_by_outcome"),
            models.Index(fields=("watchlist_import", "reference_digest"), name="row_by_reference"),
            models.Index(fields=("watchlist_import", "image_digest"), name="row_by_image"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="row_added_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.outcome = 'added' AND NEW.outcome <> 'added' THEN
                        RAISE EXCEPTION 'a row is added once' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.line}"
