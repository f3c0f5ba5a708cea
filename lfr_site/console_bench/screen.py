"""A console in a real Chromium, watched from within: what it hears, what it paints, how long its
tasks take and how much memory they leave."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

WIDTH, HEIGHT = 1366, 768
WAIT_MS = 120_000
# Put before the page's own script.
WATCH = """
window.bench = {order: [], at: [], opened: 0, longest: 0, over: 0, sequence: -1, resyncs: 0};
const Original = window.WebSocket;
window.WebSocket = class extends Original {
  constructor(...given) {
    super(...given);
    bench.opened = Date.now() / 1000;
    this.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "snapshot") bench.sequence = message.sequence;
      if (message.type === "resync") { bench.sequence = message.sequence; bench.resyncs += 1; }
      if (message.type !== "event") return;
      bench.sequence = Math.max(bench.sequence, message.sequence);
      bench.order.push(message.sequence);
      bench.at.push(Date.now() / 1000);
    });
  }
};
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    bench.longest = Math.max(bench.longest, duration);
    if (duration > 200) bench.over += 1;
  }
}).observe({ type: "longtask", buffered: true });
"""


@dataclass(frozen=True, slots=True)
class Screen:
    page: Page
    context: BrowserContext
    devtools: CDPSession

    def follow(self, sequence: int) -> None:
        """Wait until the page has handled it and painted once more."""
        self.page.wait_for_function("(last) => bench.sequence >= last", arg=sequence)
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def painted(self) -> dict[str, float]:
        """When the card of each alert was first on the screen, by alert."""
        found: dict[str, float] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("li[data-painted-at]")]
                .map((card) => [card.dataset.uuid, Number(card.dataset.paintedAt)]))"""
        )
        return found

    def heard(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("() => bench")
        return found

    def forget(self) -> None:
        """Count from here."""
        self.page.evaluate(
            "() => Object.assign(bench, {order: [], at: [], longest: 0, over: 0, resyncs: 0})"
        )

    def forget_order(self) -> None:
        """What this bench itself keeps in the page is not the page's memory."""
        self.page.evaluate("() => { bench.order = []; bench.at = []; }")

    def memory_mb(self) -> float:
        """What is left of the page's memory once its rubbish is gone."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        named = {each["name"]: each["value"] for each in metrics}
        return float(named["JSHeapUsedSize"]) / 2**20


@contextmanager
def screen(address: str, *, cookie: str, origin: str) -> Iterator[Screen]:
    """The console's page, live."""
    name, _, value = cookie.partition("=")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium.")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        context.set_default_timeout(WAIT_MS)
        context.add_cookies([{"name": name, "value": value, "url": origin}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector('body[data-connection="live"]')
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable")
        yield Screen(page, context, devtools)
        browser.close()
