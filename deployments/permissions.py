"""Who may do what: small predicates that templates, views and consumers share."""

from django.conf import settings

from deployments import training
from deployments.enums import Rank, Role, Status, TrainingKind
from deployments.models import Deployment, User
from deployments.transitions import TRANSITIONS, Who
from deployments.variation_sql import VARIABLE

STAFF_ROLES = frozenset(Role)
BRIEFING_STATES = frozenset({Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED})


def may(user: User, name: str, deployment: Deployment) -> bool:
    """Whether the table of transitions names this person for this move, from any status."""
    return any(
        is_named(user, who, deployment)
        and (who.training is None or training.is_trained(user, who.training))
        for who in TRANSITIONS[name].who
    )


def is_named(user: User, who: Who, deployment: Deployment) -> bool:
    is_applicant = deployment.applicant_id == user.pk
    return (
        who.role is not None
        and user.has_role(who.role)
        and user.rank >= who.rank
        and (is_applicant or not who.is_applicant)
        and not (is_applicant and who.is_not_applicant)
    )


def can_apply(user: User) -> bool:
    return user.has_role(Role.APPLICANT)


def can_edit(user: User, deployment: Deployment) -> bool:
    return can_apply(user) and deployment.applicant_id == user.pk and deployment.is_editable


def is_authorising_officer(user: User) -> bool:
    return user.has_role(Role.AUTHORISING_OFFICER) and user.rank >= Rank.SUPERINTENDENT


def is_trained_officer(user: User) -> bool:
    """Stopping needs no training; deciding does."""
    return is_authorising_officer(user) and training.is_trained(
        user, TrainingKind.AUTHORISING_OFFICER
    )


def can_decide(user: User, deployment: Deployment) -> bool:
    """The applicant never decides their own application (I9)."""
    return may(user, "authorise", deployment) and deployment.status == Status.SUBMITTED


def can_decide_urgently(user: User, deployment: Deployment) -> bool:
    """On the urgent route, where policy has one; a superintendent decides the ordinary way."""
    return (
        settings.URGENT_ROUTE
        and user.rank >= settings.URGENT_RANK
        and not is_authorising_officer(user)
        and deployment.status == Status.SUBMITTED
        and may(user, "authorise_urgently", deployment)
    )


def can_review_urgent(user: User, deployment: Deployment) -> bool:
    """An urgent authority, by an officer who could have given it and had no part in it."""
    return (
        deployment.awaits_review
        and deployment.status in VARIABLE
        and is_trained_officer(user)
        and user.pk not in {deployment.applicant_id, deployment.decided_by_id}
    )


def can_vary(user: User, deployment: Deployment) -> bool:
    """Propose a change to what was authorised; another officer decides it."""
    return can_apply(user) and deployment.applicant_id == user.pk and deployment.status in VARIABLE


def can_decide_variation(user: User, deployment: Deployment) -> bool:
    return (
        deployment.status in VARIABLE
        and deployment.applicant_id != user.pk
        and is_trained_officer(user)
    )


def can_manage_watchlist(user: User, deployment: Deployment) -> bool:
    return is_trained_watchlist_manager(user) and deployment.status in {
        Status.AUTHORISED,
        Status.READY,
        Status.LIVE,
        Status.SUSPENDED,
    }


def is_trained_watchlist_manager(user: User) -> bool:
    return user.has_role(Role.WATCHLIST_MANAGER) and training.is_trained(
        user, TrainingKind.WATCHLIST_MANAGER
    )


def can_review(user: User, deployment: Deployment, *, added_by_id: int) -> bool:
    """Nobody reviews what they added."""
    return can_manage_watchlist(user, deployment) and added_by_id != user.pk


def can_view_watchlist(user: User, deployment: Deployment) -> bool:
    return (
        user.has_role(Role.WATCHLIST_MANAGER) or user.has_role(Role.OPERATOR)
    ) and deployment.status in {
        Status.AUTHORISED,
        Status.READY,
        Status.LIVE,
        Status.SUSPENDED,
        Status.ENDED,
    }


def prepares(user: User) -> bool:
    """Who makes a deployment ready."""
    return can_operate(user) or user.has_role(Role.WATCHLIST_MANAGER)


def can_photograph_signs(user: User, deployment: Deployment) -> bool:
    """Those who stand at the place, from the authority to the end."""
    is_there = prepares(user) or user.has_role(Role.ENGAGEMENT_OFFICER)
    return is_there and deployment.status in {
        Status.AUTHORISED,
        Status.READY,
        Status.LIVE,
        Status.SUSPENDED,
    }


