"""PL/pgSQL of requests for access: which moves there are, and what each takes."""

from deployments.enums import SUBJECT_ACCESS_MOVES, SubjectAccessFileKind, SubjectAccessStatus

_FACTS = (
    "uuid",
    "case_number",
    "deployment_id",
    "camera_id",
    "begins",
    "ends",
    "received_on",
    "identity",
    "opened_by_id",
    "opened_at",
)
S = SubjectAccessStatus


def _move(source: SubjectAccessStatus, targets: tuple[SubjectAccessStatus, ...]) -> str:
    among = ", ".join(f"'{target.value}'" for target in targets)
    return f"(OLD.status = '{source.value}' AND NEW.status IN ({among}))"


def request_sql() -> str:
    """A request is opened once, moves as the table says, and is over for good. Nothing is looked
    through or handed over without a copy that is done, and no hold outlives its request."""
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _FACTS)
    moves = " OR ".join(_move(*each) for each in SUBJECT_ACCESS_MOVES.items() if each[1])
    ready = ", ".join(f"'{s.value}'" for s in (S.PREPARED, S.REVIEWED, S.HANDED_OVER))
    return f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a request for access stays on record'
                USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> '{S.OPEN.value}' THEN
                RAISE EXCEPTION 'a request for access begins open'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.ended_at IS NOT NULL OR {changed}
            OR (OLD.hold_id IS NOT NULL AND NEW.hold_id IS DISTINCT FROM OLD.hold_id) THEN
            RAISE EXCEPTION 'a request for access is written once and answered once'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = OLD.status THEN
            RETURN NEW;
        END IF;
        IF NOT ({moves}) THEN
            RAISE EXCEPTION 'a request for access does not move so'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status IN ({ready}) AND (
            NOT EXISTS (
                SELECT FROM deployments_subjectaccessfile file WHERE file.request_id = NEW.id
                AND file.kind = '{SubjectAccessFileKind.COPY.value}' AND file.done_at IS NOT NULL
            ) OR EXISTS (
                SELECT FROM deployments_subjectaccessfile file WHERE file.request_id = NEW.id
                AND file.kind = '{SubjectAccessFileKind.COPY.value}' AND file.done_at IS NULL
            )
        ) THEN
            RAISE EXCEPTION 'nothing is prepared until every copy is done'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.ended_at IS NOT NULL AND EXISTS (
            SELECT FROM deployments_footagehold hold
            WHERE hold.id = NEW.hold_id AND hold.released_at IS NULL
        ) THEN
            RAISE EXCEPTION 'the hold of a request ends with it' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """  # noqa: S608 - made of our own names
