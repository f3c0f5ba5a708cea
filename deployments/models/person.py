"""People of the force who use the system, with their rank and roles, and inspectors of it."""

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from deployments.enums import ROLES_HELD_ALONE, Rank, Role

# Whoever is disabled or loses a role is signed out everywhere, whatever changed the row.
END_SESSIONS_SQL = """
    IF (OLD.is_active AND NOT NEW.is_active) OR NOT (OLD.roles <@ NEW.roles) THEN
        NEW.session_epoch = OLD.session_epoch + 1;
    ELSE
        NEW.session_epoch = GREATEST(NEW.session_epoch, OLD.session_epoch);
    END IF;
    RETURN NEW;
"""


# The audit trail names who acted by it, for good.
USERNAME_STAYS_SQL = """
    RAISE EXCEPTION 'a user name stays: the audit trail names people by it'
        USING ERRCODE = 'check_violation';
"""


class User(AbstractUser):
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.STAFF)
    roles = ArrayField(models.CharField(max_length=30, choices=Role), default=list, blank=True)
    collar_number = models.CharField("collar or staff number", max_length=20, blank=True)
    # Part of what every session is checked against: one more, and all of them are over.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values), name="user_roles_are_known"
            ),
            models.CheckConstraint(
                condition=~Q(roles__overlap=[role.value for role in ROLES_HELD_ALONE])
                | Q(roles__len=1),
                name="user_roles_are_separate",
                violation_error_message=(
                    "An auditor, an inspector or a system administrator holds no other role: "
                    "whoever configures or audits neither decides nor operates."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="end_sessions",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=END_SESSIONS_SQL,
            ),
            pgtrigger.Trigger(
                name="username_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__username__df=pgtrigger.F("new__username")),
                func=USERNAME_STAYS_SQL,
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_rank_display()} {self.last_name}".strip()
            if self.last_name
            else self.username
        )

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    def has_role(self, role: Role) -> bool:
        return self.is_active and role in self.roles

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends a session whose hash is no longer its person's. Theirs is made of the
        password alone."""
        return salted_hmac(
            "deployments.models.person.User.get_session_auth_hash",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
