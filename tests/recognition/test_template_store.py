"""Templates: in an unlogged partition of the deployment's own, gone to the last byte."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from deployments import lifecycle, purge, watchlist
from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from lfr_site.embedded import Urls
from recognition import template_store
from recognition.models import Template
from recognition.types import Floats
from tests.factories import (
    Cast,
    make_cast,
    make_deployment,
    make_entry,
    recognition_worker_answers,
    unit_vector,
)
from tests.tampering import refusal_of, run_sql


def _partition(deployment: Deployment) -> str:
    return f"recognition_template_{deployment.pk}"


def _value(sql: str, *parameters: Any) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
        return row[0] if row else None


def test_a_partition_is_unlogged_and_stores_vectors_in_line(cast: Cast):
    deployment = make_deployment(status=Status.READY)
    name = _partition(deployment)

    assert _value("SELECT relpersistence FROM pg_class WHERE relname = %s", name) == "u"
    assert (
        _value(
            "SELECT attstorage FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attname = 'embedding'",
            name,
        )
        == "p"
    )


def test_the_index_is_unlogged_too(cast: Cast):
    deployment = make_deployment(status=Status.READY)

    name = f"{_partition(deployment)}_pkey"
    assert _value("SELECT relpersistence FROM pg_class WHERE relname = %s", name) == "u"


def test_what_was_saved_comes_back(cast: Cast):
    deployment = make_deployment(status=Status.READY, entries=3)

    ids, templates = template_store.all_of(deployment.pk, profile_version="embedded-1")

    assert sorted(ids) == sorted(deployment.entries.values_list("pk", flat=True))
    for entry_id, template in zip(ids, templates, strict=True):
        assert np.allclose(template, unit_vector(seed=entry_id), atol=1e-7)
    assert template_store.all_of(deployment.pk, profile_version="other")[0] == []


def test_a_second_template_replaces_the_first(cast: Cast):
    deployment = make_deployment(status=Status.READY)
    entry = deployment.entries.get()

    template_store.save(
        entry, unit_vector(seed=99), profile="embedded", profile_version="embedded-1"
    )

    (template,) = template_store.all_of(deployment.pk, profile_version="embedded-1")[1]
    assert np.allclose(template, unit_vector(seed=99), atol=1e-7)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_template_that_is_no_number_is_refused(cast: Cast, value: float):
    deployment = make_deployment(status=Status.READY)
    garbage = unit_vector(seed=1)
    garbage[3] = value

    with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
        template_store.save(
            deployment.entries.get(), garbage, profile="embedded", profile_version="embedded-1"
        )


def test_no_partition_without_an_authority(cast: Cast):
    for status in (Status.DRAFT, Status.SUBMITTED, Status.ENDED, Status.CANCELLED):
        deployment = make_deployment(status=status)
        if status == Status.ENDED:
            template_store.drop(deployment)
        assert "without an authority" in refusal_of(
            "SELECT make_template_partition(%s)", deployment.pk
        )


def test_the_application_may_not_drop_the_gallery_of_a_live_deployment(cast: Cast, app_role: None):
    live = make_deployment(status=Status.LIVE)

    assert "stays" in refusal_of("SELECT drop_template_partition(%s)", live.pk)
    assert "must be owner" in refusal_of(f"DROP TABLE {_partition(live)}")
    assert "must be owner" in refusal_of(f"ALTER TABLE {_partition(live)} SET LOGGED")
    assert "permission denied" in refusal_of(f"TRUNCATE {_partition(live)}")
    assert Template.objects.filter(deployment=live).count() == 1


def test_the_application_itself_makes_fills_rewrites_and_drops_one(cast: Cast, app_role: None):
    """Through the owner's functions, with no more rights than it has when deployed."""
    ready = make_deployment(status=Status.READY, entries=2)
    watchlist.withdraw_entry(
        ready.entries.all()[0], by=cast.watchlist_manager, reason="No longer sought."
    )
    assert Template.objects.filter(deployment=ready).count() == 1

    assert template_store.drop(ready) == 1
    assert _value("SELECT to_regclass(%s)", _partition(ready)) is None


def test_the_owners_functions_take_nothing_but_a_number(cast: Cast, app_role: None):
    injected = "SELECT drop_template_partition('1; DROP TABLE deployments_auditevent')"
    assert "invalid input syntax" in refusal_of(injected)
    assert _value("SELECT to_regclass('deployments_auditevent')") is not None


def test_missing_names_who_is_enrolled_without_a_template(cast: Cast):
    deployment = make_deployment(status=Status.READY, entries=3)
    make_entry(deployment, is_enrolled=False)
    assert template_store.missing(deployment) == []

    run_sql(f"TRUNCATE {_partition(deployment)}")

    enrolled = deployment.entries.filter(status="enrolled").values_list("pk", flat=True)
    assert sorted(template_store.missing(deployment)) == sorted(enrolled)


def test_erasure_drops_the_partition(cast: Cast):
    deployment = make_deployment(status=Status.ENDED)

    purge.purge()

    assert _value("SELECT to_regclass(%s)", _partition(deployment)) is None
    assert Template.objects.filter(deployment=deployment).count() == 0


# On the server's own disk


