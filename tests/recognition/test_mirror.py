"""The mirror in a worker's memory: one for all cameras, and never far behind the list."""

import gc
import threading
from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection

from deployments import watchlist, watchlist_review
from deployments.enums import Status
from deployments.models import Deployment
from recognition import template_store
from recognition.authority import AuthorityWatch
from recognition.bench.strangers import FIRST_ID, alike, insert, random_templates
from recognition.gallery_mirror import MirrorGallery, mirror_of
from recognition.gallery_pgvector import PgvectorGallery
from tests.concurrency import LIMIT_S, at_once
from tests.factories import (
    DIMENSION,
    PROFILE,
    PROFILE_VERSION,
    Cast,
    make_cast,
    make_deployment,
    make_entry,
    unit_vector,
)

LONG_LIST = 20_000


def _mirror(deployment: Deployment) -> MirrorGallery:
    return mirror_of(deployment.pk, profile_version=PROFILE_VERSION, dimension=DIMENSION)


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(LIMIT_S / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be")


@pytest.fixture
def long_list(cast: Cast) -> Deployment:
    deployment = make_deployment(status=Status.READY)
    templates = random_templates(LONG_LIST, dimension=DIMENSION)
    insert(deployment.pk, templates, profile=PROFILE, profile_version=PROFILE_VERSION)
    return deployment


def test_a_long_list_is_read_to_the_last_bit(long_list: Deployment):
    mirror = _mirror(long_list)
    mirror.load(long_list.watchlist_version)

    assert len(mirror) == LONG_LIST + 1
    ids, templates = template_store.all_of(long_list.pk, profile_version=PROFILE_VERSION)
    held = dict(zip(ids, templates, strict=True))
    expected = random_templates(LONG_LIST, dimension=DIMENSION)
    assert all((held[FIRST_ID + number] == expected[number]).all() for number in range(LONG_LIST))


def test_a_long_list_gives_the_databases_own_answers(long_list: Deployment):
    mirror = _mirror(long_list)
    mirror.load(long_list.watchlist_version)
    database = PgvectorGallery(deployment_id=long_list.pk, profile_version=PROFILE_VERSION)
    known = random_templates(LONG_LIST, dimension=DIMENSION)[::4000]
    strangers = random_templates(6, dimension=DIMENSION)
    probes = np.concatenate([alike(known, similarity=0.8), known, strangers])

    for one, other in zip(
        mirror.search(probes, limit=3), database.search(probes, limit=3), strict=True
    ):
        assert [c.entry_id for c in one] == [c.entry_id for c in other]
        assert [c.similarity for c in one] == pytest.approx([c.similarity for c in other], abs=1e-6)


@pytest.mark.django_db(transaction=True)
def test_it_follows_a_long_list_of_a_live_deployment(recognition_worker: None):
    """An addition and a withdrawal, as the watchlist's version tells them."""
    cast = make_cast()
    live = make_deployment(status=Status.LIVE)
    templates = random_templates(LONG_LIST, dimension=DIMENSION)
    insert(live.pk, templates, profile=PROFILE, profile_version=PROFILE_VERSION)
    mirror, probe = _mirror(live), unit_vector(seed=77)[None]
    mirror.load(live.watchlist_version)

    def best() -> int:
        return mirror.search(probe, limit=1)[0][0].entry_id

    def found(wanted: Callable[[int], bool]) -> bool:
        live.refresh_from_db()
        mirror.follow(live.watchlist_version)
        return wanted(best())

    sought = make_entry(live, embedding=unit_vector(seed=77))
    _until(lambda: found(lambda entry: entry == sought.pk))
    watchlist.withdraw_entry(sought, by=cast.watchlist_manager, reason="Found.")
    _until(lambda: found(lambda entry: entry != sought.pk))


@pytest.mark.django_db(transaction=True)
def test_a_review_and_a_withdrawal_take_effect_with_the_next_poll_of_the_authority(
    recognition_worker: None,
):
    """A live deployment, watched as a camera watches it: who was reviewed is found by the first
    poll that sees the list's new version, who was withdrawn no longer."""
    cast = make_cast()
    live = make_deployment(status=Status.LIVE)
    waiting = make_entry(live, embedding=unit_vector(seed=77), is_reviewed=False)
    mirror, probe = _mirror(live), unit_vector(seed=77)[None]
    mirror.load(live.watchlist_version)
    polled: list[int] = []

    def tick(version: int) -> bool:
        mirror.follow(version)
        polled.append(version)
        return True

    def is_found() -> bool:
        return waiting.pk in {candidate.entry_id for candidate in mirror.search(probe, limit=1)[0]}

    with AuthorityWatch(live.pk, on_tick=tick, on_loss=lambda: None) as authority:
        _until(lambda: bool(polled))
        assert not is_found()
        watchlist_review.accept(live, [waiting.pk], by=cast.second_watchlist_manager)
        _until(is_found)
        live.refresh_from_db()
        assert max(polled) == live.watchlist_version
        watchlist.withdraw_entry(waiting, by=cast.watchlist_manager, reason="Found.")
        _until(lambda: not is_found())
        assert authority.holds()


@pytest.mark.django_db(transaction=True)
def test_following_does_not_wait_for_a_list_that_takes_long_to_read(
    monkeypatch: pytest.MonkeyPatch,
):
    """Whoever watches the authority calls it: a watch that waits is a watch that lapses."""
    mirror = _mirror(make_deployment(status=Status.READY))
    reading, may_end = threading.Event(), threading.Event()

    def slow(deployment_id: int, *, profile_version: str) -> object:
        reading.set()
        may_end.wait(30)
        return [7], unit_vector(seed=7)[None]

    monkeypatch.setattr(template_store, "all_of", slow)

    mirror.follow(1)
    assert reading.wait(30)
    mirror.follow(2)
    assert len(mirror) == 0

    may_end.set()
    _until(lambda: len(mirror) == 1)


@pytest.mark.django_db(transaction=True)
def test_the_cameras_of_one_deployment_share_it_and_read_the_list_once(
    monkeypatch: pytest.MonkeyPatch,
):
    make_cast()
    ready, other = (make_deployment(status=Status.READY) for _ in range(2))
    reads: list[int] = []
    read = template_store.all_of

    def counted(deployment_id: int, *, profile_version: str) -> object:
        reads.append(deployment_id)
        return read(deployment_id, profile_version=profile_version)

    monkeypatch.setattr(template_store, "all_of", counted)

    def load() -> MirrorGallery:
        mirror = _mirror(ready)
        mirror.load(ready.watchlist_version)
        connection.close()
        return mirror

    mirrors = at_once([load] * 4)

    assert len(set(map(id, mirrors))) == 1
    assert reads == [ready.pk]
    assert _mirror(other) is not mirrors[0]


def test_it_goes_with_the_last_camera(cast: Cast):
    """No copy of a watchlist stays in a worker that reads none of its cameras."""
    ready = make_deployment(status=Status.READY)
    first, second = _mirror(ready), _mirror(ready)
    first.load(ready.watchlist_version)
    del first
    gc.collect()
    assert len(_mirror(ready)) == 1

    del second
    gc.collect()
    assert len(_mirror(ready)) == 0
