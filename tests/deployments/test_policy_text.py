"""Policy text: headings, lists and paragraphs, and nothing else."""

from hypothesis import example, given
from hypothesis import strategies as st

from deployments.policy_text import BYTES_A_PAGE, Block, BlockKind, blocks, pages

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


def paragraph(count: int) -> Block:
    return Block(BlockKind.PARAGRAPH, ("word " * (count // 5 - 1) + "end",))


def test_a_short_document_is_one_page_and_a_long_one_breaks_before_a_heading():
    chapter = [Block(BlockKind.HEADING, ("A",)), *[paragraph(5_000)] * 4]

    assert pages(chapter) == [chapter]
    assert pages(chapter * 3) == [chapter] * 3
    assert pages([]) == [[]]


def test_no_page_ends_with_a_heading():
    heading = Block(BlockKind.SUBHEADING, ("Below",))
    first, second = pages([*[paragraph(5_900)] * 5, heading, paragraph(5_900)])

    assert heading not in first
    assert second[0] == heading


def test_a_list_that_goes_on_keeps_its_numbers():
    points = Block(BlockKind.NUMBERED, tuple("point " * 150 for _ in range(40)))

    parts = pages([points])

    assert len(parts) > 1
    numbers = [block.first for part in parts for block in part]
    assert numbers == list(range(1, 41))


@example([("# ", "a", 6), ("# ", "&", 6)])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["# ", "- ", "1. ", ""]), st.sampled_from('a&"é€'), st.integers(1, 40)
        ),
        max_size=12,
    )
)
def test_no_page_is_too_long_and_no_letter_lost(lines: list[tuple[str, str, int]]):
    body = "\n\n".join(mark + letter * (count * 997) for mark, letter, count in lines)
    found = blocks(body)

    parts = pages(found)

    assert all(sum(block.weight for block in part) <= BYTES_A_PAGE for part in parts)
    shown = "".join(block.text for part in parts for block in part)
    assert shown == "".join(block.text for block in found)
