"""The legal moves of an alert, in one table that the code, the database and the tests read."""

from alerts.enums import AlertStatus
from deployments.urgent_sql import within_review_sql

A = AlertStatus

MOVES: dict[str, tuple[frozenset[AlertStatus], AlertStatus]] = {
    "claim": (frozenset({A.RAISED}), A.CLAIMED),
    "release": (frozenset({A.CLAIMED}), A.RAISED),
    # Nobody's page takes it back: the holder's console has gone away.
    "abandon": (frozenset({A.CLAIMED, A.SECOND_LOOK, A.CONFIRMED}), A.RAISED),
    "ask_second": (frozenset({A.CLAIMED}), A.SECOND_LOOK),
    "end_second": (frozenset({A.SECOND_LOOK}), A.CLAIMED),
    # A dismissal within seconds, a confirmation until officers are sent.
    "undo": (frozenset({A.DISMISSED, A.CONFIRMED}), A.CLAIMED),
    "dismiss": (frozenset({A.CLAIMED}), A.DISMISSED),
    "confirm": (frozenset({A.CLAIMED}), A.CONFIRMED),
    "not_sought": (frozenset({A.CONFIRMED}), A.NOT_SOUGHT),
    "dispatch": (frozenset({A.CONFIRMED}), A.DISPATCHED),
    "engage": (frozenset({A.DISPATCHED}), A.ENGAGED),
    "not_located": (frozenset({A.DISPATCHED}), A.NOT_LOCATED),
    "resolve": (frozenset({A.ENGAGED}), A.RESOLVED),
}
LEGAL_MOVES: frozenset[tuple[AlertStatus, AlertStatus]] = frozenset(
    (source, target) for sources, target in MOVES.values() for source in sources
)
OPEN: tuple[AlertStatus, ...] = (
    A.RAISED,
    A.CLAIMED,
    A.SECOND_LOOK,
    A.CONFIRMED,
    A.DISPATCHED,
    A.ENGAGED,
)
# With an operator who has not decided yet: what one thinks of it is not told to another.
WEIGHED = (A.RAISED, A.CLAIMED, A.SECOND_LOOK)
# What the machine saw, and on whose authority.
FIXED_COLUMNS = (
    "uuid",
    "deployment_id",
    "camera_id",
    "category",
    "response",
    "similarity",
    "threshold",
    "profile",
    "profile_version",
    "is_lookalike",
    "captured_at",
    "raised_at",
    "source_position_s",
)
# Erasure empties these; nothing puts another person or picture there.
ONLY_FORGOTTEN = ("entry_id", "probe_id", "context_id", "face_box", "probe_eyes")


def legal_move_sql() -> str:
    """PL/pgSQL: only moves of the table, and officers only after a recorded judgement (I8) and a
    check, made since the alert, that the person is still sought."""
    pairs = ", ".join(f"('{old.value}', '{new.value}')" for old, new in sorted(LEGAL_MOVES))
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in FIXED_COLUMNS)
    relinked = " OR ".join(
        f"(NEW.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in ONLY_FORGOTTEN
    )
    return f"""
        IF NEW.status IS DISTINCT FROM OLD.status THEN
            IF (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'an alert cannot go from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status IN ('confirmed', 'dispatched') AND NOT EXISTS (
                SELECT FROM alerts_adjudication
                WHERE alert_id = NEW.id AND verdict = 'confirmed' AND undone_at IS NULL
            ) THEN
                RAISE EXCEPTION 'officers are sent only after a recorded human judgement'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'dispatched' AND NOT EXISTS (
                SELECT FROM deployments_stillsoughtcheck
                WHERE entry_id = OLD.entry_id AND at >= OLD.raised_at
            ) THEN
                RAISE EXCEPTION 'officers are sent only to a person who is still sought'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF OLD.status = 'dismissed' AND (
                OLD.undo_until IS NULL OR clock_timestamp() >= OLD.undo_until
            ) THEN
                RAISE EXCEPTION 'it is too late to undo this' USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'dispatched' AND clock_timestamp() < OLD.undo_until THEN
                RAISE EXCEPTION 'officers are told once the decision can no longer be undone'
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        IF {changed} OR {relinked} THEN
            RAISE EXCEPTION 'what raised an alert does not change'
                USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.erased_at IS NOT NULL AND (
            NEW.erased_at IS DISTINCT FROM OLD.erased_at OR NEW.status <> OLD.status
        ) THEN
            RAISE EXCEPTION 'an erased alert stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def names_its_authority_sql() -> str:
    """PL/pgSQL: an alert names an entry of this live deployment's list and its threshold (I3)."""
    return f"""
        SELECT * INTO authority FROM deployments_deployment WHERE id = NEW.deployment_id;
        IF authority.status <> 'live' OR clock_timestamp() >= authority.ends_at
           OR NOT {within_review_sql("authority")} THEN
            RAISE EXCEPTION 'no alert without a live authority' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status <> 'raised' OR NEW.threshold <> authority.threshold
           OR NEW.profile <> authority.profile OR NEW.similarity < authority.threshold THEN
            RAISE EXCEPTION 'an alert carries the authorised threshold and profile'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM deployments_watchlistentry
            WHERE id = NEW.entry_id AND deployment_id = NEW.deployment_id AND status = 'enrolled'
        ) THEN
            RAISE EXCEPTION 'an alert names an entry of this deployment''s watchlist'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM deployments_deploymentcamera
            WHERE camera_id = NEW.camera_id AND deployment_id = NEW.deployment_id
        ) THEN
            RAISE EXCEPTION 'this camera was not authorised' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


TEXTS = ("subject_factors", "system_factors", "environment_factors")


def judgement_stands_sql(fixed: tuple[str, ...], *, once: tuple[str, ...] = ()) -> str:
    """PL/pgSQL: who compared what and when is kept (I8). `fixed` columns never change, `once` ones
    are filled once; erasure empties the free text, only."""
    changed = " OR ".join(
        [f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in fixed]
        + [f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in once]
        + [f"(NEW.{c} <> '' AND NEW.{c} <> OLD.{c})" for c in TEXTS]
    )
    return f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a judgement is kept' USING ERRCODE = 'check_violation';
        END IF;
        IF {changed} THEN
            RAISE EXCEPTION 'a judgement does not change' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def opinion_stands_sql() -> str:
    """PL/pgSQL: a second operator is asked once and answers once; an answer does not change."""
    asked = " OR ".join(
        f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in ("alert_id", "asked_by_id", "asked_at")
    )
    answer = ("answered_by_id", "answered_at", "ended_at", "verdict", "in_favour", "against")
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in answer)
    texts = " OR ".join(f"(NEW.{c} <> '' AND NEW.{c} <> OLD.{c})" for c in TEXTS)
    return f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a judgement is kept' USING ERRCODE = 'check_violation';
        END IF;
        IF {asked} OR (
            (OLD.answered_at IS NOT NULL OR OLD.ended_at IS NOT NULL) AND ({changed} OR {texts})
        ) THEN
            RAISE EXCEPTION 'a judgement does not change' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
