"""System checks: a wrong policy stops the site before it can do harm."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from deployments import signing, urgent_policy
from deployments.key_providers import provider
from deployments.retention import RULES
from deployments.retention.places import without_rule
from deployments.urgent_sql import LONGEST_REVIEW_H, URGENT_FLOOR


@register
def check_master_key(**_: Any) -> list[Error]:
    try:
        provider().check()
    except ImproperlyConfigured as error:
        hint = "See “Keys” in docs/operations.md."
        return [Error(str(error), hint=hint, id="deployments.E001")]
    return []


@register
def check_audit_key(**_: Any) -> list[Error]:
    try:
        signing.trusted_keys_pem()
    except ImproperlyConfigured as error:
        hint = "Make one with: openssl rand -base64 32"
        return [Error(str(error), hint=hint, id="deployments.E007")]
    return []


@register(Tags.security, deploy=True)
def check_audit_key_is_set(**_: Any) -> list[Error]:
    """Without it the audit trail has no checkpoint, and its own database could rebuild it."""
    if signing.is_configured():
        return []
    hint = "Set LFR_AUDIT_KEY; make one with: openssl rand -base64 32"
    return [
        Error("Checkpoints of the audit trail are not signed.", hint=hint, id="deployments.E008")
    ]


@register
def check_force_name(**_: Any) -> list[Error]:
    if settings.FORCE_NAME:
        return []
    hint = "Set LFR_FORCE_NAME to the force that controls the data; the public page names it."
    return [Error("The controller force is not named.", hint=hint, id="deployments.E004")]


@register
def check_urgent_route(**_: Any) -> list[Error]:
    """The database refuses what lies beyond these bounds; better told at once."""
    errors = []
    if settings.URGENT_RANK < URGENT_FLOOR:
        words = f"LFR_URGENT_RANK is below {URGENT_FLOOR.label.lower()}."
        errors.append(Error(words, id="deployments.E005"))
    if settings.URGENT_REVIEW_HOURS > LONGEST_REVIEW_H:
        words = f"LFR_URGENT_REVIEW_HOURS is more than {LONGEST_REVIEW_H}."
        errors.append(Error(words, id="deployments.E006"))
    return errors


@register(Tags.database)
def check_urgent_policy(*, databases: Sequence[str] | None = None, **_: Any) -> list[Caution]:
    """Made where somebody asks for it: `manage.py check --database default`."""
    if "default" not in (databases or ()):
        return []
    try:
        known = urgent_policy.rank_in_database()
    except DatabaseError:  # it is not migrated yet, which will tell it
        return []
    if known == urgent_policy.rank_of_policy():
        return []
    words = "The database holds another policy on urgent cases than the settings."
    return [Caution(words, hint="Run manage.py migrate.", id="deployments.W010")]


@register
def check_retention(**_: Any) -> list[Error]:
    errors = [
        Error(f"LFR_RETENTION_S names {kind!r}, which is no kind of data.", id="deployments.E002")
        for kind in settings.RETENTION_PERIODS_S
        if kind not in RULES
    ]
    for rule in RULES.values():
        try:
            _period = rule.period
        except ImproperlyConfigured as error:
            errors.append(Error(str(error), id="deployments.E003"))
    return errors


@register
def check_every_place_has_a_rule(**_: Any) -> list[Error]:
    """A cache, a queue, a log or a folder of files that nothing ever erases."""
    return [
        Error(
            f"{place} has no retention rule.",
            hint="Give it one in deployments/retention, or do without it.",
            id="deployments.E009",
        )
        for place in without_rule()
    ]
