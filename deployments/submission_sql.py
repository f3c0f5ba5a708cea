"""What the database asks of a submission beyond the deployment's own row."""

from deployments.enums import RELIED_ON, DocumentStatus

_DOCUMENTS = " OR ".join(
    f"""NOT EXISTS (
            SELECT FROM deployments_policydocument
            WHERE id = NEW.{field}_id AND kind = '{kind.value}'
              AND status = '{DocumentStatus.PUBLISHED.value}'
        )"""
    for field, kind in RELIED_ON.items()
)
# The cameras cannot change beside it: adding one waits for this row (`frozen_cameras`).
SUBMITTED_WHOLE_SQL = f"""
    IF NEW.status = 'submitted' AND OLD.status <> 'submitted' THEN
        IF NOT EXISTS (
            SELECT FROM deployments_deploymentcamera WHERE deployment_id = NEW.id
        ) OR EXISTS (
            SELECT FROM deployments_deploymentcamera
            WHERE deployment_id = NEW.id AND zone_x IS NULL
        ) THEN
            RAISE EXCEPTION 'an application is submitted with cameras and their zones'
                USING ERRCODE = 'check_violation';
        END IF;
        IF {_DOCUMENTS} THEN
            RAISE EXCEPTION 'an application rests on documents in force'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
"""
