"""What a dry run found of a face: sealed with its row, the entry's template in the end, and then
nowhere else."""

from collections.abc import Sequence

import numpy as np
import pytest

from deployments import image_store, import_faces, imports, watchlist
from deployments.encryption import new_key
from deployments.enums import EntryStatus, ImportStatus, Status
from deployments.models import Deployment, WatchlistEntry, WatchlistImport
from recognition import enrolling, import_looking, kept_faces
from recognition.images import UnusableImage
from recognition.import_looking import look_at_import
from recognition.models import Template
from recognition.types import Quality
from recognition.types import Template as FaceTemplate
from tests.deployments.sheets import finish, portraits, received, row, sheet, worked, zipped
from tests.factories import Cast, make_deployment, make_entry, person, unit_vector
from tests.recognition.scripted_cameras import scripted_models
from tests.tampering import refusal_of

QUALITY = Quality(120.5, 0.25, 0.1, 0.5, usable=True, reason="", value=96.0)
EYES = (0.3, 0.4, 0.6, 0.41)


def face(seed: int) -> FaceTemplate:
    return FaceTemplate(unit_vector(seed=seed), QUALITY, EYES)


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every picture that was given to the models, by the dry run or at enrolment."""
    seen: list[bytes] = []

    def templates_from_images(data: Sequence[bytes], _: object) -> list[FaceTemplate]:
        seen.extend(data)
        return [face(len(seen)) for _ in data]

    for module in (import_looking, enrolling):
        monkeypatch.setattr(module, "build_models", lambda _: scripted_models(1))
        monkeypatch.setattr(module, "templates_from_images", templates_from_images)
    return seen


@pytest.fixture
def dry_run(deployment: Deployment, looked_for: list[bytes]) -> WatchlistImport:
    """Of one person, whose face was looked at; nobody has confirmed."""
    made = received(deployment, sheet(row("A1")), zipped(portraits("A1")))
    while imports.work_on(made.pk):
        pass
    look_at_import(made.pk)
    made.refresh_from_db()
    assert made.status == ImportStatus.CHECKED
    return made


def added(of: WatchlistImport) -> WatchlistEntry:
    finish(of)
    return WatchlistEntry.objects.select_related("image").get(deployment=of.deployment)


def test_it_becomes_the_template_without_another_look(
    dry_run: WatchlistImport, looked_for: list[bytes]
):
    entry = added(dry_run)
    assert (entry.status, entry.sealed_face is not None) == (EntryStatus.PENDING, True)

    enrolling.enrol(entry.pk)

    assert len(looked_for) == 1
    template = Template.objects.get(entry=entry)
    assert np.allclose(np.asarray(template.embedding), unit_vector(seed=1), atol=1e-7)
    entry.refresh_from_db()
    assert (entry.status, entry.eyes) == (EntryStatus.TO_REVIEW, list(EYES))
    assert [measure["is_enough"] for measure in entry.image_quality or ()] == [True] * 4
    assert entry.sealed_face is None


def test_nothing_of_it_can_be_read_without_the_key(dry_run: WatchlistImport):
    sealed = bytes(dry_run.rows.get().sealed_face or b"")

    assert unit_vector(seed=1).tobytes() not in sealed
    assert b"quality" not in sealed
    assert kept_faces.opened(dry_run.rows.get(), model="embedded-1", key=new_key()) is None


def test_it_opens_for_its_own_image_alone(dry_run: WatchlistImport, deployment: Deployment):
    key = image_store.data_key(deployment)
    kept = dry_run.rows.get()
    assert kept_faces.opened(kept, model="embedded-1", key=key) is not None

    kept.image_digest = bytes(32)

    assert kept_faces.opened(kept, model="embedded-1", key=key) is None


def test_of_another_model_the_image_is_looked_at_again(
    dry_run: WatchlistImport, looked_for: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    entry = added(dry_run)
    monkeypatch.setattr(kept_faces, "opened", _as_if_made_by("embedded-0"))

    enrolling.enrol(entry.pk)

    assert len(looked_for) == 2
    template = Template.objects.get(entry=entry)
    assert np.allclose(np.asarray(template.embedding), unit_vector(seed=2), atol=1e-7)


def _as_if_made_by(model: str) -> object:
    really = kept_faces.opened
    return lambda of, *, key, **_: really(of, model=model, key=key)


def test_without_its_picture_nobody_is_enrolled(dry_run: WatchlistImport):
    entry = added(dry_run)
    image_store.path_of(entry.image_id).unlink()

    enrolling.enrol(entry.pk)

    entry.refresh_from_db()
    assert (entry.status, entry.refusal) == (EntryStatus.REFUSED, "the image was erased")
    assert entry.sealed_face is None
    assert not Template.objects.exists()


def test_a_withdrawal_before_the_enrolment_takes_it_along(dry_run: WatchlistImport):
    entry = added(dry_run)
    watchlist.withdraw_entry(entry, by=person("watchlist_manager"), reason="Found.")

    enrolling.enrol(entry.pk)

    assert not WatchlistEntry.objects.exists()
    assert not Template.objects.exists()


def test_the_database_keeps_none_of_an_entry_that_has_a_template(
    deployment: Deployment, app_role: None
):
    entry = make_entry(deployment)
    statement = "UPDATE deployments_watchlistentry SET sealed_face = 'x' WHERE id = %s"

    assert "entry_keeps_a_face_until_enrolled" in refusal_of(statement, entry.pk)


def test_a_dry_run_that_goes_on_with_other_models_begins_anew(
    deployment: Deployment, looked_for: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    made = received(deployment, sheet(row("A1"), row("A2")))
    while imports.work_on(made.pk):
        pass
    of = import_faces.take(made.pk)
    assert of is not None
    first = made.rows.get(line=2)
    key = image_store.data_key(deployment)
    sealed = kept_faces.sealed(face(7), of=first, model="embedded-0", key=key)
    import_faces.store(of, [import_faces.Looked(first.pk, sealed_face=sealed)])
    WatchlistImport.objects.update(lease_until=None)

    look_at_import(made.pk)

    assert len(looked_for) == 2
    assert worked(made).status == ImportStatus.CHECKED
    assert isinstance(
        kept_faces.opened(made.rows.get(line=2), model="embedded-1", key=key), FaceTemplate
    )


def test_an_unusable_face_is_not_kept(
    deployment: Deployment, looked_for: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    none = UnusableImage("No face was found.")
    monkeypatch.setattr(
        import_looking, "templates_from_images", lambda data, _: [none for _ in data]
    )
    made = received(deployment, sheet(row("A1")), zipped(portraits("A1")))
    while imports.work_on(made.pk):
        pass

    look_at_import(made.pk)

    assert made.rows.get().sealed_face is None
