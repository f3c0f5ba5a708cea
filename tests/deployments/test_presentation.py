import pytest

from deployments.templatetags.presentation import mid_sentence


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Watchlist entries and their images", "watchlist entries and their images"),
        ("CCTV, where it is authorised", "CCTV, where it is authorised"),
        ("A", "a"),
        ("", ""),
    ],
)
def test_words_are_taken_into_a_sentence_and_acronyms_stay(title: str, within: str):
    assert mid_sentence(title) == within
