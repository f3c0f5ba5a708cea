"""What must be true before recognition may begin, each with its evidence in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from deployments import publication
from deployments.enums import EntryStatus, Status
from deployments.models import Deployment

WATCHLIST_MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    passed: bool
    evidence: str


# Checks of other apps (cameras answer, workers are up), registered when those apps load.
_registered: list[Callable[[Deployment], Check]] = []


def register(check: Callable[[Deployment], Check]) -> None:
    _registered.append(check)


def run_checks(deployment: Deployment, *, stage: Status = Status.LIVE) -> list[Check]:
    """`stage` READY leaves out what only holds at the moment of starting."""
    checks = [_authority(deployment), _notice(deployment), _watchlist(deployment)]
    checks += [check(deployment) for check in _registered]
    if stage == Status.LIVE:
        checks.insert(1, _window(deployment))
    return checks


def failed_checks(deployment: Deployment, *, stage: Status = Status.LIVE) -> list[Check]:
    return [check for check in run_checks(deployment, stage=stage) if not check.passed]


def _authority(deployment: Deployment) -> Check:
    officer = deployment.decided_by
    if officer is None:
        return Check("Authority in force", False, "No authorising officer has decided yet.")
    decided = date_format(timezone.localtime(deployment.decided_at), "j F Y, H:i")
    return Check("Authority in force", True, f"Authorised by {officer} on {decided}.")


def _window(deployment: Deployment) -> Check:
    now = timezone.now()
    starts = date_format(timezone.localtime(deployment.starts_at), "j F Y, H:i")
    if now < deployment.starts_at:
        return Check("Within the window", False, f"The authorised window opens on {starts}.")
    if now >= deployment.ends_at:
        return Check("Within the window", False, "The authorised window is over.")
    minutes = int((deployment.ends_at - now).total_seconds() // 60)
    return Check("Within the window", True, f"{minutes} minutes of the window are left.")


def _notice(deployment: Deployment) -> Check:
    name = "Notice to the public"
    if deployment.notice_withheld_reason:
        return Check(name, True, "Withheld by the authorising officer with a written reason.")
    if deployment.published_at is None:
        return Check(name, False, "The notice is not published.")
    if not publication.is_notice_in_time(deployment):
        return Check(
            name, False, f"The notice must be up {settings.NOTICE_LEAD_DAYS} days before the start."
        )
    published = date_format(timezone.localtime(deployment.published_at), "j F Y, H:i")
    return Check(name, True, f"Published on {published}.")


def _watchlist(deployment: Deployment) -> Check:
    name = "Watchlist built and enrolled"
    entries = deployment.entries
    enrolled = entries.filter(status=EntryStatus.ENROLLED).count()
    if pending := entries.filter(status=EntryStatus.PENDING).count():
        return Check(name, False, f"{pending} images are still being enrolled.")
    if not enrolled:
        return Check(name, False, "Nobody is on the watchlist.")
    if enrolled > deployment.watchlist_cap:
        return Check(
            name, False, f"{enrolled} entries exceed the cap of {deployment.watchlist_cap}."
        )
    first = entries.earliest("added_at").added_at
    if deployment.starts_at - first > WATCHLIST_MAX_AGE:
        return Check(name, False, "The watchlist was begun more than 24 h before the start.")
    return Check(name, True, f"{enrolled} entries are enrolled.")
