"""From an encrypted image to a template, or a reason in words; twice or too late, nothing."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from deployments import image_store, lifecycle, watchlist, watchlist_review
from deployments.enums import EntryStatus, Status
from deployments.models import (
    AuditEvent,
    Deployment,
    LikelySamePerson,
    WatchlistEntry,
    WatchlistLedger,
)
from recognition import enrolling, template_store
from recognition.enrolment import UnusableFace
from recognition.images import UnusableImage
from recognition.models import Template
from recognition.types import Quality
from recognition.types import Template as FaceTemplate
from tests.factories import Cast, make_deployment, make_entry, person, unit_vector
from tests.recognition.scripted_cameras import scripted_models
from tests.tampering import run_sql


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every picture that was given to the models; each makes a usable template."""
    seen: list[bytes] = []

    def template_of(data: bytes) -> FaceTemplate:
        seen.append(data)
        return _template(unit_vector(seed=len(seen)))

    models = scripted_models(1)
    monkeypatch.setattr(enrolling, "build_models", lambda _: models)
    _each_image_gives(monkeypatch, template_of)
    return seen


def _each_image_gives(
    monkeypatch: pytest.MonkeyPatch, template_of: Callable[[bytes], FaceTemplate | UnusableImage]
) -> None:
    def templates_from_images(
        data: Sequence[bytes], _: object
    ) -> list[FaceTemplate | UnusableImage]:
        return [template_of(each) for each in data]

    monkeypatch.setattr(enrolling, "templates_from_images", templates_from_images)


def _template(embedding: Any) -> FaceTemplate:
    quality = Quality(120, 0.5, 0.0, 0.5, usable=True, reason="")
    return FaceTemplate(embedding, quality)


