"""Somebody who was seen asks for the footage: found by place and time, everybody else hidden,
looked through, handed over. As the disclosure officer does it, over HTTP."""

import hashlib
import io
import json
import re
import time
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from itertools import islice, pairwise
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import av
import numpy as np

from lfr_site.demo.visitor import UnexpectedAnswer, Visitor

LONDON = ZoneInfo("Europe/London")
LOCAL = "%Y-%m-%dT%H:%M"
FIND = "/deployments/subject-access/"
CASE = "SAR/2026/0147"
MOST_TRIED = 8
PREPARE_TIMEOUT_S = 180.0
# So many blocks are across a copy; of a street some are as flat, of a copy all but one person's.
ACROSS, EDGE, FLAT, MOSTLY = 40, 5, 6.0, 0.75
# One picture of so many is looked at.
ONE_OF = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody was seen, and how many were in the picture then."""

    at: float
    heads: int


@dataclass(slots=True)
class Request:
    """One request for access. Each method is a step; it raises UnexpectedAnswer where one fails."""

    officer: Visitor
    address: str = ""

    def open(self, *, place: str, deployment: str) -> None:
        """Find the place and time, and open a request while it is being recorded: what is finished
        later is held."""
        now = datetime.now(LONDON)
        begins, ends = now - timedelta(minutes=2), now + timedelta(minutes=10)
        found = self.officer.get(
            FIND, begins=begins.strftime(LOCAL), ends=ends.strftime(LOCAL), words=place
        ).text
        link = re.search(rf'href="(/deployments/{deployment}/subject-access/open/\?[^"]+)"', found)
        if link is None:
            raise UnexpectedAnswer("the place and time are not found")
        opening = unescape(link[1])
        chosen = {name: value[0] for name, value in parse_qs(urlsplit(opening).query).items()}
        received = datetime.now(LONDON).date().isoformat()
        given = {"case_number": CASE, "received_on": received, "identity": "photo_document"}
        answer = self.officer.post(urlsplit(opening).path, {**chosen, **given}, form_at=opening)
        self.address = urlsplit(answer.url).path

    def ask_for_copy(self, moments: list[Moment]) -> None:
        """Of somebody who was seen with few others. The worker goes on by itself."""
        if "held until this request is answered" not in self.officer.get(self.address).text:
            raise UnexpectedAnswer("the footage is not held for the request")
        self._choose(sorted(moments, key=lambda each: each.heads))

    def answer(self) -> None:
        """Look at the copy, confirm it, hand it over and check what leaves."""
        self._await_the_worker()
        page = self.officer.get(self.address).text
        copies = re.findall(r'href="(\?show=[0-9a-f-]+)#copy-', page)
        if not copies:
            raise UnexpectedAnswer(f"there is no copy: {_fault(page) or 'no reason given'}")
        shown = self.officer.get(self.address + copies[0]).text
        video = re.search(r'<video[^>]* src="([^"]+)"', shown)
        if video is None:
            raise UnexpectedAnswer("the copy is not shown")
        copy = self.officer.get(video[1]).content
        _require_hidden(copy)
        for done in ({"action": "confirm", "looked": "on"}, {"action": "hand_over"}):
            if fault := _fault(self.officer.post(self.address, done).text):
                raise UnexpectedAnswer(f"{done['action']}: {fault}")
        self._check_export(self.officer.get(f"{self.address}export.zip").content, copy)

    def _choose(self, moments: list[Moment]) -> None:
        """The first moment at which somebody's face is found."""
        for moment in moments[:MOST_TRIED]:
            at = datetime.fromtimestamp(moment.at, LONDON).strftime("%H:%M:%S")
            try:
                self.officer.post(self.address, {"action": "faces", "at": at})
            except UnexpectedAnswer:
                continue  # the first pictures come before the first that is recorded
            self._await_the_worker()
            page = self.officer.get(self.address).text
            faces = re.findall(r'href="(\?show=([0-9a-f-]+))#face-', page)
            if not faces:
                continue
            query, file = faces[0]
            picture = re.search(
                r'<img src="([^"]+)" alt="Face 1', self.officer.get(self.address + query).text
            )
            if picture is None or not self.officer.get(picture[1]).content.startswith(b"\xff\xd8"):
                raise UnexpectedAnswer("the face is not shown")
            self.officer.post(self.address, {"action": "copy", "file": file})
            return
        raise UnexpectedAnswer("no face was found at any moment")

    def _await_the_worker(self) -> None:
        deadline = time.monotonic() + PREPARE_TIMEOUT_S
        while self.officer.get(f"{self.address}state/").json()["is_working"]:
            if time.monotonic() > deadline:
                raise UnexpectedAnswer("the worker did not prepare what was asked for in time")
            time.sleep(0.25)

    def _check_export(self, data: bytes, copy: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            (described,) = manifest["copies"]
            leaves = archive.read(described["file"])
        if leaves != copy or hashlib.sha256(leaves).hexdigest() != described["sha256"]:
            raise UnexpectedAnswer("what was handed over is not what was looked at")


def _fault(page: str) -> str:
    """What the page says is wrong, or nothing."""
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


def _require_hidden(video: bytes) -> None:
    """Most of each picture is flat blocks, and of some of them not all."""
    with av.open(io.BytesIO(video), "r") as container:
        frames = islice(container.decode(video=0), None, None, ONE_OF)
        shares = [_flat(frame.to_ndarray(format="gray")) for frame in frames]
    if min(shares) < MOSTLY:
        raise UnexpectedAnswer(f"only {min(shares):.0%} of a picture of the copy is hidden")
    if min(shares) > 0.999:
        raise UnexpectedAnswer("nobody is shown in the copy")


def _flat(picture: np.ndarray) -> float:
    """The share of the copy's blocks, less their edges, in which nothing can be made out."""
    height, width = picture.shape
    lines, columns = (
        np.linspace(0, side, count + 1).astype(int)
        for side, count in ((height, round(height * ACROSS / width)), (width, ACROSS))
    )
    inner = [
        picture[top + EDGE : bottom - EDGE, left + EDGE : right - EDGE]
        for top, bottom in pairwise(lines)
        for left, right in pairwise(columns)
    ]
    return float(np.mean([cell.std() < FLAT for cell in inner]))
