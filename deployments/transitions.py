"""The legal moves of a deployment, in one table that the code, the database, the staff's page, the
docs and the tests read."""

from dataclasses import dataclass

from deployments.enums import RELIED_ON, Rank, Role, Status, TrainingKind
from deployments.urgent_sql import URGENT_FLOOR, urgent_decision_sql, within_review_sql
from deployments.variation_sql import (
    VARIED_COLUMNS,
    is_authorised_variation_sql,
    officer_sql,
    open_for_cameras_sql,
)

S = Status


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who may make a move. No role: the system itself."""

    words: str
    role: Role | None
    rank: Rank = Rank.STAFF
    is_applicant: bool = False
    is_not_applicant: bool = False
    training: TrainingKind | None = None


APPLICANT = Who("the applicant", Role.APPLICANT, is_applicant=True)
OFFICER = Who(
    "an authorising officer, superintendent or above", Role.AUTHORISING_OFFICER, Rank.SUPERINTENDENT
)
DECIDER = Who(
    "an authorising officer, superintendent or above, who is not the applicant",
    Role.AUTHORISING_OFFICER,
    Rank.SUPERINTENDENT,
    is_not_applicant=True,
    training=TrainingKind.AUTHORISING_OFFICER,
)
URGENT_DECIDER = Who(
    "an authorising officer of the rank that policy names for urgent cases, who is not the "
    "applicant",
    Role.AUTHORISING_OFFICER,
    URGENT_FLOOR,
    is_not_applicant=True,
    training=TrainingKind.AUTHORISING_OFFICER,
)
OPERATOR = Who("an operator", Role.OPERATOR)
WATCHLIST_MANAGER = Who("a watchlist manager", Role.WATCHLIST_MANAGER)
SYSTEM = Who("the system", None)


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move: who may make it, what is checked, and what is frozen from then on."""

    name: str
    label: str
    sources: frozenset[Status]
    target: Status
    who: tuple[Who, ...]
    checks: str = ""
    freezes: str = ""
    needs_reason: bool = False

    @property
    def by(self) -> str:
        """Who may make it, in words."""
        *others, last = [who.words for who in self.who]
        return f"{', '.join(others)} or {last}" if others else last

    @property
    def source_labels(self) -> list[str]:
        """In the order of a deployment's life."""
        return [status.label for status in Status if status in self.sources]


