"""A person at a browser, without the browser: signs in, reads forms, posts them."""

import re
import time
from collections.abc import Mapping
from typing import Any

import requests

_REFUSAL = re.compile(r'message-error">.*?<p>(.*?)</p>', re.DOTALL)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TIMEOUT_S = 20


class UnexpectedAnswer(Exception):
    """A page answered otherwise than a person would expect; the message says which."""


class Visitor:
    """One session. Nobody is signed in until `sign_in`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = requests.Session()
        self.sent_at = 0.0  # when the last form was sent, in seconds since 1970

    def sign_in(self, username: str, password: str) -> None:
        page = self.post("/sign-in/", {"username": username, "password": password})
        if "sessionid" not in self.session.cookies:
            raise UnexpectedAnswer(f"sign-in refused ({page.status_code})")

    def get(self, path: str, *, expect: int = 200, **params: str) -> requests.Response:
        answer = self.session.get(self.base_url + path, params=params, timeout=TIMEOUT_S)
        return _expected(answer, expect)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        form_at: str | None = None,
        files: Any = None,
        is_refused: bool = False,
    ) -> requests.Response:
        """Fetch the form's page for its token, then post, following the redirect. A refusal that
        the page shows is an UnexpectedAnswer with its words, unless one is expected."""
        token = self._token(form_at or path)
        self.sent_at = time.time()
        answer = self.session.post(
            self.base_url + path,
            data={**(data or {}), "csrfmiddlewaretoken": token},
            files=files,
            headers={"Referer": self.base_url + path},
            timeout=TIMEOUT_S,
        )
        refusal = _REFUSAL.search(_expected(answer, 200).text)
        if bool(refusal) != is_refused:
            raise UnexpectedAnswer(f"{path}: {refusal[1] if refusal else 'was not refused'}")
        return answer

    def send(self, path: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Post as the console's scripts do: token in a header, JSON back."""
        answer = self.session.post(
            self.base_url + path,
            data=data or {},
            headers={
                "X-CSRFToken": str(self.session.cookies["csrftoken"]),
                "Accept": "application/json",
                "Referer": self.base_url,
            },
            timeout=TIMEOUT_S,
        )
        facts: dict[str, Any] = _expected(answer, 200).json()
        return facts

    def _token(self, path: str) -> str:
        found = _TOKEN.search(self.get(path).text)
        if found is None:
            raise UnexpectedAnswer(f"no form at {path}")
        return found[1]


def _expected(answer: requests.Response, status: int) -> requests.Response:
    if answer.status_code != status:
        raise UnexpectedAnswer(
            f"{answer.request.method} {answer.request.path_url}: {answer.status_code}, not {status}"
        )
    return answer
