"""What the database holds of drafts: whose they may be, and that none outlives the weighing."""


def draft_of_who_weighs_sql() -> str:
    """PL/pgSQL: only whoever weighs the alert now, its holder or the second operator who is asked,
    has a draft of it. The lock waits for a decision in progress, which ends the weighing."""
    return """
        SELECT * INTO STRICT weighed FROM alerts_alert WHERE id = NEW.alert_id FOR SHARE;
        IF weighed.erased_at IS NOT NULL OR NOT (
            (weighed.status = 'claimed' AND weighed.claimed_by_id = NEW.by_id)
            OR (weighed.status = 'second_look' AND weighed.claimed_by_id <> NEW.by_id)
        ) THEN
            RAISE EXCEPTION 'a draft is of whoever weighs the alert'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def drafts_go_with_the_weighing_sql() -> str:
    """PL/pgSQL: a decision and an erasure leave no draft, and a claim none of anybody else. An
    alert that waits again because a console went away keeps its last operator's, who may be back
    in a moment."""
    return """
        IF NEW.erased_at IS NOT NULL OR NEW.status NOT IN ('raised', 'claimed', 'second_look') THEN
            DELETE FROM alerts_judgementdraft WHERE alert_id = NEW.id;
        ELSIF NEW.status = 'claimed' THEN
            DELETE FROM alerts_judgementdraft
            WHERE alert_id = NEW.id AND by_id <> NEW.claimed_by_id;
        END IF;
        RETURN NULL;
    """
