"""A policy document is drafted by one person, put into force by another, and then stands."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments import audit, policy_documents
from deployments.enums import AuditKind, DocumentKind, DocumentStatus, Rank, Role
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, PolicyDocument
from tests.factories import Cast, make_policy_document
from tests.tampering import refusal_of

TABLE = "deployments_policydocument"


def test_publishing_supersedes_the_version_before_and_is_a_disclosure(cast: Cast):
    first = make_policy_document(version="1.0")
    other_kind = make_policy_document(kind=DocumentKind.POLICY)

    second = make_policy_document(version="1.1")

    first.refresh_from_db()
    other_kind.refresh_from_db()
    assert (first.status, second.status) == (DocumentStatus.SUPERSEDED, DocumentStatus.PUBLISHED)
    assert first.superseded_at == second.published_at
    assert other_kind.is_in_force
    assert set(policy_documents.in_force()) == {second, other_kind}
    event = AuditEvent.objects.filter(action="policy_document.published").latest("sequence")
    assert (event.kind, event.actor) == (AuditKind.DISCLOSURE, "authorising_officer")
    assert event.subject == f"policydocument {second.pk}"


def test_drafts_are_not_among_the_published(cast: Cast):
    make_policy_document(status=DocumentStatus.DRAFT)

    assert list(policy_documents.published()) == []


@pytest.mark.parametrize(
    "name", ["applicant", "watchlist_manager", "alice", "auditor", "system_administrator"]
)
def test_only_an_authorising_officer_publishes(cast: Cast, name: str):
    draft = make_policy_document(status=DocumentStatus.DRAFT)

    with pytest.raises(Refused, match="Only an authorising officer"):
        policy_documents.publish(draft, by=getattr(cast, name))

    assert "only an authorising officer" in refusal_of(
        f"UPDATE {TABLE} SET status = 'published', published_at = now(), published_by_id = %s",
        getattr(cast, name).pk,
    )


def test_whoever_wrote_it_does_not_publish_it(cast: Cast):
    draft = make_policy_document(status=DocumentStatus.DRAFT, drafted_by=cast.authorising_officer)

    with pytest.raises(Refused, match="You wrote this draft"):
        policy_documents.publish(draft, by=cast.authorising_officer)

    assert "second_person_publishes" in refusal_of(
        f"UPDATE {TABLE} SET status = 'published', published_at = now(), published_by_id = %s",
        cast.authorising_officer.pk,
    )


def test_a_version_is_published_once(cast: Cast):
    published = make_policy_document()

    with pytest.raises(Refused, match="published already"):
        policy_documents.publish(published, by=cast.second_superintendent)


def test_a_publication_that_cannot_be_audited_does_not_happen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    draft = make_policy_document(status=DocumentStatus.DRAFT)

    def fails(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(OSError, match="no room"):
        policy_documents.publish(draft, by=cast.authorising_officer)

    draft.refresh_from_db()
    assert draft.status == DocumentStatus.DRAFT


@pytest.mark.parametrize(
    "change",
    [
        "body = 'Other words.'",
        "title = 'Another'",
        "version = '9'",
        "kind = 'policy'",
        "published_at = now()",
        "status = 'draft', published_at = NULL, published_by_id = NULL",
    ],
)
def test_a_published_text_stands(cast: Cast, change: str):
    make_policy_document()

    assert "superseded by a new version" in refusal_of(f"UPDATE {TABLE} SET {change}")


def test_a_superseded_text_does_not_come_back(cast: Cast):
    first = make_policy_document()
    make_policy_document()

    assert "superseded by a new version" in refusal_of(
        f"UPDATE {TABLE} SET status = 'published', superseded_at = NULL WHERE id = %s", first.pk
    )


def test_a_document_begins_as_a_draft(cast: Cast):
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
        PolicyDocument.objects.create(
            kind=DocumentKind.POLICY,
            version="1",
            title="Policy",
            body="Words.",
            status=DocumentStatus.PUBLISHED,
            drafted_by=cast.system_administrator,
            published_by=cast.authorising_officer,
            published_at=timezone.now(),
        )


def test_the_rank_counts_at_the_moment_of_publication(cast: Cast):
    draft = make_policy_document(status=DocumentStatus.DRAFT)
    officer = cast.authorising_officer
    type(officer).objects.filter(pk=officer.pk).update(rank=Rank.INSPECTOR)
    officer.refresh_from_db()
    assert officer.has_role(Role.AUTHORISING_OFFICER)

    with pytest.raises(Refused):
        policy_documents.publish(draft, by=officer)
    assert "only an authorising officer" in refusal_of(
        f"UPDATE {TABLE} SET status = 'published', published_at = now(), published_by_id = %s",
        officer.pk,
    )
