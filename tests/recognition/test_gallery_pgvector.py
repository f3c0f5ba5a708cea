"""The same answers from PostgreSQL, from the mirror in memory and from a plain matrix product."""

import threading
from collections.abc import Callable
from typing import TypeAlias
from unittest import mock

import numpy as np
import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments import watchlist
from deployments.enums import Status
from deployments.models import Deployment
from recognition import template_store
from recognition.gallery_mirror import MirrorGallery
from recognition.gallery_pgvector import PgvectorGallery
from recognition.models import Template
from recognition.protocols import Gallery
from recognition.types import Floats
from tests.concurrency import LIMIT_S
from tests.factories import (
    DIMENSION,
    PROFILE_VERSION,
    Cast,
    make_cast,
    make_deployment,
    make_entry,
    unit_vector,
)

Make: TypeAlias = Callable[[Deployment], Gallery]

# Ids that no entry has: a factory's entry is enrolled with the template of its own id.
NOBODY = 100_000


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    """Sixty templates that belong to nobody: only the numbers matter here."""
    deployment = make_deployment(status=Status.READY)
    Template.objects.bulk_create(
        Template(
            deployment=deployment,
            entry_id=NOBODY + number,
            profile="embedded",
            profile_version=PROFILE_VERSION,
            embedding=unit_vector(seed=NOBODY + number),
        )
        for number in range(60)
    )
    return deployment


def _database(deployment: Deployment, *, version: str = PROFILE_VERSION) -> PgvectorGallery:
    return PgvectorGallery(deployment_id=deployment.pk, profile_version=version)


def _mirror(deployment: Deployment) -> MirrorGallery:
    gallery = MirrorGallery(
        deployment_id=deployment.pk, profile_version=PROFILE_VERSION, dimension=DIMENSION
    )
    gallery.load(deployment.watchlist_version)
    return gallery


def _expected(deployment: Deployment, probe: Floats, limit: int) -> list[tuple[int, float]]:
    ids, templates = template_store.all_of(deployment.pk, profile_version=PROFILE_VERSION)
    similarities = templates.astype(np.float64) @ probe.astype(np.float64)
    best = np.argsort(-similarities)[:limit]
    return [(ids[index], float(similarities[index])) for index in best]


@pytest.mark.parametrize("make", [_database, _mirror])
def test_answers_equal_a_matrix_product_to_a_millionth(deployment: Deployment, make: Make):
    gallery = make(deployment)
    probes = np.stack([unit_vector(seed=1000 + number) for number in range(8)])

    for probe, found in zip(probes, gallery.search(probes, limit=5), strict=True):
        expected = _expected(deployment, probe, 5)
        assert [candidate.entry_id for candidate in found] == [pk for pk, _ in expected]
        for candidate, (_, similarity) in zip(found, expected, strict=True):
            assert candidate.similarity == pytest.approx(similarity, abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1), closeness=st.floats(0.0, 1.0))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_galleries_agree_on_any_probe(deployment: Deployment, seed: int, closeness: float):
    probe = closeness * unit_vector(seed=NOBODY + 7) + (1 - closeness) * unit_vector(seed=seed)
    probe = np.asarray(probe / np.linalg.norm(probe), np.float32)[None]

    (one,), (other,) = (make(deployment).search(probe, limit=3) for make in (_database, _mirror))

    assert [c.entry_id for c in one] == [c.entry_id for c in other]
    assert [c.similarity for c in one] == pytest.approx([c.similarity for c in other], abs=1e-6)


@pytest.mark.parametrize("make", [_database, _mirror])
def test_one_image_under_two_references_is_found_in_the_order_of_the_list(
    deployment: Deployment, make: Make
):
    template = unit_vector(seed=NOBODY + 30)
    Template.objects.create(
        deployment=deployment,
        entry_id=NOBODY - 1,
        profile="embedded",
        profile_version=PROFILE_VERSION,
        embedding=template,
    )

    (found,) = make(deployment).search(template[None], limit=2)

    assert [candidate.entry_id for candidate in found] == [NOBODY - 1, NOBODY + 30]


