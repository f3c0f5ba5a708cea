"""The retention table: what is kept, from when its clock runs, for how long and why.

One table for the purge task, the public page and the tests, so that they cannot disagree. A policy
setting may shorten a period; none may exceed its maximum."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from deployments.models import Deployment
from deployments.wording import period_in_words

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`models` are the database models that hold this kind (app_label.Model)."""

    kind: str
    what: str
    where: str
    clock: str
    default: timedelta | None  # None: kept
    maximum: timedelta | None
    ground: str
    models: tuple[str, ...] = ()

    @property
    def period(self) -> timedelta | None:
        """The period in force: the policy's, where it shortens the default."""
        seconds = settings.RETENTION_PERIODS_S.get(self.kind)
        if seconds is None:
            return self.default
        wanted = timedelta(seconds=seconds)
        if self.maximum is None or wanted > self.maximum:
            raise ImproperlyConfigured(
                f"LFR_RETENTION_S: {self.kind} may not be kept longer than {self.maximum}."
            )
        return wanted

    @property
    def kept_for(self) -> str:
        """The period with its clock, as the public's pages and the leaflet say it."""
        if self.period is None:
            return "Kept"
        words = period_in_words(self.period)
        if self.kind == "unmatched_face":
            return f"Within {words}"
        if self.period:
            return f"{words[0].upper()}{words[1:]} after {self.clock}"
        return f"At once, from {self.clock}"

    @property
    def is_about_staff(self) -> bool:
        """Kept about the site's own users, not about a deployment."""
        return self.kind in {"staff_account", "session", "sign_in", "console_presence"}

    @property
    def is_of_no_deployment(self) -> bool:
        return self.is_about_staff or self.kind == "camera_survey"

    @property
    def is_shortened(self) -> bool:
        return self.kind in settings.RETENTION_PERIODS_S


