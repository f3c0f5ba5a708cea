"""One face among many: in memory and in PostgreSQL, against a plain matrix product and what
DeepFace does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import transaction

from deployments.models import Deployment
from recognition import template_store
from recognition.bench.machine import free_memory_gb
from recognition.bench.options import Options
from recognition.bench.scene import authorised
from recognition.bench.stock_deepface import comparisons
from recognition.bench.strangers import alike, insert, random_templates
from recognition.bench.timing import rounded, side_by_side
from recognition.decision import CANDIDATES
from recognition.gallery_memory import MemoryGallery
from recognition.gallery_mirror import MirrorGallery
from recognition.gallery_pgvector import PgvectorGallery
from recognition.types import Floats

SIZES = (1_000, 20_000, 100_000, 1_000_000)
QUICK_SIZES = SIZES[:2]
# The largest list that is also put into PostgreSQL, and from which its index is measured.
LARGEST_IN_DATABASE, INDEXED = 100_000, 100_000
CROWD = 32
DIMENSION = 128
PROFILE, VERSION = "bench", "bench-1"
# What `find` does row by row is measured on so many rows and scaled: it is linear.
FIND_ROWS = 1_000
# As alike as dlib's network finds strangers, and two pictures of one person.
STRANGERS_ALIKE, SELF_ALIKE = 0.85, 0.96
RECALL_PROBES = 1_000


def measure(options: Options) -> dict[str, Any]:
    detail: dict[str, dict[str, float]] = {}
    recall: dict[str, Any] = {}
    for size in QUICK_SIZES if options.quick else SIZES:
        if size * DIMENSION * 4 * 3 / 2**30 > free_memory_gb():
            continue
        templates = random_templates(size, dimension=DIMENSION, likeness=STRANGERS_ALIKE)
        detail[str(size)] = _in_memory(templates, options)
        if size <= LARGEST_IN_DATABASE:
            detail[str(size)] |= _in_database(templates, options, recall)
    ratios = {size: row["memory"] / row["numpy"] for size, row in detail.items()}
    crowd = {size: row["memory_32"] / row["numpy_32"] for size, row in detail.items()}
    return {
        "search_ms": {size: round(row["memory"], 3) for size, row in detail.items()},
        "search_ratio_vs_numpy": rounded(ratios),
        "search_ratio_vs_numpy_32_probes": rounded(crowd),
        "search_detail_ms": {size: rounded(row, 3) for size, row in detail.items()},
        **recall,
    }


def _in_memory(templates: Floats, options: Options) -> dict[str, float]:
    gallery = MemoryGallery(DIMENSION)
    gallery.replace(np.arange(len(templates)), templates)
    transposed, one, crowd = templates.T, _probes(templates, 1), _probes(templates, CROWD)
    calls: dict[str, Callable[[], object]] = {
        "numpy": lambda: one @ transposed,
        "memory": lambda: gallery.search(one, limit=CANDIDATES),
        "numpy_32": lambda: crowd @ transposed,
        "memory_32": lambda: gallery.search(crowd, limit=CANDIDATES),
        "deepface_batched": _deepface_batched(templates, one),
    }
    taken = side_by_side(calls, seconds=options.chosen(1, 10))
    rows = templates[:FIND_ROWS]
    find = side_by_side({"find": _deepface_find(rows, one[0])}, seconds=0)["find"]
    ms = {name: 1000 * value for name, value in taken.items()}
    return ms | {"deepface_find": 1000 * find * len(templates) / len(rows)}


def _in_database(templates: Floats, options: Options, recall: dict[str, Any]) -> dict[str, float]:
    deployment = authorised(f"{len(templates)} templates")
    with transaction.atomic():
        insert(deployment.pk, templates, profile=PROFILE, profile_version=VERSION)
    one, crowd = _probes(templates, 1), _probes(templates, CROWD)
    gallery = PgvectorGallery(deployment_id=deployment.pk, profile_version=VERSION)
    calls: dict[str, Callable[[], object]] = {
        "pgvector": lambda: gallery.search(one, limit=CANDIDATES),
        "pgvector_32": lambda: gallery.search(crowd, limit=CANDIDATES),
        "mirror_load": lambda: _mirror(deployment).load(1),
    }
    taken = side_by_side(calls, seconds=options.chosen(1, 10))
    if len(templates) >= INDEXED:
        taken |= _with_index(deployment, templates, options, recall)
    return {name: 1000 * value for name, value in taken.items()}


def _with_index(
    deployment: Deployment, templates: Floats, options: Options, recall: dict[str, Any]
) -> dict[str, float]:
    """Recall@1 against an exact search, for people on the list and for strangers to it."""
    build = _once(lambda: template_store.add_index(deployment.pk, dimension=DIMENSION))
    gallery = PgvectorGallery(deployment_id=deployment.pk, profile_version=VERSION)
    one, crowd = _probes(templates, 1), _probes(templates, CROWD)
    calls: dict[str, Callable[[], object]] = {
        "hnsw": lambda: gallery.search(one, limit=CANDIDATES),
        "hnsw_32": lambda: gallery.search(crowd, limit=CANDIDATES),
    }
    strangers = random_templates(
        RECALL_PROBES, dimension=DIMENSION, seed=7, likeness=STRANGERS_ALIKE
    )
    recall["hnsw_recall_at_1"] = {
        "on_the_list": _recall(gallery, templates, _probes(templates, RECALL_PROBES)),
        "not_on_the_list": _recall(gallery, templates, strangers),
        "templates": len(templates),
    }
    return {"hnsw_build": build} | side_by_side(calls, seconds=options.chosen(1, 10))


def _once(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _recall(gallery: PgvectorGallery, templates: Floats, probes: Floats) -> float:
    exact = MemoryGallery(DIMENSION)
    exact.replace(np.arange(len(templates)), templates)
    best = [found[0].similarity for found in exact.search(probes, limit=1)]
    got = [
        found[0].similarity if found else -1.0
        for start in range(0, len(probes), CROWD)
        for found in gallery.search(probes[start : start + CROWD], limit=1)
    ]
    # By similarity: two templates may be equally alike, and either is right.
    return round(float(np.mean(np.array(got) >= np.array(best) - 1e-5)), 4)


def _mirror(deployment: Deployment) -> MirrorGallery:
    return MirrorGallery(deployment_id=deployment.pk, profile_version=VERSION, dimension=DIMENSION)


def _probes(templates: Floats, count: int) -> Floats:
    """Another picture of people all over the list."""
    chosen = templates[:: max(1, len(templates) // count)][:count]
    return alike(chosen, similarity=SELF_ALIKE)


def _deepface_batched(templates: Floats, probe: Floats) -> Callable[[], object]:
    """`find(batched=True)`'s comparison: its vectorised distances, then its sorting."""
    verification = comparisons()
    return lambda: np.argsort(verification.find_distance(templates, probe, "cosine")[0])


def _deepface_find(templates: Floats, probe: Floats) -> Callable[[], object]:
    """What `find` does with its table: row by row a distance and a confidence."""
    verification = comparisons()
    rows, target = templates.tolist(), probe.tolist()

    def search() -> None:
        for row in rows:
            distance = float(verification.find_distance(row, target, "cosine"))
            verification.find_confidence(
                distance=distance, model_name="Dlib", distance_metric="cosine", verified=False
            )

    return search