_NOT_OVER = "The window is not over."
TRANSITIONS: dict[str, Transition] = {
    t.name: t
    for t in (
        Transition(
            "submit",
            "Submit",
            frozenset({S.DRAFT, S.RETURNED}),
            S.SUBMITTED,
            (APPLICANT,),
            checks=f"The application is complete, with at least one camera. {_NOT_OVER}",
            freezes="Everything applied for, and its cameras, until it is returned.",
        ),
        Transition(
            "return",
            "Return",
            frozenset({S.SUBMITTED}),
            S.RETURNED,
            (DECIDER,),
            freezes="Nothing: the applicant may change it again.",
            needs_reason=True,
        ),
        Transition(
            "refuse",
            "Refuse",
            frozenset({S.SUBMITTED}),
            S.REFUSED,
            (DECIDER,),
            freezes="The application and the decision, for good.",
            needs_reason=True,
        ),
        Transition(
            "authorise",
            "Authorise",
            frozenset({S.SUBMITTED}),
            S.AUTHORISED,
            (DECIDER,),
            checks=f"{_NOT_OVER} The notice is published, or withheld in writing.",
            freezes="The application and the decision. A change is a variation with an authority "
            "of its own.",
            needs_reason=True,
        ),
        Transition(
            "authorise_urgently",
            "Authorise on the urgent route",
            frozenset({S.SUBMITTED}),
            S.AUTHORISED,
            (URGENT_DECIDER,),
            checks="Policy has an urgent route, and the window is no longer than it allows. "
            + _NOT_OVER,
            freezes="As above, and the deadline by which a superintendent or above reviews it.",
            needs_reason=True,
        ),
        Transition(
            "make_ready",
            "Make ready",
            frozenset({S.AUTHORISED}),
            S.READY,
            (WATCHLIST_MANAGER, OPERATOR),
            checks="Every start check but those of the moment of starting.",
        ),
        Transition(
            "reopen_watchlist",
            "Reopen the watchlist",
            frozenset({S.READY}),
            S.AUTHORISED,
            (WATCHLIST_MANAGER,),
        ),
        Transition(
            "start",
            "Start",
            frozenset({S.READY}),
            S.LIVE,
            (OPERATOR,),
            checks="Every start check. Now is within the authorised window, and before the "
            "review of an urgent authority is overdue.",
            freezes="The time of the first start.",
        ),
        Transition(
            "suspend",
            "Suspend",
            frozenset({S.LIVE}),
            S.SUSPENDED,
            (OPERATOR, OFFICER, SYSTEM),
            checks="The system suspends what was authorised urgently and not reviewed in time.",
            needs_reason=True,
        ),
        Transition(
            "emergency_stop",
            "Emergency stop",
            frozenset({S.LIVE}),
            S.SUSPENDED,
            (OPERATOR, OFFICER),
            checks="Nothing: one press. The reason may be added afterwards.",
        ),
        Transition(
            "resume",
            "Resume",
            frozenset({S.SUSPENDED}),
            S.LIVE,
            (OPERATOR,),
            checks="Every start check again. Now is within the authorised window, and before the "
            "review of an urgent authority is overdue.",
        ),
        Transition(
            "end",
            "End",
            frozenset({S.LIVE, S.SUSPENDED}),
            S.ENDED,
            (OPERATOR, OFFICER, SYSTEM),
            checks="The system ends what reaches the end of its window.",
            freezes="The time of the end, from which every retention period runs.",
            needs_reason=True,
        ),
        Transition(
            "close",
            "Close",
            frozenset({S.ENDED}),
            S.CLOSED,
            (SYSTEM,),
            checks="The result is published. Watchlist and images are erased.",
            freezes="Everything.",
        ),
        Transition(
            "cancel",
            "Cancel",
            frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.AUTHORISED, S.READY}),
            S.CANCELLED,
            (APPLICANT, OFFICER, SYSTEM),
            checks="The system cancels what was not started when its window is over.",
            freezes="Everything.",
            needs_reason=True,
        ),
    )
}

LEGAL_MOVES: frozenset[tuple[Status, Status]] = frozenset(
    (source, t.target) for t in TRANSITIONS.values() for source in t.sources
)
EDITABLE: frozenset[Status] = frozenset({S.DRAFT, S.RETURNED})
# The states that nothing may enter without a recorded decision.
NEEDS_AUTHORITY: tuple[Status, ...] = (
    S.AUTHORISED,
    S.READY,
    S.LIVE,
    S.SUSPENDED,
    S.ENDED,
    S.CLOSED,
)
FROZEN_COLUMNS = (
    "title",
    "controller_force",
    "place",
    "place_ground",
    "place_intelligence",
    "categories",
    "watchlist_criteria",
    "watchlist_cap",
    "starts_at",
    "ends_at",
    "necessity",
    "proportionality",
    "community_impact",
    "alternatives",
    "signs_plan",
    "notice_plan",
    "withholding_proposed",
    "expected_footfall",
    *(f"{field}_id" for field in RELIED_ON),
    "profile",
    "threshold",
    "applicant_id",
)
DECISION_COLUMNS = (
    "decided_by_id",
    "decided_at",
    "decision_reasons",
    "decision_conditions",
    "review_due_at",
)
# Facts that clocks run from: written once.
WRITTEN_ONCE = ("started_at", "ended_at", "closed_at", "reviewed_at")
# A camera that was applied for or authorised stays what it was.
CAMERA_IS_BOUND: tuple[Status, ...] = (
    S.SUBMITTED,
    S.AUTHORISED,
    S.READY,
    S.LIVE,
    S.SUSPENDED,
)
CAMERA_COLUMNS = ("name", "location", "source", "loop")


