import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lfr_site.ports import LOCALHOST, free_port
from lfr_site.readiness import http_answers, port_accepts


class Answers(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer((LOCALHOST, 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "is_answer"), [(200, True), (302, True), (503, False)])
def test_http(port: int, status: int, is_answer: bool) -> None:
    assert http_answers(f"http://{LOCALHOST}:{port}/{status}") is is_answer
    assert port_accepts(port)


def test_nobody_there() -> None:
    port = free_port()

    assert not http_answers(f"http://{LOCALHOST}:{port}/200")
    assert not port_accepts(port)
