"""The four processes of the site, as the demo starts them."""

import sys
from pathlib import Path

from lfr_site.demo.environment import ROOT
from lfr_site.readiness import http_answers
from lfr_site.supervised_part import Part

CELERY = (sys.executable, "-m", "celery", "--app", "lfr_site", "--quiet")


def parts(*, port: int, data: Path) -> list[Part]:
    """In the order in which they start; a part that ends is started again a few times."""
    return [
        Part(
            "web",
            (
                sys.executable,
                "-m",
                "daphne",
                "--bind",
                "127.0.0.1",
                "--port",
                str(port),
                "--no-server-name",
                "--application-close-timeout",
                "5",
                "lfr_site.asgi:application",
            ),
            is_ready=lambda: http_answers(f"http://127.0.0.1:{port}/"),
            restarts=3,
        ),
        Part(
            "recognition",
            (
                *CELERY,
                "worker",
                "--queues",
                "recognition",
                "--pool",
                "threads",
                "--concurrency",
                "8",
                "--hostname",
                "recognition@demo",
                "--without-mingle",
                "--without-gossip",
                "--loglevel",
                "INFO",
            ),
            ready_line="ready.",
            restarts=3,
        ),
        Part(
            "general",
            (
                *CELERY,
                "worker",
                "--queues",
                "default",
                "--pool",
                "threads",
                "--concurrency",
                "2",
                "--hostname",
                "general@demo",
                "--without-mingle",
                "--without-gossip",
                "--loglevel",
                "WARNING",
            ),
            restarts=3,
        ),
        Part(
            "beat",
            (
                *CELERY,
                "beat",
                "--schedule",
                str(data / "beat-schedule"),
                "--pidfile=",
                "--loglevel",
                "WARNING",
            ),
            restarts=3,
        ),
    ]


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *arguments)
