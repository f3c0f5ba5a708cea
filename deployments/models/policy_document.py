"""What a force must publish about its policy, version by version. A published text never changes:
a correction is a new version that supersedes it."""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from deployments.append_only import no_truncate
from deployments.enums import DocumentKind, DocumentStatus, Rank, Role
from deployments.models.person import User

WRITTEN_ONCE_SQL = f"""
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a policy document is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'a policy document begins as a draft'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('draft', 'draft'), ('draft', 'published'), ('published', 'superseded')
    ) OR OLD.status <> 'draft' AND (
        NEW.kind, NEW.version, NEW.title, NEW.body, NEW.drafted_by_id, NEW.drafted_at,
        NEW.published_by_id, NEW.published_at
    ) IS DISTINCT FROM (
        OLD.kind, OLD.version, OLD.title, OLD.body, OLD.drafted_by_id, OLD.drafted_at,
        OLD.published_by_id, OLD.published_at
    ) THEN
        RAISE EXCEPTION 'a published document is superseded by a new version, not changed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'published' AND NOT EXISTS (
        SELECT FROM deployments_user
        WHERE id = NEW.published_by_id AND is_active
          AND rank >= {Rank.SUPERINTENDENT:d} AND '{Role.AUTHORISING_OFFICER.value}' = ANY(roles)
    ) THEN
        RAISE EXCEPTION 'only an authorising officer publishes a policy document'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

is_draft = Q(status=DocumentStatus.DRAFT)
is_superseded = Q(status=DocumentStatus.SUPERSEDED)


class PolicyDocument(models.Model):
    kind = models.CharField(max_length=20, choices=DocumentKind)
    version = models.CharField(
        max_length=20,
        validators=[
            RegexValidator(
                r"^[0-9]+(\.[0-9]+)*$", "Write the version in numbers and full stops, such as 1.2."
            )
        ],
        help_text="Numbers and full stops, such as 1.2.",
    )
    title = models.CharField(max_length=200)
    body = models.TextField(
        help_text=(
            "Plain text. A line that begins with # is a heading, with ## one below it, with - a "
            "point of a list, with 1. a numbered point. An empty line begins a new paragraph."
        ),
    )
    status = models.CharField(
        max_length=12, choices=DocumentStatus, default=DocumentStatus.DRAFT, editable=False
    )
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    drafted_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    superseded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("kind", "-published_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "version"),
                name="policy_document_version_once_a_kind",
                violation_error_message="There is such a version already; give the next number.",
            ),
            models.UniqueConstraint(
                fields=("kind",),
                condition=Q(status=DocumentStatus.PUBLISHED),
                name="policy_document_one_in_force_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(is_draft, published_by__isnull=True, published_at__isnull=True)
                | Q(~is_draft, published_by__isnull=False, published_at__isnull=False),
                name="policy_document_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_superseded, superseded_at__isnull=False)
                | Q(~is_superseded, superseded_at__isnull=True),
                name="policy_document_superseded_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("drafted_by")),
                name="policy_document_second_person_publishes",
            ),
            models.CheckConstraint(
                condition=Q(version__regex=r"^[0-9]+(\.[0-9]+)*$"),
                name="policy_document_version_in_numbers",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="written_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=WRITTEN_ONCE_SQL,
            ),
            no_truncate("policy_document"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"

    @property
    def is_in_force(self) -> bool:
        return self.status == DocumentStatus.PUBLISHED
