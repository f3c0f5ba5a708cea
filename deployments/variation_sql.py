"""PL/pgSQL of variations: how what was authorised may change, and nothing else about it."""

from deployments.enums import Rank, Role, Status, TrainingKind
from deployments.trained_sql import trained_sql

# What a variation may change. The profile is not among them: templates belong to theirs.
VARIED_COLUMNS = (
    "place",
    "place_ground",
    "place_intelligence",
    "categories",
    "watchlist_criteria",
    "watchlist_cap",
    "starts_at",
    "ends_at",
    "threshold",
)
VARIABLE: tuple[Status, ...] = (Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED)
_VARIABLE = ", ".join(f"'{status.value}'" for status in VARIABLE)
_ZONES = """(
                      SELECT COALESCE(jsonb_object_agg(
                          camera_id::text, jsonb_build_array(zone_x, zone_y, zone_w, zone_h)
                      ), '{}'::jsonb)
                      FROM deployments_deploymentcamera WHERE deployment_id = %s)"""
_RECORDED = """ARRAY(
                      SELECT camera_id FROM deployments_deploymentcamera
                      WHERE deployment_id = %s AND records_cctv ORDER BY camera_id)"""
_WRITTEN = ("uuid", "deployment_id", "written_by_id", "written_at", "reasons", *VARIED_COLUMNS)


def officer_sql(person: str, *, rank: Rank = Rank.SUPERINTENDENT) -> str:
    """An SQL condition: an active authorising officer of that rank."""
    return f"""EXISTS (
            SELECT FROM deployments_user
            WHERE id = {person} AND is_active AND rank >= {rank.value}
              AND '{Role.AUTHORISING_OFFICER.value}' = ANY(roles)
        )"""


def qualified_sql(person: str) -> str:
    """An SQL condition: a superintendent or above who may decide, with current training."""
    trained = trained_sql(person, TrainingKind.AUTHORISING_OFFICER)
    return f"({officer_sql(person)} AND {trained})"


def is_authorised_variation_sql() -> str:
    """An SQL condition of the deployment's own trigger: the new row is what an authorised
    variation says, and the next version of the terms."""
    same = " AND ".join(f"v.{c} IS NOT DISTINCT FROM NEW.{c}" for c in VARIED_COLUMNS)
    return f"""(OLD.status IN ({_VARIABLE}) AND NEW.status = OLD.status
            AND NEW.terms_version = OLD.terms_version + 1
            AND EXISTS (
                SELECT FROM deployments_variation v
                WHERE v.deployment_id = NEW.id AND v.status = 'authorised'
                  AND v.number = NEW.terms_version AND {same}
                  AND v.camera_ids = ARRAY(
                      SELECT camera_id FROM deployments_deploymentcamera
                      WHERE deployment_id = NEW.id ORDER BY camera_id)
                  AND v.recorded_ids = {_RECORDED % "NEW.id"}
                  AND v.zones = {_ZONES % "NEW.id"}
            ))"""  # noqa: S608 - made of our own names


def open_for_cameras_sql() -> str:
    """An SQL condition on the deployment `d`: a variation was authorised and is not applied yet,
    which lasts no longer than its transaction."""
    return """EXISTS (
            SELECT FROM deployments_variation v
            WHERE v.deployment_id = d.id AND v.status = 'authorised'
              AND v.number = d.terms_version + 1
        )"""


def variation_sql() -> str:
    """Written once by the applicant, decided once by a qualified officer who is not the applicant;
    the terms it replaces are kept in it by the database itself."""
    terms = (*_WRITTEN, "camera_ids", "recorded_ids", "zones")
    rewritten = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in terms)
    replaced = ", ".join(f"'{c}', d.{c}" for c in VARIED_COLUMNS)
    return f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a variation is kept' USING ERRCODE = 'check_violation';
        END IF;
        SELECT * INTO STRICT d FROM deployments_deployment WHERE id = NEW.deployment_id;
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'submitted' OR NEW.written_by_id <> d.applicant_id
               OR d.status NOT IN ({_VARIABLE}) THEN
                RAISE EXCEPTION 'a variation is written by the applicant under an authority'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.status <> 'submitted' OR {rewritten} THEN
            RAISE EXCEPTION 'a variation is written once and decided once'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status IN ('authorised', 'refused') AND (
            NEW.decided_by_id = d.applicant_id OR NOT {qualified_sql("NEW.decided_by_id")}
        ) THEN
            RAISE EXCEPTION 'only an authorising officer who is not the applicant decides'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = 'authorised' THEN
            IF d.status NOT IN ({_VARIABLE}) THEN
                RAISE EXCEPTION 'there is no authority left to vary'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF d.started_at IS NOT NULL AND NEW.starts_at <> d.starts_at THEN
                RAISE EXCEPTION 'a start that was made is not moved'
                    USING ERRCODE = 'check_violation';
            END IF;
            NEW.number = d.terms_version + 1;
            NEW.replaced = jsonb_build_object({replaced}, 'camera_ids', ARRAY(
                SELECT camera_id FROM deployments_deploymentcamera
                WHERE deployment_id = d.id ORDER BY camera_id),
                'recorded_ids', {_RECORDED % "d.id"}, 'zones', {_ZONES % "d.id"});
        END IF;
        RETURN NEW;
    """  # noqa: S608 - made of our own names


def variation_applied_sql() -> str:
    """For a trigger deferred to the commit: what was decided is on record, and in force."""
    return """
        IF NOT EXISTS (
            SELECT FROM deployments_auditevent event
            JOIN deployments_user officer ON officer.username = event.actor
            WHERE event.deployment_id = NEW.deployment_id
              AND event.at >= transaction_timestamp()
              AND event.action = 'variation.' || NEW.status
              AND event.subject = 'variation ' || NEW.id
              AND officer.id = COALESCE(NEW.decided_by_id, NEW.written_by_id)
        ) THEN
            RAISE EXCEPTION 'a variation is written into the audit trail'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = 'authorised' AND NOT EXISTS (
            SELECT FROM deployments_deployment
            WHERE id = NEW.deployment_id AND terms_version >= NEW.number
        ) THEN
            RAISE EXCEPTION 'an authorised variation is in force at once'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """
