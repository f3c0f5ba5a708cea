"""The steps of an application, and what each still lacks before it may be submitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from deployments import expected_alerts
from deployments.enums import RELIED_ON
from deployments.models import Deployment
from deployments.zones import zone_of

# Of the fields that an application must fill: what each gives, in words.
Wanted = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to write before submitting, and the step in which it is written."""

    step: str
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """`further` finds what is missing beyond empty fields."""

    name: str
    title: str
    wanted: Wanted = field(default_factory=dict)
    further: Callable[[Deployment], list[str]] = lambda _: []

    def missing(self, deployment: Deployment) -> list[Missing]:
        empty = [words for name, words in self.wanted.items() if not _given(deployment, name)]
        return [Missing(self.name, words) for words in (*empty, *self.further(deployment))]


def _given(deployment: Deployment, name: str) -> bool:
    return getattr(deployment, name) not in (None, "", [])


def _window(deployment: Deployment) -> list[str]:
    is_over = _given(deployment, "ends_at") and deployment.ends_at <= timezone.now()
    return ["a window that is still ahead: this one has already passed"] if is_over else []


def _cameras(deployment: Deployment) -> list[str]:
    return [] if deployment.cameras.exists() else ["at least one camera"]


def _zones(deployment: Deployment) -> list[str]:
    """Without a camera there is nothing to draw: the step before says so."""
    used = deployment.deploymentcamera_set.select_related("camera").order_by("camera__name")
    return [f"the zone of {each.camera}" for each in used if zone_of(each) is None]


def _recognition(deployment: Deployment) -> list[str]:
    """The false alert rate beyond which a threshold is never acceptable, at the longest list."""
    is_said = _given(deployment, "profile") and _given(deployment, "threshold")
    if not is_said or expected_alerts.still_to_say(deployment):
        return []
    question = expected_alerts.question_of(
        deployment, profile=deployment.profile, threshold=deployment.threshold
    )
    words = expected_alerts.what_to_give_instead(question)
    return [] if words is None else [words]


def _notice(deployment: Deployment) -> list[str]:
    if deployment.notice_plan or deployment.withholding_proposed:
        return []
    return ["how the public will be told, or why the notice should be withheld"]


def _documents(deployment: Deployment) -> list[str]:
    """Each must be in force when it is relied on, not only once have been."""
    found = {name: getattr(deployment, name) for name in RELIED_ON}
    return [
        f"the {kind.label[0].lower()}{kind.label[1:]} in force"
        for name, kind in RELIED_ON.items()
        if found[name] is None or not found[name].is_in_force
    ]


STEPS: tuple[Step, ...] = (
    Step(
        "who",
        "Who is sought",
        {
            "title": "a title",
            "controller_force_id": "the controller force",
            "categories": "who is sought",
        },
    ),
    Step(
        "where",
        "Where",
        {
            "place": "the place",
            "place_ground": "the ground for the place",
            "place_intelligence": "what supports the ground for the place",
        },
    ),
    Step(
        "when",
        "When",
        {
            "starts_at": "the start",
            "ends_at": "the end",
            "expected_footfall": "how many people pass in a day",
        },
        _window,
    ),
    Step("cameras", "Cameras", further=_cameras),
    Step("zones", "Zones of recognition", further=_zones),
    Step(
        "watchlist",
        "Watchlist",
        {
            "watchlist_criteria": "the watchlist criteria",
            "watchlist_cap": "the most people that the list may hold",
        },
    ),
    Step(
        "recognition",
        "Recognition",
        {"profile": "the model profile", "threshold": "the face-match threshold"},
        _recognition,
    ),
    Step(
        "why",
        "Why",
        {
            "necessity": "why it is necessary",
            "proportionality": "why it is proportionate",
            "alternatives": "what else was considered",
            "community_impact": "the community impact",
        },
    ),
    Step(
        "public",
        "Telling the public",
        {"signs_plan": "where the signs will stand"},
        _notice,
    ),
    Step("documents", "Documents relied on", further=_documents),
)
BY_NAME: dict[str, Step] = {step.name: step for step in STEPS}


def what_is_missing(deployment: Deployment) -> list[Missing]:
    """In the order of the form; empty for what may be submitted."""
    return [missing for step in STEPS for missing in step.missing(deployment)]


def step_after(name: str) -> str | None:
    names = [step.name for step in STEPS]
    following = names[names.index(name) + 1 :]
    return following[0] if following else None


def first_unfinished(deployment: Deployment) -> str | None:
    return next((missing.step for missing in what_is_missing(deployment)), None)
