"""The little of SVG that the plots need: shapes with classes, colours for light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

Point = tuple[float, float]

# Blue, orange, green and purple that differ in lightness too, for those who see few colours.
STYLE = """
svg{--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;--page:#fff;
--c0:#0b5cad;--c1:#c2410c;--c2:#2f7d32;--c3:#7b3fa0;
background:var(--page);font-family:system-ui,sans-serif}
@media(prefers-color-scheme:dark){svg{--ink:#e8ebef;--soft:#a3adb8;--line:#3a424c;--page:#14181d;
--c0:#6db3f2;--c1:#f59e5b;--c2:#7fc983;--c3:#c79be0}}
text{fill:var(--ink);font-size:13px}.soft{fill:var(--soft);font-size:12px}
.title{font-size:16px;font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.curve{fill:none;stroke-width:2}.mark{stroke-width:2}.dash{stroke-dasharray:5 4}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}
.bar{fill-opacity:.55}.ink{stroke:var(--ink)}
"""


@dataclass(slots=True)
class Drawing:
    """An SVG being drawn, in pixels from the top left corner."""

    width: int
    height: int
    title: str
    description: str
    _parts: list[str] = field(default_factory=list)

    def line(self, start: Point, end: Point, *, style: str) -> None:
        (x1, y1), (x2, y2) = start, end
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'
        )

    def curve(self, points: Sequence[Point], *, style: str) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" class="curve {style}"/>')

    def bar(self, corner: Point, *, width: float, height: float, style: str) -> None:
        x, y = corner
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'class="bar {style}"/>'
        )

    def dot(self, centre: Point, *, style: str) -> None:
        self._parts.append(
            f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="4" class="{style}"/>'
        )

    def text(self, words: str, at: Point, *, style: str = "", turned: bool = False) -> None:
        x, y = at
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{style}"{turn}>{escape(words)}</text>'
        )

    def legend(self, entries: Iterable[str], *, at: Point) -> None:
        x, y = at
        for index, words in enumerate(entries):
            row = y + 20 * index
            self.line((x, row - 4), (x + 22, row - 4), style=f"mark s{index % 4}")
            self.text(words, (x + 30, row))

    def as_text(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img">'
        )
        words = f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        return "\n".join([head, words, f"<style>{STYLE}</style>", *self._parts, "</svg>", ""])
