"""Browser tests of footage use the real daphne of those of the alerts."""

from tests.alerts.conftest import page_of, running_web_server, web_server

__all__ = ["page_of", "running_web_server", "web_server"]
