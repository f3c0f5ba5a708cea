"""How soon a live deployment searches by its changed watchlist: somebody is accepted or withdrawn
while a camera runs on the synthetic street among 20,000 strangers, and the clock runs from the
person's decision, its transaction included, until the gallery that the camera searches has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings

from deployments import watchlist
from deployments.models import Deployment
from recognition.bench.latency import cameras_running
from recognition.bench.options import Options
from recognition.bench.scene import portraits, reviewed, watchlist_manager
from recognition.bench.timing import percentiles
from recognition.enrolling import enrol
from recognition.factory import build_models, load_profile
from recognition.gallery_mirror import MirrorGallery, mirror_of

LONGEST_S = 60.0
LOOK_EVERY_S = 0.002


def measure(options: Options) -> dict[str, Any]:
    build_models(load_profile("embedded"))
    rounds = int(options.chosen(1, 5))
    added: list[float] = []
    withdrawn: list[float] = []
    with cameras_running(1, settings.MAX_FPS) as deployment:
        mirror = _mirror(deployment)
        for _ in range(rounds):
            withdrawn += _withdrawals(deployment, mirror)
            added += _additions(deployment, mirror)
    return {"following_ms": {"added": _figures(added), "withdrawn": _figures(withdrawn)}}


def _mirror(deployment: Deployment) -> MirrorGallery:
    """The one that the camera searches, filled by it."""
    profile = load_profile(deployment.profile)
    mirror = mirror_of(
        deployment.pk, profile_version=profile.model_name, dimension=profile.dimension
    )
    _until(lambda: len(mirror) > deployment.entries.count())
    return mirror


def _withdrawals(deployment: Deployment, mirror: MirrorGallery) -> list[float]:
    withdraw = partial(watchlist.withdraw_entry, by=watchlist_manager(), reason="Found.")
    entries = list(deployment.entries.all())
    return [_followed(mirror, partial(withdraw, entry), -1) for entry in entries]


def _additions(deployment: Deployment, mirror: MirrorGallery) -> list[float]:
    """Enrolled one by one, as somebody is added in the middle of a deployment."""
    taken = []
    for entry in portraits(deployment):
        enrol(entry.pk)
        taken.append(_followed(mirror, partial(reviewed, deployment), 1))
    return taken


def _followed(mirror: MirrorGallery, decide: Callable[[], object], change: int) -> float:
    """Seconds until the gallery has one template more or less."""
    wanted, began = len(mirror) + change, time.perf_counter()
    decide()
    _until(lambda: len(mirror) == wanted)
    return time.perf_counter() - began


def _until(condition: Callable[[], bool]) -> None:
    pause, latest = threading.Event(), time.perf_counter() + LONGEST_S
    while not condition():
        if time.perf_counter() > latest:
            raise TimeoutError("The gallery does not follow its watchlist.")
        pause.wait(LOOK_EVERY_S)


def _figures(seconds: list[float]) -> dict[str, float | int]:
    return percentiles(seconds) | {"p100": round(1000 * max(seconds), 1)}
