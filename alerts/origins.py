"""A socket is opened by a page of this site. Another site's page is refused before it is heard."""

from typing import Any
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings
from structlog import get_logger

log = get_logger(__name__)


class OwnOrigin(OriginValidator):
    """A refusal is logged: somebody's browser was made to ask."""

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        is_own = bool(super().valid_origin(parsed_origin))
        if not is_own:
            host = parsed_origin.hostname if parsed_origin else None
            log.warning("socket_refused", reason="foreign origin", origin=host)
        return is_own


def own_origin_only(application: Any) -> OwnOrigin:
    return OwnOrigin(application, settings.ALLOWED_HOSTS)
