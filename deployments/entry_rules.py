"""What the database holds about watchlist entries: their legal moves, what of them never changes,
and who stands behind them."""

from deployments.enums import EntryStatus, Status, TrainingKind
from deployments.trained_sql import trained_sql

E = EntryStatus

# A review makes the only way to ENROLLED, which is what recognition searches for.
ENTRY_MOVES: frozenset[tuple[EntryStatus, EntryStatus]] = frozenset(
    {
        (E.PENDING, E.TO_REVIEW),
        (E.PENDING, E.REFUSED),
        (E.TO_REVIEW, E.ENROLLED),
        (E.TO_REVIEW, E.RETURNED),
        # A template that a crash of the database lost, and that cannot be made again.
        (E.TO_REVIEW, E.REFUSED),
        (E.ENROLLED, E.REFUSED),
    }
)
HAS_TEMPLATE = (E.TO_REVIEW, E.ENROLLED)
TAKES_ENTRIES = (Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED)
# What the reviewer saw is what is searched for.
FIXED_COLUMNS = (
    "deployment_id",
    "reference",
    "name",
    "category",
    "response",
    "image_id",
    "image_digest",
    "image_source",
    "image_date",
    "lawful_basis",
    "is_under_18",
    "under_18_rationale",
    "added_by_id",
)
# Each is written once: who reviewed or approved does not change afterwards.
WRITTEN_ONCE = ("reviewed_by_id", "reviewed_at", "under_18_approved_by_id", "under_18_approved_at")


def new_entry_sql() -> str:
    """PL/pgSQL: an entry begins unreviewed, on a list that may be filled, in an authorised
    category."""
    statuses = ", ".join(f"'{status.value}'" for status in TAKES_ENTRIES)
    return f"""
        IF NEW.status <> 'pending' OR NEW.reviewed_by_id IS NOT NULL
           OR NEW.under_18_approved_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'an entry begins unreviewed' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT {trained_sql("NEW.added_by_id", TrainingKind.WATCHLIST_MANAGER)} THEN
            RAISE EXCEPTION 'a watchlist manager with current training adds an entry'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM deployments_deployment
            WHERE id = NEW.deployment_id AND status IN ({statuses})
              AND NEW.category = ANY(categories)
        ) THEN
            RAISE EXCEPTION 'this category was not authorised for this deployment'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def cap_sql() -> str:
    """PL/pgSQL, once a statement: a list holds no more people than were authorised. Whoever adds at
    the same moment waits here, and counts what the other has added."""
    return """
        PERFORM FROM deployments_deployment
            WHERE id IN (SELECT deployment_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT FROM deployments_deployment AS list
            WHERE list.id IN (SELECT deployment_id FROM added) AND list.watchlist_cap < (
                SELECT count(*) FROM deployments_watchlistentry WHERE deployment_id = list.id
            )
        ) THEN
            RAISE EXCEPTION 'the watchlist is full: its authorised cap is reached'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


def entry_move_sql() -> str:
    """PL/pgSQL: only moves of the table; what was reviewed stays; a watchlist manager reviews."""
    pairs = ", ".join(f"('{old.value}', '{new.value}')" for old, new in sorted(ENTRY_MOVES))
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in FIXED_COLUMNS)
    rewritten = " OR ".join(
        f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in WRITTEN_ONCE
    )
    return f"""
        IF NEW.status IS DISTINCT FROM OLD.status
           AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
            RAISE EXCEPTION 'a watchlist entry cannot go from % to %', OLD.status, NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        IF {changed} OR {rewritten} THEN
            RAISE EXCEPTION 'an entry stays what was reviewed' USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM (VALUES
                (OLD.reviewed_by_id, NEW.reviewed_by_id),
                (OLD.under_18_approved_by_id, NEW.under_18_approved_by_id)
            ) AS signed (before, by_now)
            WHERE by_now IS DISTINCT FROM before
              AND NOT {trained_sql("by_now", TrainingKind.WATCHLIST_MANAGER)}
        ) THEN
            RAISE EXCEPTION 'a watchlist manager with current training reviews an entry'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