def _while_embedding(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something else happens while the models look at the picture."""

    def template_of(_: bytes) -> FaceTemplate:
        happens()
        return _template(unit_vector(seed=1))

    _each_image_gives(monkeypatch, template_of)


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


@pytest.fixture
def entry(deployment: Deployment) -> WatchlistEntry:
    return make_entry(deployment, is_enrolled=False)


def test_it_is_enrolled_from_its_own_image(entry: WatchlistEntry, pictures: list[bytes]):
    enrolling.enrol(entry.pk)

    entry.refresh_from_db()
    assert entry.status == EntryStatus.TO_REVIEW
    assert entry.enrolled_at is not None
    assert pictures == [image_store.read(entry.image)]
    template = Template.objects.get(deployment=entry.deployment, entry=entry)
    assert np.allclose(np.asarray(template.embedding), unit_vector(seed=1), atol=1e-7)
    assert (template.profile, template.profile_version) == ("embedded", "embedded-1")


def test_until_its_review_it_is_on_no_ledger_and_in_no_gallery(
    entry: WatchlistEntry, pictures: list[bytes], cast: Cast
):
    before = _version(entry)

    enrolling.enrol(entry.pk)

    ids, _ = template_store.all_of(entry.deployment_id, profile_version="embedded-1")
    assert (ids, WatchlistLedger.objects.count(), _version(entry)) == ([], 0, before)

    watchlist_review.accept(entry.deployment, [entry.pk], by=cast.second_watchlist_manager)

    ids, _ = template_store.all_of(entry.deployment_id, profile_version="embedded-1")
    row = WatchlistLedger.objects.get(deployment=entry.deployment, reference=entry.reference)
    assert (ids, _version(entry)) == ([entry.pk], before + 1)
    assert (row.category, row.removed_at) == (entry.category, None)


def test_delivered_twice_it_changes_nothing(entry: WatchlistEntry, pictures: list[bytes]):
    enrolling.enrol(entry.pk)
    events, version = AuditEvent.objects.count(), _version(entry)

    enrolling.enrol(entry.pk)

    assert len(pictures) == 1
    assert (AuditEvent.objects.count(), _version(entry)) == (events, version)


def _version(entry: WatchlistEntry) -> int:
    return Deployment.objects.get(pk=entry.deployment_id).watchlist_version


def test_several_are_enrolled_together_and_each_has_its_own_end(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
):
    entries = [make_entry(deployment, is_enrolled=False) for _ in range(3)]
    _, bad, gone = entries
    elsewhere = make_entry(make_deployment(status=Status.AUTHORISED), is_enrolled=False)
    unusable = image_store.read(bad.image)
    image_store.path_of(gone.image_id).unlink()
    _each_image_gives(
        monkeypatch,
        lambda data: (
            UnusableImage("No face was found.")
            if data == unusable
            else _template(unit_vector(seed=1))
        ),
    )

    enrolling.enrol_each([entry.pk for entry in (*entries, elsewhere)])

    found = WatchlistEntry.objects.filter(pk__in=[entry.pk for entry in (*entries, elsewhere)])
    assert list(found.order_by("pk").values_list("status", "refusal")) == [
        (EntryStatus.TO_REVIEW, ""),
        (EntryStatus.REFUSED, "No face was found."),
        (EntryStatus.REFUSED, "the image was erased"),
        (EntryStatus.TO_REVIEW, ""),
    ]
    assert Template.objects.count() == 2
    assert AuditEvent.objects.filter(action="watchlist.enrolled").count() == 2


def test_one_that_breaks_something_takes_no_other_with_it(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
):
    """The database refuses a template that is no vector, and the transaction with it."""
    entries = [make_entry(deployment, is_enrolled=False) for _ in range(3)]
    breaking = image_store.read(entries[1].image)
    _each_image_gives(
        monkeypatch,
        lambda data: _template(
            np.full(128, np.nan, np.float32) if data == breaking else unit_vector(seed=1)
        ),
    )

    with pytest.raises(ExceptionGroup, match="could not be enrolled"):
        enrolling.enrol_each([entry.pk for entry in entries])

    statuses = [WatchlistEntry.objects.get(pk=entry.pk).status for entry in entries]
    assert statuses == [EntryStatus.TO_REVIEW, EntryStatus.PENDING, EntryStatus.TO_REVIEW]
    assert AuditEvent.objects.filter(action="watchlist.enrolled").count() == 2


def test_an_image_that_cannot_be_used_is_refused_in_words(
    entry: WatchlistEntry, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    _each_image_gives(monkeypatch, lambda _: UnusableImage("No face was found."))
    enrolling.enrol(entry.pk)
    events = AuditEvent.objects.count()
    enrolling.enrol(entry.pk)

    entry.refresh_from_db()
    assert (entry.status, entry.refusal) == (EntryStatus.REFUSED, "No face was found.")
    assert AuditEvent.objects.count() == events
    assert WatchlistLedger.objects.count() == 0
    assert not template_store.holds(entry)


def test_an_unreadable_image_is_refused_in_words(entry: WatchlistEntry, pictures: list[bytes]):
    image_store.path_of(entry.image_id).unlink()

    enrolling.enrol(entry.pk)

    entry.refresh_from_db()
    assert (entry.status, entry.refusal) == (EntryStatus.REFUSED, "the image was erased")


def test_a_withdrawn_entry_is_not_enrolled(
    entry: WatchlistEntry, pictures: list[bytes], cast: Cast
):
    entry_id = entry.pk
    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")

    enrolling.enrol(entry_id)

    assert pictures == []
    assert Template.objects.count() == WatchlistLedger.objects.count() == 0


def test_withdrawn_while_its_image_is_embedded_it_leaves_no_template(
    entry: WatchlistEntry, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    _while_embedding(
        monkeypatch,
        lambda: watchlist.withdraw_entry(entry, by=person("watchlist_manager"), reason="Found."),
    )

    enrolling.enrol(entry.pk)

    assert Template.objects.count() == WatchlistLedger.objects.count() == 0


@pytest.mark.parametrize("has_partition", [True, False])
def test_a_deployment_that_ended_meanwhile_gets_no_template(
    cast: Cast, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch, has_partition: bool
):
    deployment = make_deployment(status=Status.READY if has_partition else Status.AUTHORISED)
    late = make_entry(deployment, is_enrolled=False)
    _while_embedding(
        monkeypatch, lambda: lifecycle.cancel(deployment, by=cast.applicant, reason="Off.")
    )
    before = Template.objects.count()

    enrolling.enrol(late.pk)

    late.refresh_from_db()
    assert late.status == EntryStatus.PENDING
    assert Template.objects.count() == before


def test_what_a_crash_emptied_is_enrolled_again(deployment: Deployment, pictures: list[bytes]):
    entry = make_entry(deployment)
    run_sql(f"TRUNCATE recognition_template_{deployment.pk}")

    enrolling.enrol(entry.pk)

    assert template_store.missing(deployment) == []
    assert WatchlistLedger.objects.filter(reference=entry.reference).count() == 1


def test_who_cannot_be_enrolled_again_is_no_longer_on_the_ledger(
    deployment: Deployment, pictures: list[bytes]
):
    entry = make_entry(deployment)
    run_sql(f"TRUNCATE recognition_template_{deployment.pk}")
    image_store.path_of(entry.image_id).unlink()

    enrolling.enrol(entry.pk)

    row = WatchlistLedger.objects.get(reference=entry.reference)
    assert row.removed_at is not None


def test_an_entry_that_never_was(db: None, pictures: list[bytes]):
    enrolling.enrol(4711)

    assert pictures == []


def test_the_same_person_under_two_references_is_noticed(
    deployment: Deployment, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    """Every picture here gives the same template; somebody else's is as good as orthogonal."""
    _while_embedding(monkeypatch, lambda: None)
    first, second = (make_entry(deployment, is_enrolled=False) for _ in range(2))
    make_entry(deployment, embedding=unit_vector(seed=99))
    make_entry(make_deployment(status=Status.AUTHORISED), embedding=unit_vector(seed=1))

    enrolling.enrol(first.pk)
    assert not LikelySamePerson.objects.exists()
    enrolling.enrol(second.pk)

    pair = LikelySamePerson.objects.get()
    assert (pair.earlier_id, pair.later_id) == (first.pk, second.pk)


def test_what_was_measured_of_the_face_stays_with_the_entry(
    deployment: Deployment, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    taken = make_entry(deployment, is_enrolled=False)
    enrolling.enrol(taken.pk)
    taken.refresh_from_db()
    assert [(m["name"], m["is_enough"]) for m in taken.image_quality or ()] == [
        ("Size of the face", True),
        ("Sharpness", True),
        ("Pose", True),
        ("Exposure", True),
    ]

    quality = Quality(30, 0.5, 0.9, 0.01, usable=False, reason="too small: 30 px")
    refusal = UnusableFace("The face cannot be used: too small: 30 px.", quality)
    _each_image_gives(monkeypatch, lambda _: refusal)
    refused = make_entry(deployment, is_enrolled=False)
    enrolling.enrol(refused.pk)
    refused.refresh_from_db()
    assert refused.refusal == "The face cannot be used: too small: 30 px."
    assert [m["figure"] for m in refused.image_quality or ()] == [
        "too small: 30 pixels across, at least 48",
        "sharp enough: 0.500, at least 0.018",
        "turned away: 0.90 of the way from the front to the side, at most 0.65",
        "too dark: 1% of full brightness, 5% to 97%",
    ]
