"""A measured operating point for this model and this list: at most one false alert in a thousand.

R (Bridges) v South Wales Police held more than that never acceptable."""

from deployments.enums import EntryStatus
from deployments.expected_alerts import is_unacceptable
from deployments.models import Deployment
from deployments.start_checks import Check
from recognition.false_alert_evidence import Evidence, evidence_for
from recognition.profiles import load_profile

SHOWN = 0.01 / 1000  # below it a rate is written as less
NAME = "False alerts at this threshold"


def operating_point_check(deployment: Deployment) -> Check:
    profile = load_profile(deployment.profile)
    enrolled = deployment.entries.filter(status=EntryStatus.ENROLLED).count()
    evidence = evidence_for(profile, threshold=deployment.threshold, watchlist=max(enrolled, 1))
    if evidence is None:
        return Check(
            NAME,
            False,
            f"Nothing measured says what {profile.model_name} does at {deployment.threshold:g}: "
            "no operating point was carried at this threshold or below.",
            "Measure one (manage.py evaluate), or apply with a higher threshold.",
        )
    words = _rate_words(evidence, threshold=deployment.threshold, enrolled=enrolled)
    if is_unacceptable(evidence.rate):
        remedy = (
            "More than 1 in 1,000 is never acceptable: shorten the watchlist, or apply with a "
            "higher threshold or a better profile."
        )
        return Check(NAME, False, words, remedy, lines=_basis(evidence))
    return Check(NAME, True, words, lines=_basis(evidence))


def _rate_words(evidence: Evidence, *, threshold: float, enrolled: int) -> str:
    people = "1 person" if enrolled == 1 else f"{enrolled} people"
    at_most = "at most " if evidence.is_bound and evidence.rate >= SHOWN else ""
    return (
        f"At {threshold:g}, with {people} enrolled, {at_most}{_in_1000(evidence.rate)} false "
        f"alerts are to be expected in 1,000 faces (95 %: {_in_1000(evidence.low)} to "
        f"{_in_1000(evidence.high)}); 1 is allowed."
    )


def _in_1000(rate: float) -> str:
    return f"{1000 * rate:.2f}" if rate >= SHOWN else "fewer than 0.01"


def _basis(evidence: Evidence) -> tuple[str, ...]:
    point = evidence.basis
    measured = (
        f"Measured on {point.dataset}: {100 * point.fpir:g} % of {point.non_mated:,} people who "
        f"were not on a list of {point.watchlist:,} at {point.threshold:g} "
        f"({point.profile_version}, {evidence.source})."
    )
    scaled = (
        f"Each entry adds the same chance: from {point.watchlist:,} to those enrolled by "
        "1 − (1 − rate)^(n / N)."
    )
    if not evidence.is_bound:
        return measured, scaled
    above = "The threshold lies above those measured, where there are fewer false alerts, not more."
    return measured, scaled, above
