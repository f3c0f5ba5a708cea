"""`manage.py demo --check`: the loop, step by step with times, and what came of it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import requests

from lfr_site.demo import stops
from lfr_site.demo.cast import CAST
from lfr_site.demo.environment import ASSETS, THRESHOLD
from lfr_site.demo.loop import Loop
from lfr_site.demo.running import DemoFailedError, RunningDemo
from lfr_site.demo.truth import load_truth
from lfr_site.demo.visitor import UnexpectedAnswer, Visitor

Say = Callable[[str], None]

WANTED_RATE = 0.9
WANTED_P95_MS = 1000.0
# How soon cameras and sockets stop.
WANTED_STOP_S = 1.0
STOPS = ("cameras_stopped_s", "emergency_stopped_s", "sockets_ended_s")


def check(demo: RunningDemo, *, say: Say) -> dict[str, object]:
    """The report; its `ok` says that every step went well and the figures are reached."""
    began = time.monotonic()
    loop = Loop(
        people={person.role: Visitor(demo.base_url) for person in CAST},
        public=Visitor(demo.base_url),
        assets=ASSETS,
        truth=load_truth(ASSETS / "street.json"),
    )
    facts: dict[str, object] = {}
    problem = ""
    try:
        _go(loop, demo, say, facts)
    except (UnexpectedAnswer, DemoFailedError, requests.RequestException, KeyError) as error:
        problem = f"{type(error).__name__}: {error}"
        say(f"  FAILED  {problem}")
    return _report(loop, facts, seconds=time.monotonic() - began, problem=problem)


def _go(loop: Loop, demo: RunningDemo, say: Say, facts: dict[str, object]) -> None:
    with _step(say, "Everyone signs in"):
        _sign_in(loop, password=demo.folder.secrets()["password"])
    with _step(say, "The applicant applies"):
        loop.apply(threshold=THRESHOLD)
    with _step(say, "A superintendent authorises, the applicant cannot"):
        loop.decide()
    with _step(say, "The public reads the notice"):
        loop.read_notice()
    with _step(say, "The watchlist is filled and enrolled"):
        loop.fill_watchlist(say)
    with _step(say, "The operators acknowledge the briefing"):
        loop.brief()
    with _step(say, "The signs are photographed"):
        loop.photograph_signs()
    with _step(say, "A second person reviews it, and it is asked whether they are still sought"):
        loop.review_watchlist()
    with _step(say, "An operator starts the deployment"):
        loop.start()
    with _step(say, "Somebody asks for the footage; place and time are found, and it is held"):
        loop.ask_for_access()
    with _step(say, f"Cameras are watched for {loop.truth.seconds:.0f} s"):
        loop.watch(seconds=loop.truth.seconds + 2)
    with _step(say, "An operator presses the emergency stop, once"):
        pressed_at = stops.press_emergency_stop(loop)
        stopped_at = _facts(loop, demo)["cameras_stopped_at"]
        facts["emergency_stopped_s"] = stopped_at and round(stopped_at - pressed_at, 3)
    with _step(say, "After the checks recognition goes on"):
        stops.resume(loop)
    with _step(say, "An operator loses the role, and is disabled"):
        password = demo.folder.secrets()["password"]
        facts["sockets_ended_s"] = round(stops.cut_off(loop, password=password), 3)
    with _step(say, "A disclosure officer plays what was recorded, for a reason"):
        loop.play_footage()
    _account(loop, demo, say, facts)


def _account(loop: Loop, demo: RunningDemo, say: Say, facts: dict[str, object]) -> None:
    """From the end on: what is erased, answered, published and verified."""
    with _step(say, "The deployment ends"):
        loop.end()
    with _step(say, "The officer chooses who asked, and a worker begins the copy"):
        loop.choose_person()
    with _step(say, "Everything is erased by rule, and the deployment closes"):
        loop.await_erasure()
    with _step(say, "Ledger, database, file store and schedule agree on what was erased"):
        printed = demo.run("erasure_report", "--json").splitlines()
        report = json.loads(next(line for line in printed if line.startswith("{")))
        facts["erasure_reconciled"] = report["reconciled"]
    facts.update(_facts(loop, demo))
    with _step(say, "The public reads the result"):
        loop.read_result()
    with _step(say, "The copy shows nobody else, is handed over, and is on record"):
        loop.answer_access()
    with _step(say, "The auditor reads the trail, and its chain is verified"):
        loop.read_audit()
        demo.run("audit", "checkpoint")
        demo.run("audit", "verify")
        facts["audit_verified"] = True


def _facts(loop: Loop, demo: RunningDemo) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(demo.run("demo_facts", loop.uuid).splitlines()[-1])
    return facts


def _sign_in(loop: Loop, *, password: str) -> None:
    for person in CAST:
        loop.people[person.role].sign_in(person.username, password)


@contextmanager
def _step(say: Say, words: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"  {words} …")
    yield
    say(f"    done in {time.monotonic() - began:.1f} s")


def _report(
    loop: Loop, facts: dict[str, object], *, seconds: float, problem: str
) -> dict[str, object]:
    tally = loop.tally
    latencies = tally.latencies_ms or [0.0]
    p50, p95 = (float(value) for value in np.percentile(latencies, (50, 95)))
    watchlisted = len(loop.truth.walking)
    stops_s = {name: facts.get(name) for name in STOPS}
    ok = (
        not problem
        and len(tally.right) >= WANTED_RATE * watchlisted
        and tally.wrong == 0
        and p95 < WANTED_P95_MS
        and all(isinstance(took, float) and took <= WANTED_STOP_S for took in stops_s.values())
    )
    return {
        "ok": ok,
        "watchlisted": watchlisted,
        "alerted": len(tally.right),
        "wrong_alerts": tally.wrong,
        "faces_seen": facts.get("faces_seen", 0),
        "latency_p50_ms": round(p50, 1),
        "latency_p95_ms": round(p95, 1),
        **stops_s,
        "audit_verified": facts.get("audit_verified", False),
        "erasure_reconciled": facts.get("erasure_reconciled", False),
        "seconds": round(seconds, 1),
        **({"problem": problem} if problem else {}),
    }
