from dataclasses import asdict

import numpy as np
import pytest

from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.palettes import linear, skin_colour, tone_third


def _numbers(seed: int) -> str:
    return repr(asdict(identity_from_seed(seed)))


def test_a_seed_is_always_the_same_person():
    assert _numbers(42) == _numbers(42)


def test_another_seed_is_another_person():
    assert _numbers(42) != _numbers(43)


def test_tones_of_a_crowd_fill_all_thirds():
    thirds = [tone_third(identity_from_seed(seed).tone) for seed in range(300)]

    assert min(thirds.count(third) for third in (0, 1, 2)) > 70


@pytest.mark.parametrize(("tone", "third"), [(0.0, 0), (1.7, 1), (3.3, 1), (3.4, 2), (5.0, 2)])
def test_thirds_of_tone(tone: float, third: int):
    assert tone_third(tone) == third


def test_skin_gets_darker_with_its_tone():
    levels = [float(skin_colour(tone, warmth=0).mean()) for tone in np.linspace(0, 5, 11)]

    assert levels == sorted(levels, reverse=True)


def test_dark_skin_comes_with_darker_hair():
    people = [identity_from_seed(seed) for seed in range(400)]
    dark = [p for p in people if p.tone > 3.4 and p.hair.grey == 0]

    assert dark
    for person in dark:
        assert float(person.hair.colour.mean()) <= float(linear((80, 54, 37)).mean())


def test_women_have_no_beards_and_only_pale_skin_freckles():
    people = [identity_from_seed(seed) for seed in range(400)]

    assert not any(p.facial_hair.beard or p.facial_hair.moustache for p in people if not p.male)
    assert not any(p.complexion.freckles for p in people if p.tone >= 2.6)
    assert any(p.facial_hair.beard for p in people)
    assert any(p.complexion.freckles for p in people)
