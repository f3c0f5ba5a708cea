"""A wrong value of the environment is told in a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from lfr_site import env


def test_numbers_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.numbers("LFR_RETENTION_S") == {}
    monkeypatch.setenv("LFR_RETENTION_S", "watchlist=120, alert = 0,")

    assert env.numbers("LFR_RETENTION_S") == {"watchlist": 120, "alert": 0}


@pytest.mark.parametrize(
    "value",
    ["watchlist", "watchlist=", "=5", "watchlist=-5", "watchlist=1h", "alert=²", "alert=1,alert=2"],
)
def test_what_is_no_list_of_numbers_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LFR_RETENTION_S", value)

    with pytest.raises(ImproperlyConfigured, match=r"^LFR_RETENTION_S must be word=number"):
        env.numbers("LFR_RETENTION_S")
