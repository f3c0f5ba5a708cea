"""Work handed to the recognition workers, by task name: this app does not import theirs."""

from celery import current_app

ENROL = "recognition.enrol"


def send_enrolment(entry_id: int) -> None:
    current_app.send_task(ENROL, args=[entry_id], queue="recognition")
