"""The live authority of one camera run (rule I1).

A thread asks the database several times a second whether the deployment is still live. The answer
ages: when the database cannot be reached, the authority lapses by itself, and the end of the
window is checked against the worker's own clock on every frame, whatever else is down. So is the
deadline by which an urgent authority is reviewed: unreviewed, it ends there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from structlog import get_logger

from deployments.enums import Status
from deployments.models import Deployment
from recognition.models.camera_check import LOOKED_AT_WHILE

log = get_logger(__name__)

POLL_S = 0.15
# Together with one poll this keeps the promise of one second.
LAPSES_AFTER_S = 0.8

_worker_stops = threading.Event()


def stop_all(**_: object) -> None:
    """This worker shuts down: every camera is given back at once, for another worker to take."""
    _worker_stops.set()


@dataclass(frozen=True, slots=True)
class Answer:
    is_live: bool
    ends_at: float
    watchlist_version: int
    terms_version: int = 1


def ask(deployment_id: int) -> Answer:
    """One question to the database. Raises DatabaseError."""
    deployment = (
        Deployment.objects.filter(pk=deployment_id)
        .only(
            "status",
            "ends_at",
            "review_due_at",
            "reviewed_at",
            "watchlist_version",
            "terms_version",
        )
        .first()
    )
    if deployment is None:
        return Answer(False, 0.0, 0)
    return Answer(
        deployment.status == Status.LIVE,
        deployment.authority_ends_at.timestamp(),
        deployment.watchlist_version,
        deployment.terms_version,
    )


def ask_to_look(deployment_id: int) -> Answer:
    """Whether a camera may be looked at before the start, to see that it works: decided, made
    ready and within the window by the database's clock and by this machine's."""
    now = Now()
    deployment = (
        Deployment.objects.filter(
            pk=deployment_id,
            status__in=LOOKED_AT_WHILE,
            decided_by__isnull=False,
            starts_at__lte=now,
            ends_at__gt=now,
        )
        .only("starts_at", "ends_at", "review_due_at", "reviewed_at")
        .first()
    )
    if deployment is None or deployment.starts_at.timestamp() > time.time():
        return Answer(False, 0.0, 0)
    return Answer(True, deployment.authority_ends_at.timestamp(), 0)


class AuthorityWatch(threading.Thread):
    """Runs beside the camera's loop; `holds` is cheap and may be asked on every frame.

    `on_tick` runs on this thread after each good answer, with the watchlist's version; returning
    False gives the authority up (a lost lease). `on_loss` runs once when authority ends. A run on
    other terms than those of `terms_version` has no authority: `terms_changed` says it was that."""

    def __init__(
        self,
        deployment_id: int,
        *,
        on_tick: Callable[[int], bool],
        on_loss: Callable[[], None],
        terms_version: int = 1,
        question: Callable[[int], Answer] = ask,
    ) -> None:
        super().__init__(name=f"authority-{deployment_id}", daemon=True)
        self._deployment_id = deployment_id
        self._on_tick = on_tick
        self._on_loss = on_loss
        self._question = question
        self._terms_version = terms_version
        self.terms_changed = False
        self._over = threading.Event()
        self._losing = threading.Lock()
        self._ends_at = 0.0
        self._answered_at = float("-inf")

    def __enter__(self) -> Self:
        """Ask once before anything is read; without an answer there is no authority."""
        self._ask()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=5)

    def holds(self) -> bool:
        return (
            not self._over.is_set()
            and not _worker_stops.is_set()
            and time.time() < self._ends_at
            and time.monotonic() - self._answered_at < LAPSES_AFTER_S
        )

    def run(self) -> None:
        # The reader may be blocked in a call that no database answer can end: a timer of its own
        # notices a lapse while this thread waits for the database.
        lapse = threading.Thread(target=self._watch_for_lapse, daemon=True)
        lapse.start()
        try:
            while not self._over.wait(POLL_S):
                self._ask()
        finally:
            connection.close()

    def _ask(self) -> None:
        asked_at = time.monotonic()
        try:
            answer = self._question(self._deployment_id)
            if answer.is_live and answer.terms_version != self._terms_version:
                self.terms_changed = True
                self._lose()
                return
            if not answer.is_live or not self._on_tick(answer.watchlist_version):
                self._lose()
                return
            self._ends_at = answer.ends_at
            self._answered_at = asked_at
        except DatabaseError as error:
            log.warning("authority_unknown", error=type(error).__name__)
            connection.close()
        except Exception as error:  # noqa: BLE001 - no traceback: on_tick's holds templates
            log.error("authority_given_up", error=type(error).__name__)
            self._lose()

    def _watch_for_lapse(self) -> None:
        while not self._over.wait(POLL_S / 2):
            if not self.holds():
                self._lose()

    def _lose(self) -> None:
        """Both threads may find it lost in the same moment; only one says so."""
        with self._losing:
            if self._over.is_set():
                return
            self._over.set()
        self._on_loss()
