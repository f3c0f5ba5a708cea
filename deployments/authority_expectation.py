"""The false alerts to expect, as a written authority keeps them: whoever decides knows the price of
the threshold, and a later measurement does not change what was known."""

from collections.abc import Iterable, Mapping
from typing import Any

from deployments import expected_alerts
from deployments.expected_alerts import in_words
from deployments.models import Deployment

KEY = "expected_false_alerts"
LABEL = "False alerts to expect"
NOT_MEASURED = "Nobody can say: no accuracy was measured for this profile."


def frozen(deployment: Deployment) -> dict[str, object] | None:
    """For the window, at the threshold, footfall and longest list of the terms in force; None where
    nothing was measured."""
    question = expected_alerts.question_of(
        deployment, profile=deployment.profile, threshold=deployment.threshold
    )
    found = expected_alerts.expect(question)
    if found is None:
        return None
    return {
        "count": found.count,
        "low": found.low,
        "high": found.high,
        "side": found.side.value,
        "threshold": question.threshold,
        "faces": question.faces,
        "watchlist": question.watchlist,
        "measured_on": found.dataset,
    }


def lines_of(content: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Documents of the first three formats say nothing of it."""
    if KEY in content:
        yield LABEL, _in_words(content[KEY])


def _in_words(expected: Mapping[str, Any] | None) -> str:
    if expected is None:
        return NOT_MEASURED
    count = f"{expected['side']} {in_words(expected['count'])}".strip()
    return (
        f"{count[0].upper()}{count[1:]} in the whole window, at a threshold of "
        f"{expected['threshold']} (between {in_words(expected['low'])} and "
        f"{in_words(expected['high'])} by the measurement's interval at 95 %). Of some "
        f"{expected['faces']:,} people who pass, with {expected['watchlist']:,} on the "
        f"watchlist.\nMeasured on {expected['measured_on']}. Crowd, camera and light differ from "
        "the pictures measured on, and can matter more."
    )