def can_view_signs(user: User, deployment: Deployment) -> bool:
    """Those who took part, and whoever answers for the deployment."""
    is_there = prepares(user) or user.has_role(Role.ENGAGEMENT_OFFICER)
    return (is_there or is_authorising_officer(user)) and deployment.status in {
        Status.AUTHORISED,
        Status.READY,
        Status.LIVE,
        Status.SUSPENDED,
        Status.ENDED,
    }


def can_check_cameras(user: User, deployment: Deployment) -> bool:
    return prepares(user) and deployment.status in {Status.READY, Status.SUSPENDED}


def can_operate(user: User) -> bool:
    return user.has_role(Role.OPERATOR)


def is_trained_operator(user: User) -> bool:
    return can_operate(user) and training.is_trained(user, TrainingKind.OPERATOR)


def can_claim(user: User, deployment: Deployment) -> bool:
    """Who operates may start, stop and watch; who judges faces is trained and briefed as well."""
    return is_trained_operator(user) and training.is_briefed(user, deployment)


def can_be_briefed(user: User, deployment: Deployment) -> bool:
    return (can_operate(user) or user.has_role(Role.ENGAGEMENT_OFFICER)) and (
        deployment.status in BRIEFING_STATES
    )


def can_stop(user: User, deployment: Deployment) -> bool:
    """Emergency stop: any operator or authorising officer."""
    return may(user, "emergency_stop", deployment)


def can_engage(user: User) -> bool:
    return user.has_role(Role.ENGAGEMENT_OFFICER) and training.is_trained(
        user, TrainingKind.ENGAGEMENT_OFFICER
    )


def can_read_audit(user: User) -> bool:
    return user.has_role(Role.AUDITOR) or is_inspector(user)


def is_inspector(user: User) -> bool:
    """From outside the force: reads what is not personal, changes nothing."""
    return user.has_role(Role.INSPECTOR)


def can_read_start_checks(user: User) -> bool:
    return prepares(user) or is_inspector(user)


def can_read_erasure(user: User) -> bool:
    """Those who answer for it, keep it running or look into it; there is nobody in it."""
    return can_read_audit(user) or is_authorising_officer(user) or can_configure(user)


def can_ask_the_ledger(user: User) -> bool:
    """A reference says who somebody is to whoever holds the record: for auditors, not for
    inspectors from outside the force."""
    return user.has_role(Role.AUDITOR)


def can_configure(user: User) -> bool:
    return user.has_role(Role.SYSTEM_ADMINISTRATOR)


def can_view_deployments(user: User) -> bool:
    return user.is_active and bool(user.roles)


def can_view_stills(user: User) -> bool:
    """Those who draw a zone, judge it or work with its pictures. Not who only configures, nor who
    reads from outside the force."""
    return user.is_active and bool(
        {
            Role.APPLICANT,
            Role.AUTHORISING_OFFICER,
            Role.WATCHLIST_MANAGER,
            Role.OPERATOR,
            Role.AUDITOR,
        }
        & set(user.roles)
    )


# From the first recording to the last erasure, long after the deployment is closed.
HAS_FOOTAGE = frozenset({Status.LIVE, Status.SUSPENDED, Status.ENDED, Status.CLOSED})


def can_see_footage_account(user: User, deployment: Deployment) -> bool:
    """What was recorded, held and handed over, without a picture of it."""
    is_in_charge = user.has_role(Role.AUDITOR) or is_authorising_officer(user)
    return (
        is_in_charge or user.has_role(Role.DISCLOSURE_OFFICER)
    ) and deployment.status in HAS_FOOTAGE


def can_play_footage(user: User, deployment: Deployment) -> bool:
    """See it, hold it, hand it over: one role, whose holder neither operates nor audits by it."""
    return user.has_role(Role.DISCLOSURE_OFFICER) and deployment.status in HAS_FOOTAGE


def can_answer_subject_access(user: User) -> bool:
    """Which footage it is about is asked again for each deployment."""
    return user.has_role(Role.DISCLOSURE_OFFICER)


def can_hold_footage(user: User, deployment: Deployment) -> bool:
    """Without seeing it: an authorising officer too."""
    return can_play_footage(user, deployment) or (
        is_authorising_officer(user) and deployment.status in HAS_FOOTAGE
    )


def can_publish_documents(user: User) -> bool:
    """The administrator drafts; putting a policy into force is an officer's decision."""
    return is_authorising_officer(user)


def can_read_drafts(user: User) -> bool:
    return can_publish_documents(user) or can_configure(user)
