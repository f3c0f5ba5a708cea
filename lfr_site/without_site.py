"""Commands that measure and install need neither database nor secrets: on a machine where no site
is configured they run all the same, with settings that reach nothing."""

import base64
import os
import secrets
from collections.abc import MutableMapping

COMMANDS = frozenset({"evaluate", "models", "protocol_schema"})
CONFIGURED_BY = ("LFR_DATABASE_URL", "LFR_SECRET_KEY", "LFR_MASTER_KEY", "LFR_REDIS_URL")


def allow(command: str, *, environ: MutableMapping[str, str] = os.environ) -> None:
    """Fill in what the settings ask for, unless any of it is there: half a configuration is a
    mistake, and the settings name it."""
    if command not in COMMANDS or any(
        name in environ or f"{name}_FILE" in environ for name in CONFIGURED_BY
    ):
        return
    environ.update(
        LFR_DATABASE_URL="postgresql://nobody@/none?host=/nowhere",
        LFR_REDIS_URL="redis://127.0.0.1:1/0",
        LFR_SECRET_KEY=secrets.token_urlsafe(48),
        LFR_MASTER_KEY=base64.b64encode(secrets.token_bytes(32)).decode(),
        LFR_WITHOUT_SITE="1",
    )
    environ.setdefault("LFR_FORCE_NAME", "None")
