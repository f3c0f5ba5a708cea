"""PL/pgSQL of the urgent route. Whether there is one, and from which rank, is the force's policy,
told by `urgent_rank()` (see `urgent_policy`); the other bounds hold whatever policy says."""

from deployments.enums import Rank
from deployments.variation_sql import officer_sql, qualified_sql

# No policy lets a lower rank authorise, and none lets it wait longer for its review.
URGENT_FLOOR = Rank.INSPECTOR
LONGEST_REVIEW_H = 48


def urgent_decision_sql() -> str:
    """An SQL condition: authorised, not refused, with a review that is due soon."""
    return f"""(NEW.status = 'authorised' AND NEW.review_due_at > NEW.decided_at
            AND NEW.review_due_at <= NEW.decided_at + interval '{LONGEST_REVIEW_H} hours'
            AND {officer_sql("NEW.decided_by_id", rank=URGENT_FLOOR)}
            AND EXISTS (
                SELECT FROM deployments_user WHERE id = NEW.decided_by_id AND rank >= urgent_rank()
            ))"""


def within_review_sql(deployment: str) -> str:
    """An SQL condition: reviewed, not yet due, or never urgent."""
    return f"""({deployment}.reviewed_at IS NOT NULL OR {deployment}.review_due_at IS NULL
            OR clock_timestamp() < {deployment}.review_due_at)"""


def reviewed_sql() -> str:
    """Who reviews an urgent authority is as qualified as who should have given it."""
    return f"""
        IF NEW.reviewed_at IS NOT NULL AND OLD.reviewed_at IS NULL
           AND NOT {qualified_sql("NEW.reviewed_by_id")} THEN
            RAISE EXCEPTION 'a superintendent or above reviews an urgent authority'
                USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.reviewed_at IS NOT NULL AND (
            NEW.reviewed_by_id, NEW.review_reasons) IS DISTINCT FROM (
            OLD.reviewed_by_id, OLD.review_reasons
        ) THEN
            RAISE EXCEPTION 'a review is written once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
