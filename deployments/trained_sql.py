"""What the database asks of whoever claims an alert or decides an application."""

from deployments.enums import TrainingKind

TIME_ZONE = "Europe/London"  # whose day a date on a certificate means


def trained_sql(person: str, kind: TrainingKind) -> str:
    """An SQL condition: the person, a column, has the role and current training for it."""
    today = f"(clock_timestamp() AT TIME ZONE '{TIME_ZONE}')::date"
    return f"""EXISTS (
            SELECT FROM deployments_user trained
            JOIN deployments_training training ON training.person_id = trained.id
            WHERE trained.id = {person} AND trained.is_active
              AND '{kind.value}' = ANY(trained.roles)
              AND training.kind = '{kind.value}'
              AND {today} BETWEEN training.completed_on AND training.expires_on
        )"""


def briefed_sql(person: str, deployment: str) -> str:
    """An SQL condition: the person acknowledged the briefing on the figures now in force."""
    return f"""EXISTS (
            SELECT FROM deployments_briefing briefing
            JOIN deployments_deployment briefed ON briefed.id = briefing.deployment_id
            WHERE briefed.id = {deployment} AND briefing.person_id = {person}
              AND briefing.threshold = briefed.threshold AND briefing.profile = briefed.profile
        )"""


def trained_officer_sql() -> str:
    """PL/pgSQL: whoever authorises or refuses is trained to."""
    return f"""
        IF NEW.status IN ('authorised', 'refused') AND OLD.status = 'submitted'
           AND NOT {trained_sql("NEW.decided_by_id", TrainingKind.AUTHORISING_OFFICER)} THEN
            RAISE EXCEPTION 'only an officer with current training decides'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_check_sql() -> str:
    """PL/pgSQL: a watchlist manager says of a list that its people are still sought, and of one
    person an operator as well, before officers are sent."""
    manager = trained_sql("NEW.by_id", TrainingKind.WATCHLIST_MANAGER)
    operator = trained_sql("NEW.by_id", TrainingKind.OPERATOR)
    return f"""
        IF NOT ({manager} OR (NEW.entry_id IS NOT NULL AND {operator})) THEN
            RAISE EXCEPTION 'only somebody with current training checks who is still sought'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_keeping_sql() -> str:
    """PL/pgSQL: a watchlist manager keeps two who look like one."""
    return f"""
        IF NEW.kept_by_id IS DISTINCT FROM OLD.kept_by_id
           AND NOT {trained_sql("NEW.kept_by_id", TrainingKind.WATCHLIST_MANAGER)} THEN
            RAISE EXCEPTION 'only a watchlist manager with current training keeps both'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_field_sql(*, or_operator: bool) -> str:
    """PL/pgSQL: an engagement officer is trained; what officers say by radio is recorded by an
    operator who is."""
    kinds = [TrainingKind.ENGAGEMENT_OFFICER]
    kinds += [TrainingKind.OPERATOR] if or_operator else []
    trained = " OR ".join(trained_sql("NEW.by_id", kind) for kind in kinds)
    return f"""
        IF NOT ({trained}) THEN
            RAISE EXCEPTION 'only an officer with current training assesses or engages'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_claim_sql() -> str:
    """PL/pgSQL: an alert is claimed by an operator who is trained and briefed, or by nobody."""
    return f"""
        IF NEW.claimed_by_id IS NOT NULL AND NEW.claimed_by_id IS DISTINCT FROM OLD.claimed_by_id
           AND NOT ({trained_sql("NEW.claimed_by_id", TrainingKind.OPERATOR)}
                    AND {briefed_sql("NEW.claimed_by_id", "NEW.deployment_id")}) THEN
            RAISE EXCEPTION
                'only an operator with current training and the deployment''s briefing claims'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_judgement_sql() -> str:
    """PL/pgSQL: the same of whoever judges, and who judges is who holds the alert."""
    return f"""
        SELECT * INTO STRICT judged FROM alerts_alert WHERE id = NEW.alert_id;
        IF judged.claimed_by_id IS DISTINCT FROM NEW.by_id
           OR NOT ({trained_sql("NEW.by_id", TrainingKind.OPERATOR)}
                   AND {briefed_sql("NEW.by_id", "judged.deployment_id")}) THEN
            RAISE EXCEPTION 'an alert is judged by the trained and briefed operator who holds it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def trained_answer_sql() -> str:
    """PL/pgSQL: the same of the second operator, who is another than the one who holds it."""
    return f"""
        SELECT * INTO STRICT judged FROM alerts_alert WHERE id = NEW.alert_id;
        IF NEW.answered_by_id IS NOT NULL AND OLD.answered_by_id IS NULL
           AND (judged.claimed_by_id = NEW.answered_by_id
                OR NOT ({trained_sql("NEW.answered_by_id", TrainingKind.OPERATOR)}
                        AND {briefed_sql("NEW.answered_by_id", "judged.deployment_id")})) THEN
            RAISE EXCEPTION 'a second opinion is that of another trained and briefed operator'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
