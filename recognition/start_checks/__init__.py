"""The start checks of the machine, registered as the app loads."""

from deployments.start_checks.registry import AT_THE_START, Subject, register
from recognition.start_checks.cameras import cameras_check
from recognition.start_checks.clocks import clock_check
from recognition.start_checks.licence import licence_check
from recognition.start_checks.operating_point import operating_point_check
from recognition.start_checks.templates import templates_check
from recognition.start_checks.workers import worker_check


def register_all() -> None:
    register(templates_check, subject=Subject.TEMPLATES)
    register(operating_point_check, subject=Subject.OPERATING_POINT)
    register(licence_check, subject=Subject.LICENCE)
    register(worker_check, subject=Subject.WORKER)
    register(cameras_check, subject=Subject.CAMERAS, stages=AT_THE_START)
    register(clock_check, subject=Subject.CLOCK)
