"""A place or a reference is what it looks like, for the form and for the database alike."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from deployments.enums import Status
from deployments.forms.application import WhereForm
from deployments.lifecycle import Refused
from deployments.models import Deployment
from deployments.one_line import is_one_line
from tests.factories import Cast, make_deployment, make_entry

HIDDEN = (
    *("\x01", "\x08", "\t", "\n", "\r", "\x7f", "\x85"),
    *("\u061c", "\u200f", "\u2028", "\u202e", "\u2069"),
)
SHOWN = ("Café Straße", "北京路", "नई दिल्ली", "O’Neill & Sons, 5–7", "می\u200cخواهم", "👮\u200d♀️")


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_what_cannot_be_seen_is_refused_by_the_form_and_by_the_database(
    cast: Cast, app_role: None, hidden: str
):
    words = f"High{hidden}Street"
    form = WhereForm({"place": words}, deployment=None)
    assert form.errors["place"] == [is_one_line.message]

    draft, authorised = make_deployment(), make_deployment(status=Status.AUTHORISED)
    for column in ("place", "title"):
        refusal = pytest.raises(IntegrityError, match="deployment_named_in_one_line")
        with refusal, transaction.atomic():
            Deployment.objects.filter(pk=draft.pk).update(**{column: words})
    for column in ("reference", "name", "image_source", "lawful_basis"):
        values: dict[str, Any] = {column: words}
        with pytest.raises(Refused, match="in one line each"):
            make_entry(authorised, is_enrolled=False, **values)


@pytest.mark.parametrize("words", SHOWN)
def test_every_script_is_taken(cast: Cast, words: str):
    is_one_line(words)

    deployment = make_deployment(status=Status.AUTHORISED, place=words, title=words)

    feed = Client().get(reverse("public:feed")).content.decode()
    assert deployment.place == words
    assert words.replace("&", "&amp;") in feed


def test_the_end_of_the_words_counts_too():
    with pytest.raises(ValidationError):
        is_one_line("High Street\n")
