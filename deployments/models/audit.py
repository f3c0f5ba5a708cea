"""The audit trail: append-only by trigger, hash-chained by the database itself.

Each row's hash covers its own fields and the hash before it:

    hash = SHA-256( d(previous_hash) d(sequence) d(at) d(kind) d(action) d(actor)
                    d(deployment) d(subject) d(reason) d(details) )

where d(field) is the SHA-256 of the field's UTF-8 text, so that no two rows can be spliced into
the same input. `deployments.audit_verifier` computes the same in Python for verification.

A consultation and a disclosure say why (Data Protection Act 2018, s. 62): the database refuses one
without a reason. What people write stands in the reason, which nobody outside the force is shown,
and in the records that an event is about; its details are read by inspectors, and the database
refuses words in them. They read the subject too: it is one of SUBJECTS with its number, and
nobody's name."""

import pgtrigger
from django.db import models

from deployments.append_only import append_only
from deployments.enums import AuditKind

AUDIT_LOCK = 0x4C4652  # "LFR": one writer at a time, so the chain has one order

REASON_SQL = f"""
    IF NEW.kind IN ('{AuditKind.CONSULTATION}', '{AuditKind.DISCLOSURE}')
        AND trim(NEW.reason) = '' THEN
        RAISE EXCEPTION 'a consultation or disclosure says why' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# Of what a code, a number, a hash or a moment is made. Whoever writes a sentence or a name in full
# needs a space.
CODE = "[A-Za-z0-9_.:+/@-]*"
# JSON in which every string is one. Read as text: a path through it made the insert a third longer.
NO_WORDS_SQL = f"""
    IF NEW.details ~ '^([][{{}}:, 0-9.eE+-]|true|false|null|"{CODE}")*$' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'details of an event are codes and numbers, not words'
        USING ERRCODE = 'check_violation';
"""

# What an event can be about, each with its number.
SUBJECTS = (
    *("alert", "authority", "camera", "disclosure", "entries", "entry", "footage", "force", "hold"),
    *("import", "policydocument", "sign", "status change", "subject access", "training", "user"),
    "variation",
)
SUBJECT = rf"^(({'|'.join(SUBJECTS)}) [0-9]+( and [0-9]+)?|watchlist|unknown user)?$"
WITH_A_NUMBER = ", ".join(f"'{subject} '" for subject in SUBJECTS)
# Refused of what is written from now on: rows of before stay as they are, which the chain asks for.
# Most are found by comparing: a regular expression costs each event a tenth more.
NOT_LISTED = f"""
    NEW.kind NOT IN ({", ".join(f"'{kind}'" for kind in AuditKind)})
    OR translate(NEW.action, 'abcdefghijklmnopqrstuvwxyz0123456789_.', '') <> ''
    OR position('.' in NEW.action) = 0
    OR rtrim(NEW.subject, '0123456789') NOT IN ('', {WITH_A_NUMBER}) AND NEW.subject !~ '{SUBJECT}'
"""
NOT_LISTED_SQL = """
    RAISE EXCEPTION 'an event is of a listed kind, its action a code, its subject a listed thing'
        USING ERRCODE = 'check_violation';
"""

CHAIN_SQL = f"""
    PERFORM pg_advisory_xact_lock({AUDIT_LOCK});
    SELECT sequence, hash INTO last_sequence, last_hash
        FROM deployments_auditevent ORDER BY sequence DESC LIMIT 1;
    NEW.sequence = COALESCE(last_sequence, 0) + 1;
    NEW.previous_hash = COALESCE(last_hash, repeat('0', 64));
    NEW.at = clock_timestamp();
    NEW.hash = encode(sha256(
        sha256(convert_to(NEW.previous_hash, 'UTF8'))
        || sha256(convert_to(NEW.sequence::text, 'UTF8'))
        || sha256(convert_to(
            to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8'))
        || sha256(convert_to(NEW.kind, 'UTF8'))
        || sha256(convert_to(NEW.action, 'UTF8'))
        || sha256(convert_to(NEW.actor, 'UTF8'))
        || sha256(convert_to(COALESCE(NEW.deployment_id::text, ''), 'UTF8'))
        || sha256(convert_to(NEW.subject, 'UTF8'))
        || sha256(convert_to(NEW.reason, 'UTF8'))
        || sha256(convert_to(NEW.details, 'UTF8'))
    ), 'hex');
    RETURN NEW;
"""


class AuditEvent(models.Model):
    sequence = models.PositiveBigIntegerField(primary_key=True, default=0)
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=12, choices=AuditKind)
    action = models.CharField(max_length=60)
    # A user name, or "system": kept as text so that the row stands on its own.
    actor = models.CharField(max_length=150)
    deployment = models.ForeignKey(
        "deployments.Deployment",
        models.PROTECT,
        null=True,
        related_name="audit_events",
        db_index=False,  # by the index below
    )
    subject = models.CharField(max_length=80, blank=True, help_text="What it was about, by its id.")
    reason = models.TextField(blank=True)
    details = models.TextField(default="{}", help_text="JSON; nothing personal.")
    previous_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64, default="")

    class Meta:
        ordering = ("-sequence",)
        # Whatever the trail is filtered by, a page is read from one index, from one place on. The
        # sequence is there because two events may share a microsecond.
        indexes = [
            models.Index(fields=("at", "sequence"), name="audit_by_time"),
            *(
                models.Index(fields=(field, "at", "sequence"), name=f"audit_by_{field}")
                for field in ("deployment", "kind", "action", "actor", "subject")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="chain",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("last_sequence", "bigint"), ("last_hash", "text")],
                func=CHAIN_SQL,
            ),
            pgtrigger.Trigger(
                name="says_why",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REASON_SQL,
            ),
            pgtrigger.Trigger(
                name="holds_no_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NO_WORDS_SQL,
            ),
            pgtrigger.Trigger(
                name="is_of_the_lists",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(NOT_LISTED),
                func=NOT_LISTED_SQL,
            ),
            *append_only("audit"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
