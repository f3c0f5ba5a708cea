"""PL/pgSQL of what cameras record: only where it is authorised, chained as it is finished, and
changed by its erasure alone."""

from deployments.enums import Status

# Two numbers make an advisory lock of their own: this, and the deployment's id.
FOOTAGE_LOCK = 0x4C46  # "LF"
# The schema that is in the database while a backup is restored into it.
RESTORING = "lfr_restoring"

_FACTS = (
    "id",
    "deployment_id",
    "camera_id",
    "started_at",
    "ended_at",
    "byte_count",
    "content_sha256",
    "is_cut_short",
    "number",
    "previous_hash",
    "hash",
)
_HOLD_FACTS = (
    "uuid",
    "deployment_id",
    "ground",
    "reason",
    "held_by_id",
    "held_at",
    "camera_id",
    "begins",
    "ends",
)
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def _digest(value: str) -> str:
    return f"sha256(convert_to({value}, 'UTF8'))"


def _moment(column: str) -> str:
    return f"to_char(NEW.{column} AT TIME ZONE 'UTC', '{_MOMENT}')"


def footage_sql() -> str:
    """A segment begins while its deployment is live and its camera's recording is authorised. It
    is finished once: its place in the chain and its hash are the database's own."""
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _FACTS)
    kept = " OR ".join(
        f"NEW.{c} IS DISTINCT FROM OLD.{c}"
        for c in ("id", "deployment_id", "camera_id", "started_at")
    )
    digests = "\n            || ".join(
        _digest(value)
        for value in (
            "NEW.previous_hash",
            "NEW.number::text",
            "NEW.id::text",
            "NEW.camera_id::text",
            _moment("started_at"),
            _moment("ended_at"),
            "NEW.byte_count::text",
            "NEW.content_sha256",
            "NEW.is_cut_short::text",
        )
    )
    return f"""
        IF TG_OP = 'DELETE' THEN
            IF OLD.number IS NOT NULL THEN
                RAISE EXCEPTION 'a recorded segment is erased, its row stays'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.ended_at IS NOT NULL OR NEW.number IS NOT NULL OR NEW.hash <> '' THEN
                RAISE EXCEPTION 'a segment begins empty' USING ERRCODE = 'check_violation';
            END IF;
            IF NOT EXISTS (
                SELECT FROM deployments_deployment d
                JOIN deployments_deploymentcamera used ON used.deployment_id = d.id
                WHERE d.id = NEW.deployment_id AND d.status = '{Status.LIVE.value}'
                  AND clock_timestamp() < d.ends_at
                  AND used.camera_id = NEW.camera_id AND used.records_cctv
            ) THEN
                RAISE EXCEPTION 'recording this camera is not authorised now'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.number IS NOT NULL THEN
            IF {changed} OR OLD.erased_at IS NOT NULL THEN
                RAISE EXCEPTION 'a recorded segment is not changed'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.erased_at IS NOT NULL AND EXISTS (
                SELECT FROM deployments_footageheld held
                JOIN deployments_footagehold hold ON hold.id = held.hold_id
                WHERE held.segment_id = NEW.id AND hold.released_at IS NULL
            ) THEN
                RAISE EXCEPTION 'a segment that is held is not erased'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF {kept} OR NEW.erased_at IS NOT NULL THEN
            RAISE EXCEPTION 'a segment is finished before anything else'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.ended_at IS NULL THEN
            RETURN NEW;
        END IF;
        PERFORM pg_advisory_xact_lock({FOOTAGE_LOCK}, NEW.deployment_id::int);
        SELECT number, hash INTO last_number, last_hash FROM deployments_footagesegment
            WHERE deployment_id = NEW.deployment_id AND number IS NOT NULL
            ORDER BY number DESC LIMIT 1;
        NEW.number = COALESCE(last_number, 0) + 1;
        NEW.previous_hash = COALESCE(last_hash, repeat('0', 64));
        NEW.hash = encode(sha256(
            {digests}
        ), 'hex');
        RETURN NEW;
    """  # noqa: S608 - made of our own names


def hold_sql() -> str:
    """A hold is written once; its review date moves forward, and it is released once, by somebody
    but where a backup is restored and it was released before."""
    kept = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _HOLD_FACTS)
    return f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a hold is kept' USING ERRCODE = 'check_violation';
        END IF;
        IF {kept} OR OLD.released_at IS NOT NULL OR NEW.review_on < OLD.review_on THEN
            RAISE EXCEPTION 'a hold is written once and released once'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.released_at IS NOT NULL AND NEW.released_by_id IS NULL
            AND to_regnamespace('{RESTORING}') IS NULL THEN
            RAISE EXCEPTION 'a hold is released by somebody' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


# What is gone cannot be held, and a segment leaves its hold by the release of the hold only.
HELD_SQL = """
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what a hold holds is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM deployments_footagesegment segment
        JOIN deployments_footagehold hold ON hold.deployment_id = segment.deployment_id
        WHERE segment.id = NEW.segment_id AND hold.id = NEW.hold_id
          AND segment.number IS NOT NULL AND segment.erased_at IS NULL
          AND hold.released_at IS NULL
    ) THEN
        RAISE EXCEPTION 'only recorded segments of the deployment can be held'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# A hold is of a time: what was being written when it was made, or began later within it, is held
# from the moment in which it is finished.
TAKEN_IN_SQL = """
    IF OLD.number IS NULL AND NEW.number IS NOT NULL THEN
        INSERT INTO deployments_footageheld (hold_id, segment_id)
            SELECT hold.id, NEW.id FROM deployments_footagehold hold
            WHERE hold.deployment_id = NEW.deployment_id AND hold.released_at IS NULL
              AND (hold.camera_id IS NULL OR hold.camera_id = NEW.camera_id)
              AND (hold.begins IS NULL OR hold.begins < NEW.ended_at)
              AND hold.ends > NEW.started_at
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
"""
