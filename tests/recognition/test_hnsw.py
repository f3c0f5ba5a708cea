"""The index of long lists: built after the load, nearly always right, gone at a withdrawal."""

import numpy as np
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from deployments import watchlist
from deployments.enums import Status
from deployments.models import Deployment
from recognition import control, template_store
from recognition.bench.strangers import FIRST_ID, alike, insert, random_templates
from recognition.gallery_pgvector import PgvectorGallery
from recognition.types import Floats
from tests.factories import (
    DIMENSION,
    PROFILE,
    PROFILE_VERSION,
    Cast,
    make_deployment,
    make_entry,
    unit_vector,
)
from tests.tampering import refusal_of

COUNT = 4000


@pytest.fixture
def crowd() -> Floats:
    return random_templates(COUNT, dimension=DIMENSION)


@pytest.fixture
def deployment(cast: Cast, crowd: Floats) -> Deployment:
    deployment = make_deployment(status=Status.READY)
    insert(deployment.pk, crowd, profile=PROFILE, profile_version=PROFILE_VERSION)
    return deployment


def _gallery(deployment: Deployment) -> PgvectorGallery:
    return PgvectorGallery(deployment_id=deployment.pk, profile_version=PROFILE_VERSION)


def test_it_finds_whom_an_exact_search_finds(deployment: Deployment, crowd: Floats):
    probes = alike(crowd[:200], similarity=0.8)
    exact = _gallery(deployment).search(probes, limit=3)

    assert template_store.add_index(deployment.pk, dimension=DIMENSION)
    indexed = _gallery(deployment).search(probes, limit=3)

    same = [one[0].entry_id == other[0].entry_id for one, other in zip(exact, indexed, strict=True)]
    assert np.mean(same) >= 0.98
    for one, other in zip(exact, indexed, strict=True):
        if one[0].entry_id == other[0].entry_id:
            assert one[0].similarity == pytest.approx(other[0].similarity, abs=1e-6)


def test_the_index_is_what_answers(deployment: Deployment, crowd: Floats):
    template_store.add_index(deployment.pk, dimension=DIMENSION)
    gallery = _gallery(deployment)

    gallery.search(crowd[:5], limit=2)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_numscans(%s::regclass)",
            [f"recognition_template_{deployment.pk}_hnsw"],
        )
        assert cursor.fetchone()[0] >= 5


def test_without_an_index_it_compares_with_everybody(deployment: Deployment, crowd: Floats):
    assert not template_store.has_index(deployment.pk)

    found = _gallery(deployment).search(crowd[:20], limit=1)

    assert [candidates[0].entry_id - FIRST_ID for candidates in found] == list(range(20))


def test_it_is_built_once_in_half_precision_and_never_logged(deployment: Deployment):
    assert template_store.add_index(deployment.pk, dimension=DIMENSION)
    assert not template_store.add_index(deployment.pk, dimension=DIMENSION)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence, pg_get_indexdef(oid) FROM pg_class WHERE relname = %s",
            [f"recognition_template_{deployment.pk}_hnsw"],
        )
        persistence, definition = cursor.fetchone()
    assert persistence == "u"
    assert f"halfvec({DIMENSION})" in definition


def test_a_withdrawal_leaves_no_copy_in_the_index(deployment: Deployment, cast: Cast):
    """It goes as a whole, and is built again by the task that builds indexes."""
    sought = make_entry(deployment, embedding=unit_vector(seed=77))
    template_store.add_index(deployment.pk, dimension=DIMENSION)
    probe = unit_vector(seed=77)[None]
    assert _gallery(deployment).search(probe, limit=1)[0][0].entry_id == sought.pk

    watchlist.withdraw_entry(sought, by=cast.watchlist_manager, reason="Found.")

    assert not template_store.has_index(deployment.pk)
    assert _gallery(deployment).search(probe, limit=1)[0][0].entry_id != sought.pk


def test_an_addition_is_found_through_the_index(deployment: Deployment):
    template_store.add_index(deployment.pk, dimension=DIMENSION)

    sought = make_entry(deployment, embedding=unit_vector(seed=78))

    assert template_store.has_index(deployment.pk)
    probe = unit_vector(seed=78)[None]
    assert _gallery(deployment).search(probe, limit=1)[0][0].entry_id == sought.pk


def test_a_deployment_without_templates_needs_none(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)

    assert not template_store.add_index(deployment.pk, dimension=DIMENSION)


def test_the_application_builds_it_through_the_owners_function_only(
    deployment: Deployment, app_role: None
):
    part = f"recognition_template_{deployment.pk}"
    assert "must be owner" in refusal_of(f"CREATE INDEX ON {part} (profile)")

    assert template_store.add_index(deployment.pk, dimension=DIMENSION)


@pytest.fixture
def short_lists_count_as_long(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(template_store, "INDEXED_FROM", 2)
    settings.GALLERY = "database"


def test_a_long_list_gets_its_index_once_it_is_complete(
    cast: Cast, short_lists_count_as_long: None
):
    ready = make_deployment(status=Status.READY, entries=3)
    short = make_deployment(status=Status.READY, entries=1)
    loading = make_deployment(status=Status.AUTHORISED)
    for is_enrolled in (True, True, False):
        make_entry(loading, is_enrolled=is_enrolled)

    assert control.index_galleries() == 1
    assert control.index_galleries() == 0

    indexed = [template_store.has_index(one.pk) for one in (ready, short, loading)]
    assert indexed == [True, False, False]


def test_after_a_withdrawal_it_is_built_again(cast: Cast, short_lists_count_as_long: None):
    ready = make_deployment(status=Status.READY, entries=3)
    control.index_galleries()
    watchlist.withdraw_entry(
        ready.entries.all()[0], by=cast.watchlist_manager, reason="No longer sought."
    )

    assert control.index_galleries() == 1


def test_where_lists_are_searched_in_memory_no_index_is_built(
    cast: Cast, short_lists_count_as_long: None, settings: Settings
):
    settings.GALLERY = "memory"
    make_deployment(status=Status.READY, entries=3)

    assert control.index_galleries() == 0
