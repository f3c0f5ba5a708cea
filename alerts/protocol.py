"""What a console and the server say to each other. `docs/protocol.md` tells it with examples.

Messages carry ids and small facts: no name, reference, similarity or image of a person. Images
come by address, each view of one being a logged consultation. `docs/protocol.schema.json` is made
from these types by `manage.py protocol_schema`."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Literal, NotRequired

from typing_extensions import TypedDict  # pydantic reads it on Python 3.11 as well

# What this server speaks, newest first. A client names what it speaks and gets the newest of both.
VERSIONS: tuple[int, ...] = (2,)
VERSION = VERSIONS[0]
# The state of things is told so often, and asked for with it.
HEARTBEAT_S = 1.0
# A look at the log and the rights at least so often, knock or none: half of the second within
# which a socket must close on a lost right.
LOOK_S = 0.5
# A client further behind than this starts again from a snapshot.
MAX_MISSED = 500
# A client that acknowledges nothing for so many events is sent no more until it does.
MAX_UNACKNOWLEDGED = 500
# Nor one that has acknowledged nothing of what it was sent for so long. Once it catches up it is
# resynchronised: what waited for it shows faces that others may have dealt with meanwhile.
MAX_LAG_S = 5.0
# A client that says nothing at all is gone, whatever its network believes.
MAX_SILENCE_S = 30.0
MAX_CLIENT_MESSAGE = 500  # characters


class Audience(StrEnum):
    CONSOLE = "console"
    HANDHELD = "handheld"


class CloseCode(IntEnum):
    MALFORMED = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    VERSION = 4406
    TOO_SLOW = 4408
    DEPLOYMENT_CLOSED = 4409
    DEPLOYMENT_ENDED = 4410
    TRY_AGAIN = 4503


class Images(TypedDict):
    """Paths on this server. Each asks for rights, and each answer is a logged consultation."""

    probe: str
    candidate: str
    context: str


class OfficerFacts(TypedDict):
    """An officer who acknowledged the alert, with their own view of it so far."""

    id: int
    name: str
    view: str
    view_words: str


class AlertFacts(TypedDict):
    """Times are seconds since 1970, with fractions."""

    uuid: str
    url: str
    status: str
    status_words: str
    category: str
    category_words: str
    response: str
    response_words: str
    camera: str
    captured_at: float
    raised_at: float
    last_seen_at: float
    decided_at: float | None
    sightings: int
    lookalike: bool
    escalated: bool
    urgency: int
    claimed_by: str | None
    claimed_by_id: int | None
    outcome: str
    outcome_words: str
    officers: list[OfficerFacts]
    kind: str
    kind_words: str
    undo_until: float | None
    sending_at: float | None
    erased: bool
    images: Images | None


class CameraFacts(TypedDict):
    """Counts are those of the deployment so far, rates of the last second and minute."""

    id: int
    name: str
    state: str
    state_words: str
    frames_per_s: float
    faces_seen: int
    faces_per_min: float
    dropped: int
    picture_age_s: float | None


class DeploymentFacts(TypedDict):
    uuid: str
    title: str
    status: str
    status_words: str
    starts_at: float
    ends_at: float
    window_left_s: float
    threshold: float
    profile: str
    watchlist_size: int
    watchlist_built_at: float | None


class OperatorFacts(TypedDict):
    """Someone who has a console of this deployment open, or holds an alert of it."""

    name: str
    present: bool
    holding: int


class You(TypedDict):
    id: int
    name: str


class Hello(TypedDict):
    type: Literal["hello"]
    version: int
    audience: str
    sequence: int
    server_time: float
    heartbeat_s: float
    you: You


class Snapshot(TypedDict):
    """`snapshot` opens a connection; `resync` replaces everything a client knew."""

    type: Literal["snapshot", "resync"]
    sequence: int
    server_time: float
    alerts: list[AlertFacts]


class Event(TypedDict):
    type: Literal["event"]
    sequence: int
    kind: str
    at: float
    missed: bool
    alert: AlertFacts


class Heartbeat(TypedDict):
    """The state of things. `sequence` is the newest there is."""

    type: Literal["heartbeat"]
    sequence: int
    server_time: float
    deployment: DeploymentFacts
    cameras: list[CameraFacts]
    operators: list[OperatorFacts]


class Bye(TypedDict):
    type: Literal["bye"]
    code: int
    reason: str


ServerMessage = Hello | Snapshot | Event | Heartbeat | Bye


class Ack(TypedDict):
    """The only message of a client: it has handled everything up to this sequence."""

    type: Literal["ack"]
    sequence: int


class OtherFacts(TypedDict):
    """Another person of the watchlist who is almost as similar. `eyes` as in `SourceFacts`."""

    rank: int
    image: str
    image_age_days: int
    eyes: list[float] | None


class SourceFacts(TypedDict):
    """The watchlist image that is compared with, and where the probe was in the camera's picture.

    `source_position_s` is given where the source is a file; `face_box` is x, y, width and height
    in pixels of the frame; eyes are left x, y, right x, y in fractions of their picture."""

    image_date: str
    image_age_days: int
    image_source: str
    source_position_s: float | None
    face_box: list[float] | None
    probe_eyes: list[float] | None
    candidate_eyes: list[float] | None
    others: list[OtherFacts]


class NearFacts(TypedDict):
    rank: int
    name: str
    reference: str
    band: str


class IdentityFacts(TypedDict):
    """Only over HTTP, on request, after the operator's own first look, and never on a socket."""

    name: str
    reference: str
    lawful_basis: str
    band: str
    band_meaning: str
    others: list[NearFacts]


