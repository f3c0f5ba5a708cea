"""Django's reports, by mail and as a page, of a view that fails with a face at hand."""

import logging
import sys

import numpy as np
import pytest
from django.core import mail
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.log import AdminEmailHandler
from django.views.debug import get_exception_reporter_class, technical_500_response
from pytest_django.fixtures import Settings

from lfr_site.error_reports import WithoutValues

FACE = "0.12345678"
NAME = "Somebody"


@pytest.fixture
def failed(rf: RequestFactory) -> HttpRequest:
    return rf.post(f"/watchlist/add/?name={NAME}", {"name": NAME, "template": FACE})


def _fails(request: HttpRequest) -> None:
    face, secret = np.array([float(FACE)]), request.POST["name"]
    try:
        raise KeyError(f"{secret} {face}")
    except KeyError as error:
        raise ValueError(f"{secret}: {face.tolist()}") from error


def _shows_nothing(text: str) -> bool:
    return FACE not in text and NAME not in text


def test_the_page_of_a_developer(failed: HttpRequest) -> None:
    try:
        _fails(failed)
    except ValueError:
        page = technical_500_response(failed, *sys.exc_info()).content.decode()
        plain = WithoutValues(failed, *sys.exc_info()).get_traceback_text()

    reporter: object = get_exception_reporter_class(failed)
    assert reporter is WithoutValues
    for text in (page, plain):
        assert _shows_nothing(text)
        assert "_fails" in text
        assert "ValueError" in text


def test_a_mail_to_the_administrators(failed: HttpRequest, settings: Settings) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]
    handler = AdminEmailHandler(include_html=True)
    try:
        _fails(failed)
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "500", (), error)
    record.request = failed
    handler.emit(record)

    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    bodies = [str(message.body), *(str(content) for content, _ in message.alternatives)]
    assert len(bodies) == 2
    assert all(_shows_nothing(body) for body in bodies)
    assert handler.reporter_class is WithoutValues
