"""How the site's processes log, beside the table in the settings."""

import logging
import threading
from typing import Any

import structlog
from celery.signals import setup_logging

from lfr_site.error_traces import in_structlog, in_threads


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            in_structlog,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    )
    threading.excepthook = in_threads


@setup_logging.connect
def keep_the_sites_own(loglevel: int | str | None = None, **_: Any) -> None:
    """Celery would add handlers whose tracebacks and arguments are not ours to vouch for. Its
    `--loglevel` counts for its own loggers."""
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)