RULES: dict[str, Rule] = {
    rule.kind: rule
    for rule in (
        Rule(
            "unmatched_face",
            "Faces that match nobody on the watchlist",
            "the memory of the recognising process only; never stored, never seen by a person",
            "capture",
            timedelta(seconds=1),
            timedelta(seconds=1),
            "R (Bridges) v South Wales Police: automatic, near-instantaneous deletion",
        ),
        Rule(
            "watchlist",
            "Watchlist entries and their images",
            "database and encrypted file store",
            "the end of the deployment",
            24 * HOUR,
            24 * HOUR,
            "Watchlists are unique to one deployment and destroyed within 24 hours of its end",
            (
                "deployments.WatchlistEntry",
                "deployments.StillSoughtCheck",
                "deployments.LikelySamePerson",
                "deployments.StoredImage",
                "deployments.DeploymentKey",
            ),
        ),
        Rule(
            "watchlist_templates",
            "Face templates of the watchlist",
            "an unlogged database partition of the deployment's own; the workers' memory",
            "the end of the deployment",
            timedelta(0),
            24 * HOUR,
            "Nothing searches them once recognition has ended",
            ("recognition.Template",),
        ),
        Rule(
            "watchlist_import",
            "Sheets and images uploaded to fill a watchlist, and the rows that were refused",
            "database and encrypted file store",
            "the upload; at once when they are imported or discarded",
            24 * HOUR,
            24 * HOUR,
            "Needed until each row is added or corrected, and not beyond the deployment",
            ("deployments.WatchlistImport", "deployments.ImportFile", "deployments.ImportRow"),
        ),
        Rule(
            "false_alert",
            "Alerts that an operator dismissed, with their images",
            "database and encrypted file store",
            "the operator's decision",
            timedelta(0),
            24 * HOUR,
            "Incorrect alerts are erased swiftly",
        ),
        Rule(
            "alert",
            "Other alerts, with their images and decisions",
            "database and encrypted file store",
            "the end of the deployment",
            24 * HOUR,
            31 * DAY,
            "At once after use, in most cases within 24 hours, and no longer than 31 days",
            (
                "alerts.Alert",
                "alerts.AlertEvent",
                "alerts.OtherCandidate",
                "alerts.FirstLook",
                "alerts.SecondOpinion",
                "alerts.Adjudication",
                "alerts.FieldAssessment",
                "alerts.Engagement",
            ),
        ),
        Rule(
            "console_presence",
            "Which operator has a console of which deployment open",
            "database",
            "the last sign of the console",
            HOUR,
            HOUR,
            "Needed while the console is open, to give back the alerts of one that went away",
            ("alerts.ConsolePresence",),
        ),
        Rule(
            "sign_photograph",
            "Photographs of the signs, with every face made unrecognisable",
            "encrypted file store",
            "the end of the deployment",
            24 * HOUR,
            31 * DAY,
            "Evidence that people were told by signs before they were seen by a camera",
        ),
        Rule(
            "camera_survey",
            "Survey pictures of a camera's view, before the faces in them are made unrecognisable",
            "encrypted file store",
            "the upload",
            HOUR,
            24 * HOUR,
            "Needed only until a worker has made the faces unrecognisable",
        ),
        Rule(
            "camera_still",
            "Pictures of a camera's view that show nobody, on which zones are drawn",
            "encrypted file store",
            "creation",
            None,
            None,
            "They show a place and no person; one goes when another takes its place",
            ("deployments.CameraStill",),
        ),
        Rule(
            "site_job",
            "When the site's own jobs last ran; nothing personal",
            "database",
            "the last run",
            None,
            None,
            "Nothing is recorded where nothing would be erased",
            ("deployments.Heartbeat",),
        ),
        Rule(
            "camera_run",
            "Camera runs and checks: counts, states, when they changed, measures; nothing personal",
            "database",
            "the end of the deployment",
            None,
            None,
            "Needed to account for the deployment",
            (
                "recognition.CameraRun",
                "recognition.CameraStateChange",
                "recognition.CameraCheck",
            ),
        ),
        Rule(
            "accuracy_evidence",
            "Measured accuracy of the model profiles; figures only, nothing personal",
            "database",
            "the evaluation",
            None,
            None,
            "The evidence for a model version and threshold, for as long as a record names them",
            ("recognition.OperatingPoint",),
        ),
        Rule(
            "deployment_record",
            "Applications, decisions, results, erasures",
            "database",
            "creation",
            None,
            None,
            "The two-part deployment record; the force's own review schedule governs it",
            (
                "deployments.Deployment",
                "deployments.DeploymentCamera",
                "deployments.Camera",
                "deployments.Force",
                "deployments.StatusChange",
                "deployments.Variation",
                "deployments.AuthorityDocument",
                "deployments.Briefing",
                "deployments.DeploymentResult",
                "deployments.ErasureRecord",
                "deployments.SignPhotograph",
                "deployments.StartCheckRecord",
            ),
        ),
        Rule(
            "policy_document",
            "Policy documents and assessments, with all their versions; nothing personal",
            "database",
            "creation",
            None,
            None,
            "What the force's policy said on the day of a deployment must stay answerable",
            ("deployments.PolicyDocument",),
        ),
        Rule(
            "staff_account",
            "Accounts of the force's own staff: rank, roles, training, second factors, changes",
            "database",
            "creation",
            None,
            None,
            "Who held which role on which date must stay answerable",
            (
                "deployments.User",
                "deployments.User_groups",
                "deployments.User_user_permissions",
                "deployments.Training",
                "mfa.Authenticator",
                "account.EmailAddress",
                "account.EmailConfirmation",
                "auth.Group",
                "auth.Group_permissions",
                "auth.Permission",
                "contenttypes.ContentType",
                "admin.LogEntry",
            ),
        ),
        Rule(
            "session",
            "Signed-in sessions of staff",
            "database",
            "signing in",
            12 * HOUR,
            12 * HOUR,
            "No longer than a long shift",
            ("sessions.Session",),
        ),
        Rule(
            "sign_in",
            "Sign-ins of staff and failed attempts: user name, network address, time",
            "database",
            "the attempt",
            31 * DAY,
            92 * DAY,
            "Data Protection Act 2018, s. 66: security of processing",
            (
                "axes.AccessAttempt",
                "axes.AccessAttemptExpiration",
                "axes.AccessFailureLog",
                "axes.AccessLog",
            ),
        ),
        Rule(
            "watchlist_ledger",
            "References that were on a watchlist, with category and dates; no name, no image",
            "database",
            "creation",
            None,
            None,
            "Whether a person was on a list on a date must stay answerable",
            ("deployments.WatchlistLedger",),
        ),
        Rule(
            "audit_trail",
            "The audit trail; nothing personal about the public",
            "database, append-only",
            "creation",
            None,
            None,
            "Data Protection Act 2018, s. 62",
            ("deployments.AuditEvent",),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Due:
    """One deployment's data of one kind, with the moment it must be gone. No deployment: what
    is kept about staff."""

    deployment: Deployment | None
    rule: Rule
    due_at: datetime
    count: int

    @property
    def is_overdue(self) -> bool:
        return self.due_at <= timezone.now()


# One per erasable kind: `find` lists what is held and when it is due, `erase` removes it within
# the caller's transaction and returns the count. Registered by the app that holds the kind.
Finder = Callable[[], list[Due]]
Eraser = Callable[[Due], int]
_holders: dict[str, tuple[Finder, Eraser]] = {}


def register(kind: str, *, find: Finder, erase: Eraser) -> None:
    _holders[kind] = (find, erase)


def holder_of(kind: str) -> tuple[Finder, Eraser]:
    return _holders[kind]


def held_kinds() -> list[str]:
    return list(_holders)


def due_after_end(deployment: Deployment, kind: str) -> datetime | None:
    """When data whose clock runs from the end is due; None while the deployment runs."""
    period = RULES[kind].period
    ended = deployment.ended_at or (
        deployment.status_at if deployment.status == "cancelled" else None
    )
    return None if ended is None or period is None else ended + period
