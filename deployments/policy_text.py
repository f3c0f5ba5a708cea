"""The plain text of a policy document as a list of blocks, the same for the page and the PDF.

    # heading      ## heading below it      - point      1. numbered point

Everything else is a paragraph; an empty line ends it. There is no other markup, so nothing that
is written can become any."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from django.utils.html import escape

# Of text that a page of the public's shows, as it is sent; with its frame it stays below 50 kB.
BYTES_A_PAGE = 30_000
# What stands around a line: <li></li> and the like.
MARKUP_A_LINE = 20
# A list or a paragraph longer than this may go on on the next page.
BYTES_A_PIECE = 6_000
_NUMBERED = re.compile(r"^\d+[.)] +(?=\S)")


class BlockKind(StrEnum):
    HEADING = "heading"
    SUBHEADING = "subheading"
    POINTS = "points"
    NUMBERED = "numbered"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or paragraph has one line, a list one for each of its points."""

    kind: BlockKind
    lines: tuple[str, ...]

    # The number of a numbered list's first point.
    first: int = 1

    @property
    def weight(self) -> int:
        """In bytes, as a page sends it."""
        return sum(len(escape(line).encode()) + MARKUP_A_LINE for line in self.lines)

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def blocks(body: str) -> list[Block]:
    found: list[Block] = []
    for is_text, lines in groupby(body.splitlines(), key=lambda line: bool(line.strip())):
        if is_text:
            found += _blocks_of(list(lines))
    return found


def _blocks_of(lines: list[str]) -> Iterator[Block]:
    """Of lines without an empty one between them."""
    for kind, same in groupby((_line(line.strip()) for line in lines), key=lambda pair: pair[0]):
        texts = tuple(text for _, text in same)
        if kind in {BlockKind.HEADING, BlockKind.SUBHEADING}:
            yield from (Block(kind, (text,)) for text in texts)
        elif kind == BlockKind.PARAGRAPH:
            yield Block(kind, (" ".join(texts),))
        else:
            yield Block(kind, texts)


def _line(line: str) -> tuple[BlockKind, str]:
    for mark, kind in (
        ("## ", BlockKind.SUBHEADING),
        ("# ", BlockKind.HEADING),
        ("- ", BlockKind.POINTS),
    ):
        if line.startswith(mark):
            return kind, line.removeprefix(mark).strip()
    if numbered := _NUMBERED.match(line):
        return BlockKind.NUMBERED, line[numbered.end() :]
    return BlockKind.PARAGRAPH, line


def pages(found: Iterable[Block]) -> list[list[Block]]:
    """A long document in parts that a page can show, each begun at a heading where one comes in
    time. A short one is one part; so is one without text."""
    parts: list[list[Block]] = [[]]
    size = 0
    for block in (piece for each in found for piece in _pieces(each)):
        is_late = block.kind == BlockKind.HEADING and size > BYTES_A_PAGE / 2
        if parts[-1] and (is_late or size + block.weight > BYTES_A_PAGE):
            carried = _headings_at_the_end(parts[-1], room=BYTES_A_PAGE - block.weight)
            parts.append(carried)
            size = sum(each.weight for each in carried)
        parts[-1].append(block)
        size += block.weight
    return parts


def _headings_at_the_end(part: list[Block], *, room: int) -> list[Block]:
    """Taken away: a heading goes where what stands below it goes, if there is room for both."""
    carried: list[Block] = []
    while len(part) > 1 and part[-1].kind in {BlockKind.HEADING, BlockKind.SUBHEADING}:
        room -= part[-1].weight
        if room < 0:
            break
        carried.insert(0, part.pop())
    return carried


def _pieces(block: Block) -> Iterator[Block]:
    """The block itself, or pieces of it where it alone is more than a page shows."""
    if block.weight <= BYTES_A_PIECE:
        yield block
        return
    number = block.first
    for line in block.lines:
        # No letter is sent as more than six bytes.
        for text in textwrap.wrap(line, BYTES_A_PIECE // 6) or [""]:
            yield replace(block, lines=(text,), first=number)
        number += 1