def _holds(files: list[Path], embedding: Floats) -> bool:
    """Whether any part of the vector is in the files: its first, middle or last 32 bytes."""
    raw = embedding.astype("<f4").tobytes()
    parts = (raw[:32], raw[len(raw) // 2 : len(raw) // 2 + 32], raw[-32:])
    contents = [path.read_bytes() for path in files if path.exists()]
    return any(part in content for part in parts for content in contents)


Superuser: TypeAlias = "psycopg.Connection[tuple[object, ...]]"


@pytest.fixture
def superuser(transactional_db: None, embedded_urls: Urls) -> Iterator[Superuser]:
    """The only one who may make the server write everything out, and know where."""
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(embedded_urls.database_superuser, dbname=name, autocommit=True) as own:
        yield own


def _write_everything_out(superuser: Superuser) -> None:
    """CHECKPOINT passes over unlogged tables; copying a database by its files does not."""
    superuser.execute("CREATE DATABASE flushed TEMPLATE template0 STRATEGY file_copy")
    superuser.execute("DROP DATABASE flushed")


def _on_disk(superuser: Superuser, deployment: Deployment) -> list[Path]:
    """The partition's files, its index's included."""
    _write_everything_out(superuser)
    folder = superuser.execute("SELECT current_setting('data_directory')").fetchone()
    assert folder is not None
    paths = [
        superuser.execute("SELECT pg_relation_filepath(%s::regclass)", [name]).fetchone()
        for name in (_partition(deployment), f"{_partition(deployment)}_pkey")
    ]
    return [Path(str(folder[0])) / str(path[0]) for path in paths if path is not None]


def test_a_long_list_is_read_in_parts(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    deployment = make_deployment(status=Status.READY, entries=5)
    version = Template.objects.filter(deployment=deployment).values_list(
        "profile_version", flat=True
    )[0]
    whole_ids, whole = template_store.all_of(deployment.pk, profile_version=version)

    monkeypatch.setattr(template_store, "READ_TOGETHER", 2)
    ids, templates = template_store.all_of(deployment.pk, profile_version=version)

    assert len(ids) == 5
    assert dict(zip(ids, templates.tolist(), strict=True)) == dict(
        zip(whole_ids, whole.tolist(), strict=True)
    )


def test_a_partition_that_everybody_was_withdrawn_from_goes_too(cast: Cast):
    deployment = make_deployment(status=Status.READY)
    for entry in list(deployment.entries.all()):
        watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="No longer sought.")
    lifecycle.cancel(deployment, by=cast.applicant, reason="Rain.")

    purge.purge()

    assert _value("SELECT to_regclass(%s)", _partition(deployment)) is None


def test_a_withdrawal_leaves_no_byte_of_the_template_on_the_disk(superuser: Superuser):
    cast = make_cast()
    deployment = make_deployment(status=Status.READY, entries=20)
    entries = list(WatchlistEntry.objects.filter(deployment=deployment).order_by("pk"))
    withdrawn, stays = unit_vector(seed=entries[7].pk), unit_vector(seed=entries[8].pk)
    old_files = _on_disk(superuser, deployment)
    assert _holds(old_files, withdrawn)

    watchlist.withdraw_entry(entries[7], by=cast.watchlist_manager, reason="Found.")

    files = _on_disk(superuser, deployment)
    assert not _holds([*old_files, *files], withdrawn)
    assert _holds(files, stays)
    assert Template.objects.filter(deployment=deployment).count() == 19


def test_erasure_leaves_no_byte_of_any_template_on_the_disk(superuser: Superuser):
    cast = make_cast()
    with recognition_worker_answers():
        deployment = make_deployment(status=Status.LIVE, entries=5)
    files = _on_disk(superuser, deployment)
    vectors = [unit_vector(seed=pk) for pk in deployment.entries.values_list("pk", flat=True)]
    assert all(_holds(files, vector) for vector in vectors)

    lifecycle.end(deployment, by=cast.alice, reason="Over.")
    purge.purge()

    _write_everything_out(superuser)
    assert not any(_holds(files, vector) for vector in vectors)


def test_who_is_alike_is_found_among_those_of_one_list_and_one_model(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)
    first, same, other, of_another_model = (
        make_entry(deployment, is_reviewed=False) for _ in range(4)
    )
    elsewhere = make_entry(make_deployment(status=Status.AUTHORISED))
    near = 0.8 * unit_vector(seed=1) + 0.6 * _beside(unit_vector(seed=1))
    for entry, embedding, model in (
        (first, unit_vector(seed=1), "m1"),
        (same, near, "m1"),
        (other, unit_vector(seed=2), "m1"),
        (of_another_model, unit_vector(seed=1), "m2"),
        (elsewhere, unit_vector(seed=1), "m1"),
    ):
        template_store.save(entry, embedding, profile="embedded", profile_version=model)

    def alike(*entries: WatchlistEntry, similarity: float) -> list[tuple[int, int]]:
        ids = [entry.pk for entry in entries]
        found = template_store.alike(
            deployment.pk, ids, similarity=similarity, profile_version="m1"
        )
        return sorted(found)

    assert alike(first, similarity=0.79) == [(first.pk, same.pk)]
    assert alike(first, same, similarity=0.79) == [(first.pk, same.pk), (same.pk, first.pk)]
    assert alike(first, same, other, similarity=0.81) == []
    assert alike(of_another_model, elsewhere, similarity=0.0) == []


def _beside(vector: Floats) -> Floats:
    """Of length 1, at a right angle."""
    other = np.roll(vector, 1)
    other = other - (other @ vector) * vector
    return np.asarray(other / np.linalg.norm(other), np.float32)
