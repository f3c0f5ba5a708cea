"""PL/pgSQL that holds a change of status to the table of transitions and to its account: who made
it and why, in the history and in the audit trail, before the transaction commits."""

from collections.abc import Iterable

from deployments.transitions import Transition, Who


def accounted_for_sql(transitions: Iterable[Transition]) -> str:
    """For a trigger deferred to the commit. It finds what was written beside the new status, and
    refuses a person whom the table does not name.

    Both clocks are the database's own, so a row of an earlier transaction does not count."""
    moves = list(transitions)
    actions = ", ".join(f"'deployment.{t.name}'" for t in moves)
    need_reasons = ", ".join(f"'deployment.{t.name}'" for t in moves if t.needs_reason)
    signed = ", ".join(f"'deployment.{t.name}'" for t in moves if _records_a_decision(t))
    may = "\n".join(f"WHEN 'deployment.{t.name}' THEN {_may_sql(t)}" for t in moves)
    return f"""
        SELECT * INTO change FROM deployments_statuschange history
            WHERE history.deployment_id = NEW.id
              AND history.old = OLD.status AND history.new = NEW.status
              AND history.at >= transaction_timestamp()
            ORDER BY history.id DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a change of status is written into its history'
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT * INTO event FROM deployments_auditevent
            WHERE deployment_id = NEW.id AND at >= transaction_timestamp()
              AND action IN ({actions})
              AND details::json->>'from' = OLD.status AND details::json->>'to' = NEW.status
            ORDER BY sequence DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a change of status is written into the audit trail'
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT * INTO person FROM deployments_user WHERE id = change.by_id;
        IF event.actor <> COALESCE(person.username, 'system') THEN
            RAISE EXCEPTION 'history and audit trail tell the same person'
                USING ERRCODE = 'check_violation';
        END IF;
        IF (CASE event.action
            {may}
            END) IS NOT TRUE THEN
            RAISE EXCEPTION 'this person may not make this change of status'
                USING ERRCODE = 'check_violation';
        END IF;
        IF event.action IN ({need_reasons})
           AND (btrim(change.reason) = '' OR event.reason <> change.reason) THEN
            RAISE EXCEPTION 'this change of status needs its reason'
                USING ERRCODE = 'check_violation';
        END IF;
        IF event.action IN ({signed}) AND change.by_id IS DISTINCT FROM NEW.decided_by_id THEN
            RAISE EXCEPTION 'a decision is signed by the officer who takes it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """  # noqa: S608 - made of the table's own names


def history_sql() -> str:
    """PL/pgSQL: history is written once, by the database's clock, beside the status that it
    tells. The reason of an emergency stop may be added, once."""
    return """
        IF TG_OP = 'INSERT' THEN
            IF NOT EXISTS (
                SELECT FROM deployments_deployment
                WHERE id = NEW.deployment_id AND status = NEW.new
            ) THEN
                RAISE EXCEPTION 'history tells the status that a deployment has'
                    USING ERRCODE = 'check_violation';
            END IF;
            NEW.at = clock_timestamp();
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.new = 'suspended' AND OLD.reason = '' AND NEW.reason <> ''
           AND (NEW.id, NEW.deployment_id, NEW.old, NEW.new, NEW.at)
             = (OLD.id, OLD.deployment_id, OLD.old, OLD.new, OLD.at)
           AND NEW.by_id IS NOT DISTINCT FROM OLD.by_id THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of a deployment is kept as it was written'
            USING ERRCODE = 'check_violation';
    """


def kept_sql() -> str:
    """PL/pgSQL: what was ever submitted is not deleted."""
    return """
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'a deployment that was submitted is kept'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    """


def _may_sql(transition: Transition) -> str:
    sources = ", ".join(f"'{status.value}'" for status in sorted(transition.sources))
    who = " OR ".join(_who_sql(who) for who in transition.who)
    return f"OLD.status IN ({sources}) AND NEW.status = '{transition.target.value}' AND ({who})"


def _who_sql(who: Who) -> str:
    if who.role is None:
        return "change.by_id IS NULL"
    conditions = [
        "person.is_active",
        f"'{who.role.value}' = ANY(person.roles)",
        f"person.rank >= {who.rank.value}",
    ]
    if who.is_applicant:
        conditions.append("person.id = NEW.applicant_id")
    if who.is_not_applicant:
        conditions.append("person.id <> NEW.applicant_id")
    return f"({' AND '.join(conditions)})"


def _records_a_decision(transition: Transition) -> bool:
    return transition.name in {"authorise", "authorise_urgently", "refuse"}
