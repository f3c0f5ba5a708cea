"""Policy text: headings, lists and paragraphs, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from deployments.policy_text import Block, BlockKind, blocks

TEXT = """# Purpose
Why it is
necessary.

## Below
- one
- two
1. first
2) second
Not a list - just a dash.
#hashtag
"""


def test_each_line_has_its_kind():
    assert blocks(TEXT) == [
        Block(BlockKind.HEADING, ("Purpose",)),
        Block(BlockKind.PARAGRAPH, ("Why it is necessary.",)),
        Block(BlockKind.SUBHEADING, ("Below",)),
        Block(BlockKind.POINTS, ("one", "two")),
        Block(BlockKind.NUMBERED, ("first", "second")),
        Block(BlockKind.PARAGRAPH, ("Not a list - just a dash. #hashtag",)),
    ]


@given(st.lists(st.sampled_from(["# a", "## b", "- c", "1. d", "word", "", "  "])))
def test_no_word_is_lost(lines: list[str]):
    written = [letter for line in lines for letter in line if letter.isalpha()]

    read = [letter for block in blocks("\n".join(lines)) for letter in block.text]

    assert [letter for letter in read if letter.isalpha()] == written
