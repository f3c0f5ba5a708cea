"""The whole loop as the people concerned go through it, over HTTP and a WebSocket."""

import hashlib
import io
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lfr_site.demo.access import Moment, Request
from lfr_site.demo.application import write_application
from lfr_site.demo.listener import ConsoleListener, listen
from lfr_site.demo.sheet import sheet_of
from lfr_site.demo.signs import sign_picture
from lfr_site.demo.truth import Truth
from lfr_site.demo.visitor import UnexpectedAnswer, Visitor
from recognition.demo_watchlist import rows

ENROL_TIMEOUT_S = 180.0
IMPORT_TIMEOUT_S = 60.0
CHECKS_TIMEOUT_S = 60.0
ERASE_TIMEOUT_S = 90.0
TOLD_WITHIN_S = 20.0


@dataclass(slots=True)
class Tally:
    """What came of the alerts, judged against the ground truth."""

    right: set[str] = field(default_factory=set)
    wrong: int = 0
    latencies_ms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Loop:
    """One deployment. Each method is a step; it raises UnexpectedAnswer where one fails."""

    people: dict[str, Visitor]
    public: Visitor
    assets: Path
    truth: Truth
    uuid: str = ""
    tally: Tally = field(default_factory=Tally)
    seen: list[Moment] = field(default_factory=list)
    access: Request | None = None

    @property
    def page(self) -> str:
        return f"/deployments/{self.uuid}/"

    def apply(self, *, threshold: float) -> None:
        """The applicant writes step by step, leaves, takes it up again and submits."""
        applicant = self.people["applicant"]
        self.uuid = write_application(applicant, place=PLACE, threshold=threshold)
        review = f"{self.page}apply/review/"
        if "Nothing is missing." not in applicant.get(review).text:
            raise UnexpectedAnswer("the application lacks something")
        answer = applicant.post(f"{self.page}submit/", form_at=review)
        if not answer.url.endswith(self.page) or "Submitted" not in answer.text:
            raise UnexpectedAnswer("the application was not submitted")

    def decide(self) -> None:
        officer = self.people["authorising_officer"]
        decision = {
            "decision": "authorise",
            "reasons": "Necessary for the offences named, limited in place and time.",
            "conditions": CONDITIONS,
        }
        self.people["applicant"].post(
            f"{self.page}decide/", decision, form_at=self.page, is_refused=True
        )
        officer.post(f"{self.page}decide/", decision, form_at=self.page)
        self.expect_status("Authorised")
        self._take_the_authority(officer)

    def _take_the_authority(self, officer: Visitor) -> None:
        """The written authority says what was decided, and its record has the printed hash."""
        found = re.search(r"authority/\d+/", officer.get(self.page).text)
        if found is None:
            raise UnexpectedAnswer("there is no written authority")
        page = f"{self.page}{found[0]}"
        words, record = officer.get(page).text, officer.get(f"{page}json/").content
        if CONDITIONS not in words or hashlib.sha256(record).hexdigest() not in words:
            raise UnexpectedAnswer("the written authority is not what was decided")
        if not officer.get(f"{page}pdf/").content.startswith(b"%PDF"):
            raise UnexpectedAnswer("the written authority cannot be printed")

    def read_notice(self) -> None:
        """Anyone reads date, place and times, without a cookie."""
        for path in ("/", f"/deployment/{self.uuid}/"):
            text = self.public.get(path).text
            if PLACE not in text:
                raise UnexpectedAnswer(f"no notice at {path}")
        if self.public.session.cookies:
            raise UnexpectedAnswer("the public page set a cookie")

    def fill_watchlist(self, say: Callable[[str], None]) -> None:
        """One entry by hand, the others from a sheet with a zip of images; wait for all."""
        manager = self.people["watchlist_manager"]
        first, *others = rows(self.assets)
        single = {name: value for name, value in first.items() if name != "image"}
        image = (self.assets / "portraits" / first["image"]).read_bytes()
        manager.post(f"{self.page}watchlist/add/", single, files={"image": (first["image"], image)})
        answer = manager.post(
            f"{self.page}watchlist/import/",
            files={
                "sheet": ("watchlist.csv", sheet_of(others)),
                "archive": ("portraits.zip", _zipped(self.assets, [r["image"] for r in others])),
            },
        )
        self._import(manager, answer.url.removeprefix(manager.base_url), rows=len(others))
        state = self._enrolled(manager, say)
        if state["to_review"] != len(others) + 1:
            raise UnexpectedAnswer(f"{state['to_review']} of {len(others) + 1} wait for review")

    def _import(self, manager: Visitor, report: str, *, rows: int) -> None:
        """The dry run, the decision, and each row added."""
        for decision, done, count in (("confirm", "checked", "ready"), ("", "done", "added")):
            deadline = time.monotonic() + IMPORT_TIMEOUT_S
            while (state := manager.get(f"{report}state/").json())["status"] != done:
                if time.monotonic() > deadline or state["status"] == "unusable":
                    raise UnexpectedAnswer(f"the import is {state['status']}, not {done}")
                time.sleep(0.25)
            if state[count] != rows or state["refused"]:
                raise UnexpectedAnswer(f"{state[count]} of {rows} rows are {count}")
            if decision:
                manager.post(f"{report}{decision}/", form_at=report)

    def review_watchlist(self) -> None:
        """A second person looks at everybody and accepts them, page by page; whoever added them
        cannot. Then it is recorded that they are still sought."""
        manager, second = self.people["watchlist_manager"], self.people["watchlist_manager_2"]
        review = f"{self.page}watchlist/review/"
        if _entries_on(manager.get(review).text):
            raise UnexpectedAnswer("somebody may review what they added")
        while shown := _entries_on(second.get(review).text):
            for pk in shown:
                second.get(f"{self.page}watchlist/{pk}/image/")
            second.post(review, {"entries": shown})
        manager.post(
            f"{self.page}watchlist/sought/",
            {"source": "pnc", "reference": "CHECK-1"},
            form_at=f"{self.page}watchlist/",
        )
        state = manager.get(f"{self.page}progress/").json()
        if state["enrolled"] != state["total"]:
            raise UnexpectedAnswer(f"{state['enrolled']} of {state['total']} are searched for")

    def brief(self) -> None:
        """Both operators read and acknowledge what the figures of this deployment mean."""
        for role in ("operator", "operator_2"):
            self.people[role].post(f"{self.page}briefing/")

    def photograph_signs(self) -> None:
        """An officer at the place stores a picture of each sign; nobody sees a face in it."""
        officer = self.people["engagement_officer"]
        for place, words in (("zone", "At the zone"), ("approach", "100 m ahead")):
            officer.post(
                f"{self.page}signs/",
                {"place": place},
                files={"picture": ("sign.jpg", sign_picture(words), "image/jpeg")},
            )

    def start(self) -> None:
        """Made ready, the cameras are looked at by themselves; then every check is passed."""
        operator = self.people["operator"]
        operator.post(f"{self.page}move/make_ready/", form_at=self.page)
        self.await_checks(operator)
        operator.post(f"{self.page}move/start/", form_at=self.page)
        self.expect_status("Live")

    def watch(self, *, seconds: float) -> None:
        """Two operators listen; one claims and judges each alert as it comes."""
        operator = self.people["operator"]
        operator.get(f"/alerts/console/{self.uuid}/")
        listener = listen(operator, f"/ws/deployments/{self.uuid}/console/")
        judged: set[str] = set()
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            listener.wait_for(lambda ear: set(ear.alerts) > judged, timeout_s=left)
            for uuid in set(listener.alerts) - judged:
                judged.add(uuid)
                self._deal_with(uuid, listener)
        self._check_order(listener)
        listener.close()

    def play_footage(self) -> None:
        """The camera was recorded as authorised; nobody sees it without a reason."""
        officer, footage = self.people["disclosure_officer"], f"{self.page}footage/"
        if "segments is whole" not in officer.get(footage).text:
            raise UnexpectedAnswer("nothing was recorded, or its chain is broken")
        officer.get(f"{footage}play/{self.uuid}/", expect=403)
        reason = {"action": "look", "ground": "complaint", "reason": "Complaint 12/26."}
        player = officer.post(footage, reason).text
        found = re.search(rf'src="({footage}play/[0-9a-f-]+/)"', player)
        if found is None:
            raise UnexpectedAnswer("the player shows no segment")
        if b"moof" not in officer.get(found[1]).content:
            raise UnexpectedAnswer("the segment is no video")

    def ask_for_access(self) -> None:
        """Somebody asks for the footage while it is being recorded."""
        self.access = Request(self.people["disclosure_officer"])
        self.access.open(place="Seedham", deployment=self.uuid)

    def choose_person(self) -> None:
        """A worker prepares the copy meanwhile."""
        assert self.access is not None, "it was asked for"
        self.access.ask_for_copy(self.seen)

    def answer_access(self) -> None:
        assert self.access is not None, "it was asked for"
        self.access.answer()
        self._find_event(f"subject access {self.access.address.rstrip('/').rpartition('/')[2]}")

    def _find_event(self, subject: str) -> None:
        trail = self.people["auditor"].get(
            "/admin/deployments/auditevent/", subject=subject, kind="disclosure"
        )
        if ">subject_access.handed_over<" not in trail.text:
            raise UnexpectedAnswer("the auditor does not find the handover")

    def end(self) -> None:
        reason = {"reason": "The clip was played once."}
        self.people["operator"].post(f"{self.page}move/end/", reason, form_at=self.page)
        self.expect_status("Ended")

    def await_erasure(self) -> None:
        """Templates, images and the watchlist go by rule; then the deployment closes."""
        deadline = time.monotonic() + ERASE_TIMEOUT_S
        while "Closed" not in self._status():
            if time.monotonic() > deadline:
                raise UnexpectedAnswer("the deployment was not erased and closed in time")
            time.sleep(0.5)

    def read_result(self) -> None:
        text = self.public.get(f"/deployment/{self.uuid}/").text
        for words in ("Faces seen", "False alert rate", "Threshold"):
            if words.lower() not in text.lower():
                raise UnexpectedAnswer(f"the published result does not say: {words}")

    def read_audit(self) -> None:
        """The auditor filters the trail; nobody changes it."""
        auditor = self.people["auditor"]
        trail = "/admin/deployments/auditevent/"
        for action in ("deployment.authorise", "alert.raised", "retention.erased"):
            if f">{action}<" not in auditor.get(trail, action=action).text:
                raise UnexpectedAnswer(f"the auditor finds no {action}")
        auditor.get(f"{trail}add/", expect=403)
        auditor.get(f"{trail}1/delete/", expect=403)
        self.people["operator"].session.get(auditor.base_url + trail, allow_redirects=False)

    def _deal_with(self, uuid: str, listener: ConsoleListener) -> None:
        """Claim, look, judge by the ground truth; officers go only where it is right."""
        heard = listener.alerts[uuid]
        operator, officer = self.people["operator"], self.people["engagement_officer"]
        path = f"/alerts/{uuid}/"
        self.tally.latencies_ms.append(heard.latency_ms)
        operator.send(f"{path}claim/")
        operator.send(f"{path}look/", {"in_favour": ["eyes", "nose"]})
        detail = operator.get(path, identity="1").json()
        for which in ("probe", "candidate", "context"):
            operator.get(f"{path}image/{which}/")
        reference = detail["identity"]["reference"]
        where = detail["sources"]
        self.seen.append(
            Moment(heard.facts["captured_at"], self.truth.heads_at(where["source_position_s"]))
        )
        shown = self.truth.person_at(where["source_position_s"], tuple(where["face_box"]))
        if shown != reference:
            self.tally.wrong += 1
            operator.send(f"{path}dismiss/", {"reason": "different_features"})
            return
        operator.send(f"{path}confirm/", {"in_favour": ["eyes", "nose", "face_shape"]})
        operator.send(f"{path}dispatch/", {"source": "pnc"})
        # Officers are told once the operator can no longer take it back.
        if not listener.wait_for(
            lambda ear: ear.alerts[uuid].facts["status"] == "dispatched", timeout_s=TOLD_WITHIN_S
        ):
            raise UnexpectedAnswer("the officers were not told in time")
        officer.send(f"{path}acknowledge/")
        officer.send(f"{path}assess/", {"view": "could_be"})
        officer.send(f"{path}engage/")
        outcome = {"outcome": "arrest", "identity_confirmed": "yes", "notice_handed_over": "yes"}
        officer.send(f"{path}resolve/", outcome)
        self.tally.right.add(reference)

    def await_checks(self, operator: Visitor) -> None:
        deadline = time.monotonic() + CHECKS_TIMEOUT_S
        while '<li class="failed">' in (text := operator.get(f"{self.page}checks/").text):
            if time.monotonic() > deadline:
                failed = re.findall(r'class="failed">.*?<strong>(.*?)<', text, re.DOTALL)
                raise UnexpectedAnswer(f"these checks are not passed: {', '.join(failed)}")
            time.sleep(0.5)

    def _check_order(self, listener: ConsoleListener) -> None:
        if listener.sequences != sorted(set(listener.sequences)):
            raise UnexpectedAnswer("the console got events twice or out of order")

    def _enrolled(self, manager: Visitor, say: Callable[[str], None]) -> dict[str, int]:
        deadline, last = time.monotonic() + ENROL_TIMEOUT_S, -1
        while True:
            state: dict[str, int] = manager.get(f"{self.page}progress/").json()
            done = state["total"] - state["pending"]
            if done != last:
                last = done
                say(f"    enrolled {last} of {state['total']}")
            if state["pending"] == 0:
                return state
            if time.monotonic() > deadline:
                raise UnexpectedAnswer("the watchlist was not enrolled in time")
            time.sleep(0.25)

    def _status(self) -> str:
        return str(
            self.people["authorising_officer"].get(f"{self.page}progress/").json()["status_words"]
        )

    def expect_status(self, words: str) -> None:
        if (status := self._status()) != words:
            raise UnexpectedAnswer(f"the deployment is {status.lower()}, not {words.lower()}")


PLACE = "High Street, Seedham"
CONDITIONS = "Nobody is kept for longer than it takes to establish who they are."


def _zipped(assets: Path, names: list[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.write(assets / "portraits" / name, name)
    return buffer.getvalue()


def _entries_on(page: str) -> list[str]:
    return re.findall(r'name="entries" value="(\d+)"', page)
