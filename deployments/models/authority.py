"""The written authority: exactly what was decided, once, with the hash that proves it."""

import pgtrigger
from django.db import models

from deployments.append_only import append_only
from deployments.enums import Status
from deployments.models.deployment import Deployment
from deployments.models.variation import Variation

IS_WHAT_WAS_DECIDED_SQL = """
    IF NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash of an authority is that of its content'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM deployments_deployment
        WHERE id = NEW.deployment_id AND status = NEW.decision AND NEW.variation_id IS NULL
        UNION ALL
        SELECT FROM deployments_variation
        WHERE id = NEW.variation_id AND deployment_id = NEW.deployment_id
          AND status = NEW.decision
    ) THEN
        RAISE EXCEPTION 'an authority is written when it is decided'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class AuthorityDocument(models.Model):
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="authority_documents")
    decision = models.CharField(
        max_length=12,
        choices=[(s.value, s.label) for s in (Status.AUTHORISED, Status.REFUSED)],
    )
    # The variation that was decided; none: the first authority.
    variation = models.ForeignKey(
        Variation, models.PROTECT, related_name="authority_documents", null=True
    )
    # Sorted JSON as text, byte for byte what was hashed.
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-written_at", "-pk")
        triggers = [
            pgtrigger.Trigger(
                name="is_what_was_decided",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=IS_WHAT_WAS_DECIDED_SQL,
            ),
            *append_only("authority"),
        ]

    def __str__(self) -> str:
        return f"Written authority {self.pk}"
