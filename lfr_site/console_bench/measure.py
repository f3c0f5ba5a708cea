"""The measurements, one after the other, against a running site."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from deployments.models import Deployment, User
from lfr_site.console_bench.crowd import Crowd
from lfr_site.console_bench.screen import Screen, screen
from lfr_site.console_bench.world import (
    burst,
    cookie_of,
    last_sequence,
    live_deployment,
    operator,
    settle,
    shift,
    storm,
)

SESSIONS = 20  # of the operator's, shared out among the consoles
BATCH = 50  # alerts of a long shift that come together


@dataclass(frozen=True, slots=True)
class Plan:
    """Quick: to see what is badly wrong."""

    consoles: int = 200
    steady: int = 90
    every_s: float = 0.25
    storm_consoles: int = 50
    storm: int = 1000
    storm_s: float = 10.0
    missed: int = 500
    shift: int = 10_000


QUICK = Plan(consoles=40, steady=20, storm_consoles=10, storm=100, storm_s=2.0, shift=500)


@dataclass(frozen=True, slots=True)
class Site:
    origin: str
    deployment: Deployment
    user: User
    cookies: Sequence[str]

    @property
    def page(self) -> str:
        return f"{self.origin}/alerts/console/{self.deployment.uuid}/"

    def crowd(self, count: int, *, since: int | None = None) -> Crowd:
        query = "?versions=2" + ("" if since is None else f"&since={since}")
        path = f"/ws/deployments/{self.deployment.uuid}/console/{query}"
        socket = self.origin.replace("http", "ws", 1) + path
        return Crowd(socket, self.origin, self.cookies, count)


def measure(origin: str, plan: Plan) -> dict[str, Any]:
    deployment = live_deployment()
    user = operator(deployment)
    site = Site(origin, deployment, user, [cookie_of(user) for _ in range(SESSIONS)])
    with screen(site.page, cookie=site.cookies[0], origin=origin) as console:
        figures = _steady(site, plan, console)
        settle(deployment, by=user)
        storm_figures = _storm(site, plan, console)
        settle(deployment, by=user)
        figures |= _catch_up(site, plan, console)
        settle(deployment, by=user)
        figures |= _memory(site, plan, console)
    wrong = {name: figures.pop(f"steady_{name}") + storm_figures.pop(name) for name in WRONGS}
    return figures | storm_figures | wrong


WRONGS = ("lost", "doubled", "out_of_order", "resyncs")


def _steady(site: Site, plan: Plan, console: Screen) -> dict[str, Any]:
    """Alerts as they come, with all consoles open."""
    with site.crowd(plan.consoles) as crowd:
        before = last_sequence(site.deployment)
        console.forget()
        stored = storm(site.deployment, plan.steady, every_s=plan.every_s)
        last = last_sequence(site.deployment)
        console.follow(last)
        reports = crowd.reports(last=last)
    painted = console.painted()
    paints = [painted[uuid] - at for uuid, at in stored.items() if uuid in painted]
    heard = [at - stored[uuid] for ear in reports for uuid, at in ear["raised"].items()]
    wrongs = _wrongs([*reports, console.heard()], before, last)
    figures: dict[str, Any] = {f"steady_{name}": number for name, number in wrongs.items()}
    return figures | {
        "consoles": plan.consoles,
        "painted": len(paints),
        "paint_p50_ms": _percentile(paints, 50),
        "paint_p95_ms": _percentile(paints, 95),
        "paint_p99_ms": _percentile(paints, 99),
        "heard_p50_ms": _percentile(heard, 50),
        "heard_p95_ms": _percentile(heard, 95),
        "heard_p99_ms": _percentile(heard, 99),
    }


def _storm(site: Site, plan: Plan, console: Screen) -> dict[str, Any]:
    with site.crowd(plan.storm_consoles) as crowd:
        before = last_sequence(site.deployment)
        console.forget()
        began = time.monotonic()
        stored = burst(site.deployment, plan.storm, seconds=plan.storm_s)
        lasted = time.monotonic() - began
        last = last_sequence(site.deployment)
        console.follow(last)
        reports = crowd.reports(last=last)
    heard = [at - stored[uuid] for ear in reports for uuid, at in ear["raised"].items()]
    seen = console.heard()
    shown = int(console.page.locator('[data-group="waiting"] [data-count]').inner_text())
    return _wrongs([*reports, seen], before, last) | {
        "storm_consoles": plan.storm_consoles,
        "storm_alerts": plan.storm,
        "storm_s": round(lasted, 1),
        "storm_heard_p95_ms": _percentile(heard, 95),
        "storm_shown": shown,
        "longest_task_ms": round(seen["longest"]),
        "tasks_over_200_ms": seen["over"],
    }


def _catch_up(site: Site, plan: Plan, console: Screen) -> dict[str, Any]:
    """A screen that was away while so much happened, and as many consoles as in the storm that
    come back together."""
    console.context.set_offline(offline=True)
    console.page.wait_for_selector('body[data-connection="offline"]')
    before = last_sequence(site.deployment)
    shift(site.deployment, plan.missed // 3, by=site.user)
    storm(site.deployment, plan.missed - (last_sequence(site.deployment) - before), every_s=0)
    last = last_sequence(site.deployment)
    console.forget()
    console.context.set_offline(offline=False)
    console.follow(last)
    back = time.time()
    seen = console.heard()
    with site.crowd(1, since=before) as one:
        alone = one.reports(last=last)[0]["catch_up_s"]
    with site.crowd(plan.storm_consoles, since=before) as crowd:
        together = [ear["catch_up_s"] for ear in crowd.reports(last=last)]
    return {
        "catch_up_events": last - before,
        "catch_up_s": round(back - seen["opened"], 3),
        "catch_up_socket_s": round(alone, 3),
        "catch_up_together_s": round(max(together), 3),
        "catch_up_resyncs": seen["resyncs"],
    }


def _memory(site: Site, plan: Plan, console: Screen) -> dict[str, Any]:
    """After a first tenth that fills what the page keeps of what was decided."""
    memory: list[float] = []
    console.forget()
    for done in range(0, plan.shift, BATCH):
        shift(site.deployment, BATCH, by=site.user)
        console.follow(last_sequence(site.deployment))
        console.forget_order()
        if (done + BATCH) % (plan.shift // 10) == 0:
            memory.append(console.memory_mb())
    slope = np.polyfit(range(len(memory) - 1), memory[1:], 1)[0] if len(memory) > 2 else 0.0
    return {
        "shift_alerts": plan.shift,
        "memory_mb": [round(each, 2) for each in memory],
        "memory_growth_mb_per_1000": round(float(slope) * 10_000 / plan.shift, 3),
        "shift_tasks_over_200_ms": console.heard()["over"],
    }


def _wrongs(ears: Iterable[dict[str, Any]], before: int, last: int) -> dict[str, int]:
    """Over all consoles. What a resynchronisation replaced counts as lost: it was not told."""
    wanted = set(range(before + 1, last + 1))
    found = dict.fromkeys(WRONGS, 0)
    for ear in ears:
        order = [sequence for sequence in ear["order"] if sequence > before]
        found["lost"] += len(wanted - set(order))
        found["doubled"] += len(order) - len(set(order))
        found["out_of_order"] += sum(b < a for a, b in pairwise(order))
        found["resyncs"] += ear["resyncs"]
    return found


def _percentile(seconds: Sequence[float], share: float) -> float | None:
    return round(float(np.percentile(seconds, share)) * 1000, 1) if seconds else None
