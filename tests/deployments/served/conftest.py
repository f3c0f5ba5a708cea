"""What is tried against a real daphne: that of the browser tests of the alerts."""

from tests.alerts.conftest import running_web_server, web_server

__all__ = ["running_web_server", "web_server"]
