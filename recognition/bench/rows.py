"""What each section of the bench found, as rows for people to read: what, measured, wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]
Row = tuple[str, str, str]


def rows_of(section: str, figures: Figures) -> Iterator[Row]:
    """Of one section that was measured, its memory last."""
    yield from _ROWS[section](figures)
    if peak := figures.get("rss_mb_by_section", {}).get(section):
        yield f"peak memory, {section}", f"{peak} MB", ""


def _embed(figures: Figures) -> Iterator[Row]:
    for size, row in figures.get("embed_ms", {}).items():
        yield (
            f"a face embedded, batch {size}",
            (
                f"{row['embedded']} ms; with its mirror image {row['with_mirror_image']} ms;"
                f" dlib {row['dlib']} ms; DeepFace {row['deepface']} ms"
            ),
            "",
        )
        yield (
            f"… against dlib and DeepFace, batch {size}",
            (
                f"{figures['embed_speedup_vs_dlib_by_batch'][size]} × and"
                f" {figures['embed_speedup_vs_deepface_by_batch'][size]} ×"
            ),
            "≥ 18 × dlib" if size == "8" else "",
        )
    if "plain_matrix_share" in figures:
        yield (
            "share of a plain matrix product's speed",
            f"{figures['plain_matrix_share']:.0%} of {figures['plain_matrix_gflops']} GFLOP/s",
            "",
        )


def _search(figures: Figures) -> Iterator[Row]:
    for size, row in figures.get("search_detail_ms", {}).items():
        ratio = figures["search_ratio_vs_numpy"][size]
        crowd = figures["search_ratio_vs_numpy_32_probes"][size]
        yield (
            f"one face among {int(size):,}",
            f"{row['memory']} ms; the product alone {row['numpy']} ms ({ratio} ×)",
            "≤ 1.5 ×" if size == "20000" else "",
        )
        yield (
            f"32 faces among {int(size):,}",
            f"{row['memory_32']} ms; the product alone {row['numpy_32']} ms ({crowd} ×)",
            "",
        )
        yield (
            f"… by DeepFace among {int(size):,}",
            f"find, row by row {row['deepface_find']} ms; batched {row['deepface_batched']} ms",
            "",
        )
        if "pgvector" in row:
            yield (
                f"… in PostgreSQL among {int(size):,}",
                (
                    f"one {row['pgvector']} ms, 32 faces {row['pgvector_32']} ms;"
                    f" read into memory in {row['mirror_load']} ms"
                ),
                "",
            )
    yield from _index(figures)


def _index(figures: Figures) -> Iterator[Row]:
    if recall := figures.get("hnsw_recall_at_1"):
        row = figures["search_detail_ms"][str(recall["templates"])]
        yield (
            f"HNSW among {recall['templates']:,}",
            (
                f"one {row['hnsw']} ms, 32 faces {row['hnsw_32']} ms;"
                f" recall@1 {recall['on_the_list']} (on the list),"
                f" {recall['not_on_the_list']} (not); built in {row['hnsw_build'] / 1000:.0f} s"
            ),
            "",
        )


def _detect(figures: Figures) -> Iterator[Row]:
    for resolution, sizes in figures.get("detect", {}).items():
        for size, detectors in sizes.items():
            found = [f"{name} {_detected(row)}" for name, row in detectors.items()]
            yield f"faces of {size} px at {resolution.replace('x', '×')}", "; ".join(found), ""


def _detected(row: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{share:.0%} of {kind}" for kind, share in row["found"].items())
    mistakes = f", {row['elsewhere']} mistakes" if row["elsewhere"] else ""
    return f"{row['ms']} ms ({shares}{mistakes})"


def _pipeline(figures: Figures) -> Iterator[Row]:
    for video, rows in figures.get("pipeline", {}).items():
        for name, row in rows.items():
            wanted = {"embedded": "≥ 12 frames/s", "mobilefacenet": "≥ 25 frames/s"}.get(name, "")
            yield (
                f"{video}, {name}",
                f"{row['frames_per_s']} frames/s, {row['faces_per_s']} faces/s",
                wanted,
            )
        ratio = figures["pipeline_speedup_vs_deepface_by_video"][video]
        yield f"{video}, against the faster DeepFace loop", f"{ratio} ×", "≥ 15 ×"


def _latency(figures: Figures) -> Iterator[Row]:
    kinds = (
        ("latency_ms", "cameras_fps", f"at most {figures.get('max_fps')} pictures a second"),
        ("latency_unlimited_ms", "cameras_fps_unlimited", "without a limit"),
    )
    for latency, fps, words in kinds:
        for cameras, row in figures.get(latency, {}).items():
            found = f"p50 {row.get('p50')}, p95 {row.get('p95')}, p99 {row.get('p99')} ms"
            rates = ", ".join(map(str, figures[fps][cameras]))
            yield (
                f"capture to alert, {cameras} cameras, {words}",
                f"{found} of {row['count']}; {rates} frames/s",
                "p95 ≤ 500, p99 ≤ 1000 ms" if (latency, cameras) == ("latency_ms", "1") else "",
            )


def _following(figures: Figures) -> Iterator[Row]:
    words = {"added": "accepted", "withdrawn": "withdrawn"}
    for kind, row in figures["following_ms"].items():
        yield (
            f"somebody {words[kind]} on a live list of 20,000, until cameras search by it",
            f"p50 {row['p50']}, p95 {row['p95']}, p100 {row['p100']} ms of {row['count']}",
            "p100 ≤ 1000 ms",
        )


def _audit(figures: Figures) -> Iterator[Row]:
    yield (
        "an audit event added to a transition",
        (
            f"p95 {figures['audit_added_p95_ms']} ms more;"
            f" the insert itself p95 {figures['audit_insert_p95_ms']} ms"
        ),
        "≤ 1 ms",
    )
    yield (
        f"the trail verified, {figures['audit_verified_events']:,} events",
        f"{figures['audit_verified_per_s']:,} a second",
        "≥ 50,000 a second",
    )
    slowest = max(figures["audit_page_ms"].items(), key=lambda page: page[1])
    yield (
        f"a page of the trail among {figures['audit_events']:,} events",
        f"{slowest[1]} ms at most ({slowest[0]})",
        "≤ 300 ms",
    )


def _purge(figures: Figures) -> Iterator[Row]:
    alerts = figures["purge_alert_ms"]
    yield (
        f"purge of {figures['purge_rows']:,} due rows and {figures['purge_files']:,} files",
        f"{figures['purge_s']} s",
        "≤ 60 s",
    )
    yield (
        "… an alert of another deployment stored beside it",
        (
            f"p95 {alerts['beside']['p95']} ms of {alerts['beside']['count']}; without the purge"
            f" {alerts['without']['p95']} ms of {alerts['without']['count']}"
            f" ({figures['purge_alert_p95_ratio']} ×)"
        ),
        "≤ 1.2 ×",
    )


def _non_match(figures: Figures) -> Iterator[Row]:
    words = {"faces": "crops and embeddings", "pictures": "pictures of the camera"}
    for kind, row in figures.get("non_match_ms", {}).items():
        yield (
            f"in memory, from capture: {words[kind]}",
            f"p50 {row['p50']}, p95 {row['p95']}, p100 {row['p100']} ms of {row['count']:,}",
            "p100 ≤ 1000 ms",
        )


def _enrol(figures: Figures) -> Iterator[Row]:
    yield "enrolment", f"{figures['enrol_per_s']} images/s", ""


def _imports(figures: Figures) -> Iterator[Row]:
    yield (
        f"import of {figures['import_rows']:,} rows with images, from its decision to enrolled",
        (
            f"{figures['imported_and_enrolled_per_s']} a second:"
            f" {figures['import_vs_embedder_ratio']:.0%} of the embedder's own"
            f" {figures['embedder_own_per_s']}; the rows alone {figures['import_rows_per_s']}"
        ),
        "≥ 90 % of the embedder's own",
    )
    yield (
        "the same rows before, their faces looked at in the dry run",
        f"{figures['import_checked_per_s']} a second",
        "",
    )
    yield (
        "both together, from the upload to enrolled",
        (
            f"{figures['import_from_upload_per_s']} a second:"
            f" {figures['upload_vs_chain_ratio']:.0%} of the chain's own"
            f" {figures['chain_own_per_s']},"
            f" {figures['upload_vs_embedder_ratio']:.0%} of the embedder's own"
        ),
        "",
    )
    parts = figures["enrolment_ms_of_processor"]
    yield (
        "an image's share of the processor as it is enrolled",
        ", ".join(f"{name.replace('_', ' ')} {ms} ms" for name, ms in parts.items()),
        "",
    )
    yield (
        "dry run of 20,000 rows without images",
        f"{figures['dry_run_20000_s']} s; {figures['dry_run_rss_mb']} MB at its peak",
        "< 30 s, < 300 MB",
    )


def _recording(figures: Figures) -> Iterator[Row]:
    recording = figures["recording"]
    yield (
        f"recording 1080p25 at {recording['mbit_per_s']} Mbit/s, encrypted",
        (
            f"{figures['recording_core_share']:.1%} of a core beside taking the packets"
            f" ({recording['taking_alone']:.1%})"
        ),
        "≤ 10 %",
    )


def _memory(figures: Figures) -> Iterator[Row]:
    memory = figures["memory"]
    yield (
        (
            f"memory over {memory['minutes']} minutes of video"
            f" ({memory['frames']:,} frames processed, {memory['dropped']:,} dropped)"
        ),
        (
            f"{memory['settled_mb']} MB, at the end {memory['end_mb']} MB;"
            f" {memory['growth_mb_a_minute']} MB a minute"
        ),
        "no growth",
    )


_ROWS: dict[str, Callable[[Figures], Iterator[Row]]] = {
    "embed": _embed,
    "search": _search,
    "detect": _detect,
    "pipeline": _pipeline,
    "enrol": _enrol,
    "imports": _imports,
    "recording": _recording,
    "latency": _latency,
    "following": _following,
    "purge": _purge,
    "audit": _audit,
    "non_match": _non_match,
    "memory": _memory,
}
