"""Whether a server answers yet."""

import http.client
import socket
from urllib.parse import urlsplit

_TIMEOUT_S = 2.0


def http_answers(url: str) -> bool:
    """Say whether the address gives any answer but a server error."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=_TIMEOUT_S
    )
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def port_accepts(port: int, *, host: str = "127.0.0.1") -> bool:
    """Say whether something listens on the port."""
    try:
        with socket.create_connection((host, port), timeout=_TIMEOUT_S):
            return True
    except OSError:
        return False
