"""What officers on the ground made of an alert before they spoke to anybody: that they have it, and
their own view. Nothing about the person; a closed list, no free text."""

import pgtrigger
from django.db import models
from django.db.models import Q

from alerts.enums import OfficersView
from alerts.models.alert import Alert
from deployments.append_only import no_truncate
from deployments.models import User
from deployments.trained_sql import trained_field_sql


class FieldAssessment(models.Model):
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="field_assessments")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(auto_now_add=True)
    view = models.CharField(max_length=12, choices=OfficersView, blank=True)
    assessed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("acknowledged_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("alert", "by"), name="one_assessment_an_officer"),
            models.CheckConstraint(
                condition=Q(view="", assessed_at=None)
                | (~Q(view="") & Q(assessed_at__isnull=False)),
                name="assessment_has_its_time",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="trained_assessment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=trained_field_sql(or_operator=False),
            ),
            pgtrigger.Protect(name="keep_assessment", operation=pgtrigger.Delete),
            no_truncate("assessment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_view_display() or 'Acknowledged'} ({self.alert})"


def own_assessment_sql() -> str:
    """PL/pgSQL: an engagement officer speaks to nobody whom they do not themselves take for the
    person sought. An operator who is told by radio records what the officers did."""
    return f"""
        IF EXISTS (
            SELECT FROM deployments_user
            WHERE id = NEW.by_id AND 'engagement_officer' = ANY(roles)
              AND NOT 'operator' = ANY(roles)
        ) AND NOT EXISTS (
            SELECT FROM alerts_fieldassessment
            WHERE alert_id = NEW.alert_id AND by_id = NEW.by_id
              AND view IN ('{OfficersView.COULD_BE}', '{OfficersView.CANNOT_TELL}')
        ) THEN
            RAISE EXCEPTION 'an officer engages on an assessment of their own'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def engaged_once_sent_sql() -> str:
    """PL/pgSQL: nobody is engaged before officers were sent, or in a future that is more than the
    difference of two clocks that are in step."""
    return """
        IF NEW.engaged_from < (SELECT dispatched_at FROM alerts_alert WHERE id = NEW.alert_id)
           OR greatest(NEW.engaged_from, NEW.engaged_to)
              > clock_timestamp() + interval '2 seconds' THEN
            RAISE EXCEPTION 'an engagement is after officers were sent, and not in the future'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