class ComparisonFacts(TypedDict):
    """What somebody compared: factors in words, for and against, and their free texts."""

    in_favour: list[str]
    against: list[str]
    subject: str
    system: str
    environment: str


class JudgementFacts(TypedDict):
    by: str
    at: float
    verdict: str
    verdict_words: str
    reason_words: str
    undone: bool
    compared: ComparisonFacts


class DraftFacts(TypedDict):
    """What the person who asks has begun to write down: values, and their texts by subject."""

    in_favour: list[str]
    against: list[str]
    subject: str
    system: str
    environment: str
    reason: str


class FieldTimes(TypedDict):
    """When officers were told of the alert, and since when they are with the person; null where
    they were not, or are not yet."""

    sent_at: float | None
    engaged_from: float | None


class SecondFacts(TypedDict):
    """`answered_by` and what follows are null until a second operator has answered."""

    asked_by: str
    asked_at: float
    answered_by: str | None
    verdict: str
    verdict_words: str
    compared: ComparisonFacts | None


class Detail(TypedDict):
    """The answer to a look at one alert. `looked`: the person who asks has recorded their own
    first look; `draft` is what they have begun to write down. What others judged is told once the
    alert is decided, or to its operator."""

    alert: AlertFacts
    sources: SourceFacts | None
    looked: bool
    draft: DraftFacts | None
    field: FieldTimes
    second: SecondFacts | None
    judgements: list[JudgementFacts]
    identity: IdentityFacts | None


class ActionAnswer(TypedDict):
    """The answer of every action over HTTP. `error` says in words why it was refused."""

    alert: AlertFacts | None
    error: NotRequired[str]


REASONS: dict[CloseCode, str] = {
    CloseCode.MALFORMED: "This client sent something that is not part of the protocol.",
    CloseCode.SIGNED_OUT: "You are signed out. Your session is over, or your account or your roles "
    "were changed.",
    CloseCode.FORBIDDEN: "You may not see the alerts of this deployment.",
    CloseCode.NOT_FOUND: "There is no such deployment.",
    CloseCode.VERSION: "This page and the server are of different versions. Load the page again.",
    CloseCode.TOO_SLOW: "This connection is too slow to show what is happening now.",
    CloseCode.DEPLOYMENT_CLOSED: "This deployment is not open for alerts.",
    CloseCode.DEPLOYMENT_ENDED: "This deployment has ended. What is open can still be finished.",
    CloseCode.TRY_AGAIN: "The server cannot answer right now. Try again.",
}


def bye(code: CloseCode) -> Bye:
    return {"type": "bye", "code": code.value, "reason": REASONS[code]}


def parse_ack(content: object) -> int | None:
    """The sequence that a client acknowledges; None where it says anything else."""
    if not isinstance(content, dict) or content.get("type") != "ack":
        return None
    sequence = content.get("sequence")
    if isinstance(sequence, bool) or not isinstance(sequence, int) or sequence < 0:
        return None
    return sequence


def agreed_version(offered: Iterable[str]) -> int | None:
    """The newest version that both speak; None where there is none. A client that offers nothing
    is spoken to in the newest."""
    spoken = set(offered)
    if not spoken:
        return VERSION
    return next((version for version in VERSIONS if str(version) in spoken), None)
