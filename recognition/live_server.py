"""Hands the pictures of this worker's cameras to the web process: HTTP on an address of this
machine, a token for each camera run, JPEGs from memory to memory.

Frames never go through the broker or the database (rule I2). The token is derived from the run's
lease with the site's secret key, so that it is stored nowhere and ends with the lease."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

from django.conf import settings
from structlog import get_logger

from recognition.live_tap import LiveTap

log = get_logger(__name__)

PICTURE_WITHIN_S = 1.5
_taps: dict[int, tuple[str, LiveTap]] = {}
_starting = threading.Lock()
_server: ThreadingHTTPServer | None = None


class Unwatchable(Exception):
    """No picture can be had; the message says why, in words."""


def token_of(lease_token: UUID) -> str:
    message = f"live view {lease_token}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, sha256).hexdigest()


@contextmanager
def offered(run_id: int, lease_token: UUID, tap: LiveTap) -> Iterator[str]:
    """Offer a camera's pictures. Gives the address; empty where none could be had, which keeps no
    camera from being read."""
    _taps[run_id] = (token_of(lease_token), tap)
    try:
        yield _address()
    finally:
        tap.close()
        _taps.pop(run_id, None)


def picture_from(address: str, run_id: int, lease_token: UUID) -> bytes:
    """Asked by the web process. Raises Unwatchable."""
    connection = HTTPConnection(address, timeout=PICTURE_WITHIN_S + 1)
    try:
        headers = {"Authorization": f"Bearer {token_of(lease_token)}"}
        connection.request("GET", f"/{run_id}", headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as error:
        raise Unwatchable("The worker that reads this camera cannot be reached.") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Unwatchable("The camera gives no picture right now.")
    return content


def _address() -> str:
    global _server  # noqa: PLW0603
    with _starting:
        if _server is None:
            try:
                _server = ThreadingHTTPServer((settings.LIVE_VIEW_HOST, 0), _Handler)
            except OSError as error:
                log.warning("live_view_not_offered", error=type(error).__name__)
                return ""
            threading.Thread(target=_server.serve_forever, name="live", daemon=True).start()
        host, port = _server.server_address[:2]
        return f"{host!s}:{port}"


class _Handler(BaseHTTPRequestHandler):
    server_version = "live"
    sys_version = ""

    def do_GET(self) -> None:
        run_id = self.path.removeprefix("/")
        known = _taps.get(int(run_id)) if run_id.isascii() and run_id.isdigit() else None
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if known is None or not hmac.compare_digest(given.encode(), known[0].encode()):
            self.send_error(404)
            return
        picture = known[1].take(timeout_s=PICTURE_WITHIN_S)
        if picture is None:
            self.send_response(204)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(picture)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(picture)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Who watches is in the audit trail; nothing is written here."""
