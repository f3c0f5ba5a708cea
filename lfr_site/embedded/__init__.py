"""PostgreSQL and Redis from pip packages, for the demo and the tests. Not for production."""

from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.servers import EmbeddedServers, Urls, discard

__all__ = ["EmbeddedServerError", "EmbeddedServers", "Urls", "discard"]