def legal_move_sql(moves: frozenset[tuple[Status, Status]]) -> str:
    """PL/pgSQL that refuses a move outside the table, and recognition outside the window."""
    pairs = ", ".join(f"('{old.value}', '{new.value}')" for old, new in sorted(moves))
    return f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'draft' THEN
                RAISE EXCEPTION 'a deployment begins as a draft' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.status IS DISTINCT FROM OLD.status THEN
            IF (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'a deployment cannot go from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'live'
               AND NOT (clock_timestamp() >= NEW.starts_at AND clock_timestamp() < NEW.ends_at) THEN
                RAISE EXCEPTION 'no recognition outside the authorised window'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'live' AND NOT {within_review_sql("NEW")} THEN
                RAISE EXCEPTION 'the review of this urgent authority is overdue'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status IN ('authorised', 'refused') AND OLD.status = 'submitted'
               AND ({officer_sql("NEW.decided_by_id")}
                    OR {urgent_decision_sql()}) IS NOT TRUE THEN
                RAISE EXCEPTION 'only an authorising officer decides'
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        RETURN NEW;
    """


def frozen_after_authorisation_sql(editable: frozenset[Status]) -> str:
    """PL/pgSQL that refuses a change of what was applied for, or of a decision once taken."""
    states = ", ".join(f"'{status.value}'" for status in sorted(editable))
    fixed = [column for column in FROZEN_COLUMNS if column not in VARIED_COLUMNS]
    application = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in fixed)
    varied = " OR ".join(
        f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in (*VARIED_COLUMNS, "terms_version")
    )
    decision = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in DECISION_COLUMNS)
    rewritten = " OR ".join(
        f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in WRITTEN_ONCE
    )
    return f"""
        IF OLD.status NOT IN ({states}) AND (
            ({application}) OR (({varied}) AND NOT {is_authorised_variation_sql()})
        ) THEN
            RAISE EXCEPTION 'the application is frozen; a change needs a new authority'
                USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.status NOT IN ({states}, 'submitted') AND ({decision}) THEN
            RAISE EXCEPTION 'a decision cannot be changed' USING ERRCODE = 'check_violation';
        END IF;
        IF {rewritten} THEN
            RAISE EXCEPTION 'a time is written once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


def frozen_cameras_sql(editable: frozenset[Status]) -> str:
    """PL/pgSQL that refuses to add, exchange or remove a camera of what was applied for.

    The share lock makes a camera that is being added wait for a submission that is being made,
    and the other way round."""
    states = ", ".join(f"'{status.value}'" for status in sorted(editable))
    return f"""
        PERFORM FROM deployments_deployment
            WHERE id IN (NEW.deployment_id, OLD.deployment_id) FOR SHARE;
        IF EXISTS (
            SELECT FROM deployments_deployment d
            WHERE d.id IN (NEW.deployment_id, OLD.deployment_id) AND d.status NOT IN ({states})
              AND NOT {open_for_cameras_sql()}
        ) THEN
            RAISE EXCEPTION 'cameras are frozen once an application is submitted'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    """


def camera_is_bound_sql(camera: str) -> str:
    """An SQL condition: the camera is part of an application or an authority."""
    states = ", ".join(f"'{status.value}'" for status in CAMERA_IS_BOUND)
    return f"""EXISTS (
            SELECT FROM deployments_deploymentcamera used
            JOIN deployments_deployment d ON d.id = used.deployment_id
            WHERE used.camera_id = {camera} AND d.status IN ({states})
            UNION ALL
            SELECT FROM deployments_variation v
            WHERE {camera} = ANY(v.camera_ids) AND v.status = 'submitted'
        )"""


def bound_still_sql() -> str:
    """PL/pgSQL: the picture that zones were drawn and judged on stays while it is relied on. One
    whose faces are not hidden yet was seen by nobody."""
    return f"""
        IF OLD.faces_hidden_at IS NULL AND TG_OP <> 'INSERT' THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
        IF {camera_is_bound_sql("COALESCE(OLD.camera_id, NEW.camera_id)")} THEN
            RAISE EXCEPTION 'this picture belongs to an application or an authority'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    """


def bound_camera_sql() -> str:
    """PL/pgSQL that refuses to point a camera elsewhere under an authority."""
    # Quoted: PL/pgSQL takes "loop" for its own word.
    changed = " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in CAMERA_COLUMNS)
    return f"""
        IF ({changed}) AND {camera_is_bound_sql("OLD.id")} THEN
            RAISE EXCEPTION 'this camera is part of an application or an authority'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
