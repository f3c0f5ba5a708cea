"""The plain text of a policy document as a list of blocks, the same for the page and the PDF.

    # heading      ## heading below it      - point      1. numbered point

Everything else is a paragraph; an empty line ends it. There is no other markup, so nothing that
is written can become any."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

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
