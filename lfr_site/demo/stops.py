"""What must stop at once, tried on the running site: recognition on one press, and every session
and socket of who is disabled or loses a role."""

import re
from collections.abc import Mapping
from typing import Any

from deployments.enums import Role
from lfr_site.demo.cast import CAST, Person
from lfr_site.demo.listener import ConsoleListener, listen
from lfr_site.demo.loop import Loop
from lfr_site.demo.visitor import UnexpectedAnswer, Visitor

CLOSED_WITHIN_S = 20.0
RUNS_AGAIN_WITHIN_S = 30.0
WHO = "operator_2"
PEOPLE = "/admin/deployments/user/"


def press_emergency_stop(loop: Loop) -> float:
    """One press by the other operator, and why afterwards. When it was pressed, in seconds since
    1970."""
    operator = loop.people[WHO]
    operator.post(f"{loop.page}move/emergency_stop/", form_at=loop.page)
    pressed_at = operator.sent_at
    loop.expect_status("Suspended")
    operator.post(f"{loop.page}explain-stop/", {"reason": "A sign fell over."}, form_at=loop.page)
    return pressed_at


def resume(loop: Loop) -> None:
    """After the start checks, and until the cameras are read again."""
    operator = loop.people["operator"]
    loop.await_checks(operator)
    operator.post(f"{loop.page}move/resume/", form_at=loop.page)
    listener = _listening(loop, operator)
    if not listener.wait_for(_all_cameras_live, timeout_s=RUNS_AGAIN_WITHIN_S):
        raise UnexpectedAnswer("the cameras are not read again")
    listener.close()


def cut_off(loop: Loop, *, password: str) -> float:
    """The longest that a socket stayed open after an administrator sent the change, in seconds."""
    person = next(each for each in CAST if each.role == WHO)
    as_it_is = _fields(person)
    withdrawn = {**as_it_is, "roles": [Role.APPLICANT.value]}
    disabled = {name: value for name, value in as_it_is.items() if name != "is_active"}
    took = []
    for change in (withdrawn, disabled):
        took.append(_ended_by(change, loop=loop, person=person))
        _change(loop, person, as_it_is)
        loop.people[WHO] = Visitor(loop.public.base_url)
        loop.people[WHO].sign_in(person.username, password)
    return max(took)


def _ended_by(change: Mapping[str, Any], *, loop: Loop, person: Person) -> float:
    visitor = loop.people[WHO]
    listener = _listening(loop, visitor)
    _change(loop, person, change)
    if not listener.wait_for(lambda ear: ear.closed_at > 0, timeout_s=CLOSED_WITHIN_S):
        raise UnexpectedAnswer("the socket of somebody who lost the right to it stayed open")
    if "/sign-in/" not in visitor.get("/deployments/").url:
        raise UnexpectedAnswer("the session of somebody who lost a role goes on")
    return listener.closed_at - loop.people["system_administrator"].sent_at


def _listening(loop: Loop, visitor: Visitor) -> ConsoleListener:
    visitor.get(f"/alerts/console/{loop.uuid}/")
    listener = listen(visitor, f"/ws/deployments/{loop.uuid}/console/")
    if not listener.wait_for(lambda ear: bool(ear.state), timeout_s=CLOSED_WITHIN_S):
        raise UnexpectedAnswer("the console hears nothing")
    return listener


def _all_cameras_live(ear: ConsoleListener) -> bool:
    return all(camera["state"] == "live" for camera in ear.state["cameras"])


def _change(loop: Loop, person: Person, fields: Mapping[str, Any]) -> None:
    """As an administrator does it, in the admin."""
    administrator = loop.people["system_administrator"]
    listed = administrator.get(PEOPLE, q=person.username).text
    found = re.search(rf"{PEOPLE}\d+/change/", listed)
    if found is None:
        raise UnexpectedAnswer(f"the admin does not list {person.username}")
    if "was changed successfully" not in administrator.post(found[0], fields).text:
        raise UnexpectedAnswer(f"the admin did not change {person.username}")


def _fields(person: Person) -> dict[str, Any]:
    return {
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "rank": str(int(person.rank)),
        "roles": [role.value for role in person.roles],
        "is_active": "on",
    }
