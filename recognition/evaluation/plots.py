"""The detection error trade-off and the histogram of scores, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from recognition.evaluation.evaluation import Evaluation
from recognition.evaluation.measures import Scores
from recognition.evaluation.svg import Drawing, Point

WIDTH, HEIGHT = 760, 540
LEFT, RIGHT, TOP, BOTTOM = 78, 36, 122, 62
LOWEST_FPIR, LOWEST_MISS = 0.0005, 0.01
TICKS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
STEPS = 240
BINS = 48


@dataclass(frozen=True, slots=True)
class _Axes:
    """From figures to pixels; each end of a range is a figure on its axis's own scale."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            LEFT + across * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
        )


def det_plot(evaluations: Sequence[Evaluation]) -> str:
    """Misses against false alerts, both logarithmic; a point with its interval for each rate."""
    axes = _Axes(x=(log10(LOWEST_FPIR), 0.0), y=(log10(LOWEST_MISS), 0.0))
    drawing = _drawing("Misses against false alerts", _probes(evaluations[0]))
    for tick in TICKS:
        _grid(drawing, axes, x=log10(tick), label=_tick(tick))
        if tick >= LOWEST_MISS:
            _grid(drawing, axes, y=log10(tick), label=_tick(tick))
    _names(drawing, "False alerts: share of people not on the list (FPIR)", "Missed (1 − TPIR)")
    for index, evaluation in enumerate(evaluations):
        _det_curve(drawing, axes, evaluation, style=index % 4)
    drawing.legend([each.title for each in evaluations], at=(LEFT, 62))
    return drawing.as_text()


def score_histogram(evaluation: Evaluation, *, fpir: float = 0.01) -> str:
    """Shares of mated and non-mated probes by the similarity of their best candidate."""
    mated = _finite(np.concatenate([each.mated for each in evaluation.scores]))
    non_mated = np.concatenate([each.non_mated for each in evaluation.scores])
    both = np.concatenate([mated, non_mated])
    edges = np.linspace(float(both.min()) - 1e-6, float(both.max()) + 1e-6, BINS + 1)
    shares = [np.histogram(scores, edges)[0] / max(len(scores), 1) for scores in (non_mated, mated)]
    top = 1.1 * max(float(share.max()) for share in shares)
    axes = _Axes(x=(float(edges[0]), float(edges[-1])), y=(0.0, top))
    drawing = _drawing(f"Scores of {evaluation.title}", _probes(evaluation))
    for tick in round_ticks(axes.x):
        _grid(drawing, axes, x=tick, label=f"{tick:g}")
    for tick in round_ticks(axes.y):
        _grid(drawing, axes, y=tick, label=_tick(tick))
    _names(drawing, "Similarity of the best candidate", "Share of probes")
    for index, share in enumerate(shares):
        _bars(drawing, axes, edges, share, style=index)
    threshold = evaluation.point(fpir).threshold
    drawing.line(axes.at(threshold, 0.0), axes.at(threshold, top), style="mark dash ink")
    x, y = axes.at(threshold, top)
    drawing.text(f"threshold {threshold:.3f} at FPIR {_tick(fpir)}", (x + 6, y + 12))
    drawing.legend(["Not on the list", "On the list, right person first"], at=(LEFT, 62))
    return drawing.as_text()


def _drawing(title: str, description: str) -> Drawing:
    drawing = Drawing(WIDTH, HEIGHT, title, description)
    drawing.text(title, (LEFT, 24), style="title")
    drawing.text(description, (LEFT, 42), style="soft")
    return drawing


def _probes(evaluation: Evaluation) -> str:
    return (
        f"Watchlist of {evaluation.plan.watchlist}; {evaluation.mated} mated and "
        f"{evaluation.non_mated} non-mated probes; {evaluation.plan.draws} draws"
    )


def _grid(
    drawing: Drawing,
    axes: _Axes,
    *,
    label: str,
    x: float | None = None,
    y: float | None = None,
) -> None:
    if x is not None:
        low, high = axes.at(x, axes.y[0]), axes.at(x, axes.y[1])
        drawing.text(label, (low[0], low[1] + 18), style="soft middle")
    else:
        assert y is not None
        low, high = axes.at(axes.x[0], y), axes.at(axes.x[1], y)
        drawing.text(label, (low[0] - 8, low[1] + 4), style="soft end")
    drawing.line(low, high, style="grid")


def _names(drawing: Drawing, x: str, y: str) -> None:
    drawing.text(x, ((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16), style="middle")
    drawing.text(y, (20, (TOP + HEIGHT - BOTTOM) / 2), style="middle", turned=True)


def _det_curve(drawing: Drawing, axes: _Axes, evaluation: Evaluation, *, style: int) -> None:
    curve = [axes.at(log10(fpir), _log_miss(1 - tpir)) for fpir, tpir in trade_off(evaluation)]
    drawing.curve(curve, style=f"s{style}")
    for point in evaluation.points:
        if not point.is_carried:
            continue
        x = log10(point.target_fpir)
        low, high = _log_miss(1 - point.tpir.high), _log_miss(1 - point.tpir.low)
        drawing.line(axes.at(x, low), axes.at(x, high), style=f"mark s{style}")
        drawing.dot(axes.at(x, _log_miss(1 - point.tpir.value)), style=f"f{style}")


def trade_off(evaluation: Evaluation) -> list[tuple[float, float]]:
    """FPIR and TPIR along the curve, mean over the draws, from the rarest false alert measured."""
    probes = min(len(each.non_mated) for each in evaluation.scores)
    fpirs = np.geomspace(max(LOWEST_FPIR, 1 / probes), 1.0, STEPS)
    curves = []
    for each in evaluation.scores:
        ranked = np.append(np.sort(each.non_mated)[::-1], -np.inf)
        thresholds = ranked[(fpirs * len(each.non_mated) + 1e-9).astype(int)]
        mated = np.sort(each.mated)
        curves.append(1 - np.searchsorted(mated, thresholds, side="right") / max(len(mated), 1))
    return list(zip(fpirs.tolist(), np.mean(curves, axis=0).tolist(), strict=True))


def round_ticks(ends: tuple[float, float], *, most: int = 9) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within a range, `most` at most."""
    width = ends[1] - ends[0]
    power = 10.0 ** floor(log10(width / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if width / (power * factor) <= most)
    first, last = ceil(ends[0] / step), floor(ends[1] / step)
    return [round(number * step, 9) for number in range(first, last + 1)]


def _tick(share: float) -> str:
    return f"{100 * share:g} %"


def _log_miss(miss: float) -> float:
    return log10(max(miss, LOWEST_MISS))


def _bars(
    drawing: Drawing, axes: _Axes, edges: np.ndarray, shares: np.ndarray, *, style: int
) -> None:
    for left, right, share in zip(edges[:-1], edges[1:], shares, strict=True):
        if share == 0:
            continue
        (x0, base), (x1, top) = axes.at(left, 0.0), axes.at(right, float(share))
        drawing.bar((x0, top), width=x1 - x0, height=base - top, style=f"f{style}")


def _finite(scores: Scores) -> Scores:
    return scores[np.isfinite(scores)]
