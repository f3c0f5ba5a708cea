"""Drafts are read and published by those who may; everyone else reads what is in force."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import DocumentStatus
from deployments.models import User
from tests.factories import Cast, make_policy_document


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


READERS = {"authorising_officer", "second_superintendent", "system_administrator"}


def test_who_reads_drafts(cast: Cast):
    draft = make_policy_document(status=DocumentStatus.DRAFT)
    address = reverse("deployments:document_draft", args=[draft.pk])

    for page in (address, reverse("deployments:documents")):
        assert {
            name
            for name, user in cast.everyone().items()
            if signed_in(user).get(page).status_code == 200
        } == READERS
        assert Client().get(page).status_code == 302


def test_an_officer_publishes_from_the_page(cast: Cast):
    draft = make_policy_document(status=DocumentStatus.DRAFT)
    client = signed_in(cast.authorising_officer)

    page = client.get(reverse("deployments:document_draft", args=[draft.pk])).content.decode()
    assert "Publish version" in page
    client.post(reverse("deployments:publish_document", args=[draft.pk]))

    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == ("published", cast.authorising_officer)
    assert Client().get(reverse("public:document", args=[draft.kind, draft.version])).content


@pytest.mark.parametrize("name", ["system_administrator", "applicant", "alice"])
def test_nobody_else_does(cast: Cast, name: str):
    draft = make_policy_document(status=DocumentStatus.DRAFT)

    signed_in(getattr(cast, name)).post(reverse("deployments:publish_document", args=[draft.pk]))

    draft.refresh_from_db()
    assert draft.status == DocumentStatus.DRAFT


def test_a_second_press_says_that_it_is_published(cast: Cast):
    published = make_policy_document()
    client = signed_in(cast.authorising_officer)

    answer = client.post(reverse("deployments:publish_document", args=[published.pk]), follow=True)

    assert "This version is published already." in answer.content.decode()
