"""The figures as a table for a terminal and for docs/performance.md."""

from collections.abc import Mapping
from typing import Any

BEGIN, END = "<!-- console figures: begin -->", "<!-- console figures: end -->"
LINE = (
    "consoles",
    "paint_p95_ms",
    "paint_p99_ms",
    "lost",
    "doubled",
    "out_of_order",
    "catch_up_s",
)


def rows(f: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    memory = f["memory_mb"]
    return [
        (
            f"stored alert to painted console, {f['consoles']} consoles, {f['painted']} alerts",
            f"p50 {f['paint_p50_ms']}, p95 {f['paint_p95_ms']}, p99 {f['paint_p99_ms']} ms",
            "p95 ≤ 250, p99 ≤ 500 ms",
        ),
        (
            f"stored alert to each of {f['consoles']} sockets",
            f"p50 {f['heard_p50_ms']}, p95 {f['heard_p95_ms']}, p99 {f['heard_p99_ms']} ms",
            "",
        ),
        (
            f"{f['storm_alerts']:,} alerts in {f['storm_s']} s at {f['storm_consoles']} consoles",
            f"heard p95 {f['storm_heard_p95_ms']} ms; {f['storm_shown']:,} counted on the screen",
            "in 10 s",
        ),
        (
            "lost, doubled, out of order, at any console",
            f"{f['lost']}, {f['doubled']}, {f['out_of_order']}",
            "none",
        ),
        (
            "tasks over 200 ms in Chromium in the storm",
            f"{f['tasks_over_200_ms']}; the longest {f['longest_task_ms']} ms",
            "none",
        ),
        (
            f"reconnected and caught up with {f['catch_up_events']} events",
            (
                f"{f['catch_up_s']} s in Chromium, {f['catch_up_socket_s']} s at a socket,"
                f" {f['catch_up_together_s']} s for {f['storm_consoles']} together"
            ),
            "≤ 1 s",
        ),
        (
            f"memory of the console over {f['shift_alerts']:,} alerts",
            (
                f"{memory[0]} MB after a tenth, {memory[-1]} MB at the end;"
                f" {f['memory_growth_mb_per_1000']} MB per 1,000 alerts"
            ),
            "flat",
        ),
    ]


def as_table(figures: Mapping[str, Any]) -> str:
    lines = [("what", "measured", "wanted"), *rows(figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_line(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in LINE}


def into_document(document: str, figures: Mapping[str, Any]) -> str:
    """The document with everything between its two marks made anew. ValueError without them."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    at = figures["measured"]
    quick = ", quick run" if at["quick"] else ""
    conditions = (
        f"{at['processor']}, {at['cores']} cores, {at['memory_gb']} GB; load {at['load']} before"
        f" and {at['load_after']} after, other work on the machine included; {at['at']}{quick}"
    )
    table = ["| what | measured | wanted |", "| --- | --- | --- |"]
    table += [f"| {' | '.join(row)} |" for row in rows(figures)]
    return "\n\n".join([f"{before}{BEGIN}", conditions, "\n".join(table), f"{END}{after}"])
