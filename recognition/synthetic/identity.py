"""From a seed to one synthetic person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recognition.synthetic.anatomy import (
    Brows,
    Build,
    Complexion,
    Eyes,
    FacialHair,
    Glasses,
    Hair,
    Identity,
    Mouth,
    Nose,
    Outfit,
    Skull,
)
from recognition.synthetic.fields import Array, f32
from recognition.synthetic.palettes import HAIR_SRGB, IRIS_SRGB, linear

# Shapes vary this much more than in a crowd: the people are meant to be told apart.
SPREAD = 1.3


@dataclass(frozen=True, slots=True)
class Draw:
    """Random measurements. `spread` widens the normal ones; 1 is an average crowd."""

    rng: np.random.Generator
    spread: float

    def normal(self, mean: float, deviation: float) -> float:
        """Normal, cut at two deviations: nobody is a caricature."""
        step = float(np.clip(self.rng.normal(), -2.0, 2.0))
        return mean + deviation * self.spread * step

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def near(self, mean: float, deviation: float, low: float, high: float) -> float:
        """Normal, not widened by the spread, held between two limits."""
        return float(np.clip(mean + deviation * self.rng.normal(), low, high))

    def one_of(self, choices: Sequence[str], weights: Sequence[float]) -> str:
        shares = np.asarray(weights, float)
        return str(self.rng.choice(choices, p=shares / shares.sum()))


def identity_from_seed(seed: int, *, spread: float = SPREAD) -> Identity:
    """The person of a seed: the same measurements on every machine and at every call."""
    draw = Draw(np.random.default_rng(seed), spread)
    male = bool(draw.rng.random() < 0.55)
    masculinity = draw.near(0.8 if male else 0.2, 0.13, 0.0, 1.0)
    age = float(np.clip(draw.rng.gamma(6, 6.5), 18, 78))
    tone = draw.uniform(0, 5)
    return Identity(
        seed=seed,
        male=male,
        masculinity=masculinity,
        age=age,
        tone=tone,
        warmth=draw.normal(0, 0.05),
        ruddiness=draw.uniform(0, 1),
        skull=_skull(draw, masculinity),
        eyes=_eyes(draw, masculinity, age),
        brows=_brows(draw, masculinity),
        nose=_nose(draw, masculinity, tone),
        mouth=_mouth(draw, masculinity, tone, male=male),
        build=_build(draw, masculinity, age),
        hair=_hair(draw, age, tone, male=male),
        facial_hair=_facial_hair(draw, male=male),
        glasses=_glasses(draw),
        complexion=_complexion(draw, age, tone, male=male),
        outfit=_outfit(draw),
    )


def _skull(draw: Draw, masculinity: float) -> Skull:
    m = masculinity
    return Skull(
        width=draw.normal(1, 0.065),
        face_length=draw.normal(1 + 0.03 * (m - 0.5), 0.06),
        crown_length=draw.normal(1, 0.05),
        jaw_width=draw.normal(0.96 + 0.12 * m, 0.09),
        jaw_squareness=draw.normal(0.3 + 0.5 * m, 0.3),
        chin_width=draw.normal(13 + 4 * m, 3.5),
        chin_projection=draw.normal(5 + 3 * m, 3),
        chin_cleft=max(0.0, draw.normal(-0.5, 1)),
        cheekbone=draw.normal(4, 2.6),
        cheek_hollow=draw.normal(1, 3),
        cheek_fat=draw.normal(2.5, 3.2),
        brow_ridge=draw.normal(1 + 5 * m, 1.8),
        forehead_slope=draw.normal(4 * m, 4),
        temple=draw.normal(2, 1.5),
        depth=draw.normal(1, 0.05),
    )


def _eyes(draw: Draw, masculinity: float, age: float) -> Eyes:
    m = masculinity
    return Eyes(
        distance=draw.normal(63, 3.8),
        width=draw.normal(32, 2.1),
        height=draw.normal(11.6 - m, 1.7),
        tilt=draw.normal(0.05, 0.085),
        depth=draw.normal(7, 2.2),
        y=draw.normal(0, 1.6),
        crease=draw.uniform(0, 1),
        hood=max(0.0, draw.normal(0.1, 0.6)),
        bags=draw.near((age - 30) / 45, 0.35, 0.0, 1.3),
        lashes=draw.near(1.1 - m, 0.2, 0.15, 1.0),
    )


def _brows(draw: Draw, masculinity: float) -> Brows:
    m = masculinity
    return Brows(
        y=draw.normal(20.5 - 2.5 * m, 2.4),
        arch=draw.normal(3.5 - 2 * m, 1.8),
        tilt=draw.normal(0.02, 0.08),
        thickness=draw.normal(5 + 3 * m, 1.7),
        length=draw.normal(36, 3),
        gap=draw.normal(11, 2.2),
        density=draw.uniform(0.45, 1),
    )


def _nose(draw: Draw, masculinity: float, tone: float) -> Nose:
    return Nose(
        length=draw.normal(47, 3.6),
        width=draw.normal(17 + 0.9 * (tone - 2), 2.3),
        bridge_height=draw.normal(7 - 0.8 * (tone - 2), 2.4),
        bridge_width=draw.normal(7.5 + 0.4 * tone, 1.4),
        tip_projection=draw.normal(23 - 0.6 * (tone - 2), 3),
        tip_width=draw.normal(8.6, 1.7),
        hump=draw.normal(0.8 * masculinity, 2.2),
        tip_up=draw.normal(0, 2.6),
        nostril=draw.normal(1, 0.25),
    )


def _mouth(draw: Draw, masculinity: float, tone: float, *, male: bool) -> Mouth:
    return Mouth(
        y=draw.normal(-68.5, 2.8),
        half_width=draw.normal(25, 2.9),
        upper_lip=draw.normal(6 + 0.6 * tone - 1.5 * masculinity, 1.7),
        lower_lip=draw.normal(8.2 + 0.6 * tone - 1.5 * masculinity, 1.9),
        redness=draw.uniform(0.3, 1) if male else draw.uniform(0.45, 1.6),
        cupid=draw.normal(1.2, 0.9),
        corner=draw.normal(2.0, 1.4),
        projection=draw.normal(4, 1.6),
        philtrum=draw.uniform(0.3, 1.2),
    )


def _build(draw: Draw, masculinity: float, age: float) -> Build:
    return Build(
        ear_length=draw.normal(56 + age / 15, 4),
        ear_flare=draw.uniform(0.15, 0.6),
        neck_radius=draw.normal(49 + 10 * masculinity, 3.5),
        asymmetry=draw.normal(0, 1),
    )


def _hair(draw: Draw, age: float, tone: float, *, male: bool) -> Hair:
    colour, grey = _hair_colour(draw, age, tone)
    weights = _style_weights(age, tone, male=male)
    return Hair(
        colour=colour,
        grey=grey,
        style=draw.one_of(list(weights), list(weights.values())),
        volume=draw.uniform(0.6, 1.4),
        hairline=draw.normal(65, 6),
        recession=draw.uniform(0, 0.5) if male else draw.uniform(0, 0.15),
        parting=draw.uniform(-1, 1),
        sweep=draw.uniform(-0.012, 0.012),
        curl=min((0.1 + 0.25 * tone * (tone > 2.5)) * draw.uniform(0.3, 1), 1.0),
        length=draw.uniform(0.6, 1.2),
    )


def _hair_colour(draw: Draw, age: float, tone: float) -> tuple[Array, float]:
    """Linear RGB and the share of grey, which comes with age."""
    light = tone < 2.2
    names = ["black", "dark", "brown", "light brown", "blond", "red"]
    weights = [0.2, 0.25, 0.22, 0.13, 0.14, 0.06] if light else [0.68, 0.27, 0.05, 0.0, 0.0, 0.0]
    name = draw.one_of(names, weights)
    grey = draw.near((age - 42) / 28, 9 / 28, 0.0, 1.0)
    # Dark hair stays darker than dark skin: otherwise brow and hairline vanish in the face.
    natural = linear(HAIR_SRGB[name]) * draw.uniform(0.75, 1.3 if light else 1.0)
    faded = linear(HAIR_SRGB["white" if age > 62 else "grey"])
    return np.asarray(natural * (1 - grey) + faded * grey, f32), grey


def _style_weights(age: float, tone: float, *, male: bool) -> Mapping[str, float]:
    dark = float(tone > 3)
    if male:
        return {
            "bald": 0.1 + 0.1 * (age > 45),
            "buzz": 0.16,
            "short": 0.26,
            "crop": 0.18,
            "fringe": 0.04,
            "medium": 0.06,
            "long": 0.03,
            "afro": 0.12 * dark,
            "receding": 0.1 + 0.25 * (age > 42),
        }
    return {
        "buzz": 0.03,
        "short": 0.11,
        "fringe": 0.04,
        "medium": 0.24,
        "long": 0.32,
        "long fringe": 0.06,
        "bun": 0.2,
        "afro": 0.2 * dark,
    }


def _facial_hair(draw: Draw, *, male: bool) -> FacialHair:
    kind = draw.rng.random() if male else 0.0
    return FacialHair(
        stubble=draw.uniform(0.15, 0.6) if male else 0.0,
        beard=draw.uniform(0.6, 1) if kind > 0.68 else 0.0,
        goatee=bool(0.56 < kind <= 0.68),
        moustache=bool(kind > 0.5),
        length=draw.uniform(1.5, 9),
    )


def _glasses(draw: Draw) -> Glasses:
    frame = draw.one_of(["none", "thin", "thick", "half"], [0.7, 0.12, 0.12, 0.06])
    half_width, half_height = draw.uniform(24, 29), draw.uniform(17, 25)
    colour = np.array([draw.uniform(0, 0.25), draw.uniform(0, 0.15), draw.uniform(0, 0.15)], f32)
    return Glasses(frame, half_width, half_height, colour**2 + f32(0.004), draw.uniform(2, 6))


def _complexion(draw: Draw, age: float, tone: float, *, male: bool) -> Complexion:
    irises = [0.15, 0.25, 0.15, 0.12, 0.23, 0.1] if tone < 2.2 else [0.62, 0.33, 0.05, 0, 0, 0]
    return Complexion(
        freckles=max(0.0, float(draw.rng.normal(-0.2, 0.6))) if tone < 2.6 else 0.0,
        moles=int(draw.rng.integers(0, 5)),
        blotches=draw.uniform(0.2, 1),
        wrinkles=float(np.clip((age - 34) / 36, 0, 1.1)),
        make_up=0.0 if male else draw.uniform(0, 1),
        iris=draw.one_of(list(IRIS_SRGB), irises),
    )


def _outfit(draw: Draw) -> Outfit:
    base = draw.uniform(25, 190)
    srgb = np.clip(base + draw.rng.normal(0, 17, 3), 12, 225)
    return Outfit(linear(srgb), draw.one_of(["crew", "v", "shirt"], [1, 1, 1]))
