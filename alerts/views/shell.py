"""The files that a handheld keeps so that it starts without a signal: styles and scripts, which are
the same for everybody. No page of a person, no answer, no image of a face is ever among them."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

SHELL_FILES = (
    "css/tokens.css",
    "css/dark.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/records.css",
    "css/forms.css",
    "css/tables.css",
    "css/pages.css",
    "css/print.css",
    "css/handheld.css",
    "img/favicon.svg",
    "img/icons.svg",
    "js/theme.js",
    "js/console/dom.js",
    "js/console/pictures.js",
    "js/console/post.js",
    "js/console/socket.js",
    "js/console/store.js",
    "js/console/times.js",
    "js/handheld/field_alert.js",
    "js/handheld/main.js",
    "js/handheld/outbox.js",
    "js/handheld/projection.js",
    "js/handheld/sunlight.js",
)
PAGE = Path("templates") / "alerts"


@cache
def shell_version() -> str:
    """Of the files' contents and the page's: another of either is another version."""
    digest = hashlib.sha256()
    for name in SHELL_FILES:
        path = finders.find(name)
        digest.update(Path(path).read_bytes() if path else b"")
    for template in ("handheld.html", "parts/field_alert.html"):
        digest.update((settings.BASE_DIR / PAGE / template).read_bytes())
    return digest.hexdigest()[:16]
