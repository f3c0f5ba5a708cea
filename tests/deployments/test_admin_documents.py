"""Drafts of policy documents in the admin: written there, put into force elsewhere."""

from django.test import Client
from django.urls import reverse

from deployments.enums import DocumentKind, DocumentStatus
from deployments.models import PolicyDocument
from tests.factories import Cast, make_policy_document


def test_the_administrator_drafts_and_cannot_publish(cast: Cast, client: Client):
    client.force_login(cast.system_administrator)

    client.post(
        reverse("admin:deployments_policydocument_add"),
        {
            "kind": DocumentKind.POLICY,
            "version": "2.0",
            "title": "Policy",
            "body": "# Purpose\nWords.",
            "status": DocumentStatus.PUBLISHED,
            "published_by": cast.authorising_officer.pk,
        },
    )

    draft = PolicyDocument.objects.get()
    assert (draft.status, draft.drafted_by) == (DocumentStatus.DRAFT, cast.system_administrator)


def test_a_published_document_is_read_only(cast: Cast, client: Client):
    document = make_policy_document(title="As decided")
    client.force_login(cast.system_administrator)
    address = reverse("admin:deployments_policydocument_change", args=[document.pk])

    assert client.get(address).status_code == 200
    assert client.post(address, {"title": "Changed"}).status_code == 403
    document.refresh_from_db()
    assert document.title == "As decided"