@pytest.mark.parametrize("make", [_database, _mirror])
@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_probe_that_is_no_face_finds_nobody_and_spoils_no_other(
    deployment: Deployment, make: Make, value: float
):
    good = unit_vector(seed=NOBODY + 3)
    bad = np.full(DIMENSION, value, np.float32)
    half = good.copy()
    half[5] = value or good[5]

    first, nobody, third = make(deployment).search(np.stack([good, bad, half]), limit=2)

    assert first[0].entry_id == NOBODY + 3
    assert nobody == []
    assert (third == []) == bool(value)


@pytest.mark.parametrize("make", [_database, _mirror])
def test_no_probes_no_answers(deployment: Deployment, make: Make):
    assert make(deployment).search(np.zeros((0, DIMENSION), np.float32), limit=2) == []


@pytest.mark.parametrize("make", [_database, _mirror])
def test_an_empty_watchlist_finds_nobody(cast: Cast, make: Make):
    empty = make_deployment(status=Status.AUTHORISED)

    assert make(empty).search(unit_vector(seed=1)[None], limit=2) == [[]]


def test_only_this_deployments_list_and_this_models_templates_are_searched(
    deployment: Deployment,
):
    other = make_deployment(status=Status.READY)
    person = make_entry(other, embedding=unit_vector(seed=5000))
    probe = unit_vector(seed=5000)[None]

    ((best, *_),) = _database(other).search(probe, limit=1)
    assert (best.entry_id, round(best.similarity, 5)) == (person.pk, 1.0)
    ((best, *_),) = _database(deployment).search(probe, limit=1)
    assert best.similarity < 0.6
    assert _database(other, version="another-1").search(probe, limit=1) == [[]]


def test_who_is_not_searched_for_is_looked_up_once_and_not_for_each_template(
    deployment: Deployment,
):
    """Nobody has analysed the tables of a list that was just filled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT * FROM recognition_searched_template WHERE deployment_id = %s",
            [deployment.pk],
        )
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "hashed SubPlan" in plan
    assert "Nested Loop" not in plan


def test_an_addition_and_a_withdrawal_are_seen_by_the_next_search(cast: Cast):
    ready = make_deployment(status=Status.READY)
    gallery, probe = _database(ready), unit_vector(seed=77)[None]
    assert gallery.search(probe, limit=1)[0][0].similarity < 0.9

    entry = make_entry(ready, embedding=unit_vector(seed=77))
    assert gallery.search(probe, limit=1)[0][0].entry_id == entry.pk

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")
    assert gallery.search(probe, limit=1)[0][0].entry_id != entry.pk


@pytest.mark.django_db(transaction=True)
def test_the_mirror_follows_the_watchlist_without_holding_up_who_asks():
    cast = make_cast()
    ready = make_deployment(status=Status.READY)
    gallery, probe = _mirror(ready), unit_vector(seed=77)[None]

    entry = make_entry(ready, embedding=unit_vector(seed=77))
    _follow(gallery, ready)
    assert gallery.search(probe, limit=1)[0][0].entry_id == entry.pk

    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Found.")
    _follow(gallery, ready)
    assert gallery.search(probe, limit=1)[0][0].entry_id != entry.pk


@pytest.mark.django_db(transaction=True)
def test_a_mirror_that_cannot_be_loaded_keeps_what_it_has_and_tries_again():
    make_cast()
    ready = make_deployment(status=Status.READY)
    gallery = _mirror(ready)
    failed = threading.Event()

    def fails(*_: object, **__: object) -> object:
        failed.set()
        raise DatabaseError("gone")

    entry = make_entry(ready, embedding=unit_vector(seed=77))
    ready.refresh_from_db()
    with mock.patch.object(template_store, "all_of", fails):
        gallery.follow(ready.watchlist_version)
        assert failed.wait(LIMIT_S)
        _until_idle(gallery)
    assert len(gallery.search(unit_vector(seed=77)[None], limit=5)[0]) == 1

    _follow(gallery, ready)
    assert gallery.search(unit_vector(seed=77)[None], limit=1)[0][0].entry_id == entry.pk


def _follow(gallery: MirrorGallery, deployment: Deployment) -> None:
    deployment.refresh_from_db()
    gallery.follow(deployment.watchlist_version)
    _until_idle(gallery)


def _until_idle(gallery: MirrorGallery) -> None:
    assert gallery._loading.acquire(timeout=LIMIT_S)
    gallery._loading.release()
    connection.close()
