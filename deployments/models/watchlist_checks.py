"""What people established about a watchlist: that its people are still sought, and whether two
entries are one person."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from deployments.enums import SoughtSource
from deployments.models.deployment import Deployment
from deployments.models.person import User
from deployments.models.watchlist import WatchlistEntry
from deployments.trained_sql import trained_check_sql, trained_keeping_sql


class StillSoughtCheck(models.Model):
    """Somebody asked, and the people are still sought: one entry, or the whole list as it was.

    Erased with the list; the audit trail keeps who asked which system and when."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="sought_checks")
    entry = models.ForeignKey(
        WatchlistEntry, models.CASCADE, null=True, related_name="sought_checks"
    )
    source = models.CharField("who was asked", max_length=16, choices=SoughtSource)
    source_reference = models.CharField("their reference", max_length=60, blank=True)
    entry_count = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=SoughtSource.values), name="sought_check_names_its_source"
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(source_reference__regex=r"\S"),
                name="sought_check_of_a_list_has_a_reference",
            ),
        ]
        indexes = [models.Index(fields=("entry", "at"), name="sought_check_of_an_entry")]
        triggers = [
            pgtrigger.Protect(name="sought_check_stands", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="trained_check",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=trained_check_sql(),
            ),
            pgtrigger.Trigger(
                name="sought_check_is_of_now",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.at > clock_timestamp() + interval '1 second'
                       OR NEW.at < clock_timestamp() - interval '1 minute' THEN
                        RAISE EXCEPTION 'a check is recorded when it is made'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.entry_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM deployments_watchlistentry
                        WHERE id = NEW.entry_id AND deployment_id = NEW.deployment_id
                    ) THEN
                        RAISE EXCEPTION 'a check names an entry of its own deployment'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Check {self.pk}"


class LikelySamePerson(models.Model):
    """Two entries of one list whose templates are as alike as an alert asks for. Somebody decides:
    both stay, with a reason, or one is withdrawn, which takes this row with it."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="likely_same")
    earlier = models.ForeignKey(WatchlistEntry, models.CASCADE, related_name="+")
    later = models.ForeignKey(WatchlistEntry, models.CASCADE, related_name="likely_same")
    found_at = models.DateTimeField(auto_now_add=True)
    kept_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    kept_at = models.DateTimeField(null=True)
    kept_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("earlier", "later"), name="pair_found_once"),
            models.CheckConstraint(condition=Q(earlier__lt=F("later")), name="pair_is_of_two"),
            models.CheckConstraint(
                condition=Q(kept_by__isnull=True)
                | (Q(kept_at__isnull=False) & Q(kept_reason__regex=r"\S")),
                name="pair_kept_for_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="trained_keeping",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=trained_keeping_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Pair {self.pk}"
