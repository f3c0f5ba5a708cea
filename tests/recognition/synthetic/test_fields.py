import numpy as np
import pytest

from recognition.synthetic.fields import blended, smoothstep, value_noise


@pytest.mark.parametrize("cell", [(12.0, 12.0), (40.0, 2.2)])
def test_noise_is_the_same_pattern_at_every_resolution(cell: tuple[float, float]):
    extent = (280.0, 320.0)
    coarse = value_noise(np.random.default_rng(5), (140, 160), cell, extent)
    fine = value_noise(np.random.default_rng(5), (560, 640), cell, extent)

    again = fine.reshape(140, 4, 160, 4).mean(axis=(1, 3))

    assert np.corrcoef(coarse.ravel(), again.ravel())[0, 1] > 0.9


def test_noise_of_another_seed_is_another_pattern():
    one, other = (
        value_noise(np.random.default_rng(seed), (140, 160), (12, 12), (280, 320))
        for seed in (5, 6)
    )

    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.3


def test_smoothstep_falls_when_its_ends_are_exchanged():
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])

    assert smoothstep(0, 1, x).tolist() == [0, 0, 0.5, 1, 1]
    assert smoothstep(1, 0, x).tolist() == [1, 1, 0.5, 0, 0]


def test_blending_never_overshoots():
    base = np.zeros((2, 3), np.float32)

    mixed = blended(base, [1.0, 2.0, 3.0], np.array([-0.5, 1.5]))

    assert mixed.tolist() == [[0, 0, 0], [1, 2, 3]]
