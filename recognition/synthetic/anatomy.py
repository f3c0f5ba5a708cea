"""The measurements of one synthetic person: millimetres, or shares where nothing is said."""

from __future__ import annotations

from dataclasses import dataclass

from recognition.synthetic.fields import Array


@dataclass(frozen=True, slots=True)
class Skull:
    """Head, jaw and cheeks; width, lengths and depth are shares of an average head's."""

    width: float
    face_length: float
    crown_length: float
    jaw_width: float
    jaw_squareness: float
    chin_width: float
    chin_projection: float
    chin_cleft: float
    cheekbone: float
    cheek_hollow: float
    cheek_fat: float
    brow_ridge: float
    forehead_slope: float
    temple: float
    depth: float


@dataclass(frozen=True, slots=True)
class Eyes:
    """`tilt` is a slope; `hood`, `bags` and `lashes` are strengths."""

    distance: float
    width: float
    height: float
    tilt: float
    depth: float
    y: float
    crease: float
    hood: float
    bags: float
    lashes: float


@dataclass(frozen=True, slots=True)
class Brows:
    y: float
    arch: float
    tilt: float
    thickness: float
    length: float
    gap: float
    density: float


@dataclass(frozen=True, slots=True)
class Nose:
    length: float
    width: float
    bridge_height: float
    bridge_width: float
    tip_projection: float
    tip_width: float
    hump: float
    tip_up: float
    nostril: float


@dataclass(frozen=True, slots=True)
class Mouth:
    y: float
    half_width: float
    upper_lip: float
    lower_lip: float
    redness: float
    cupid: float
    corner: float
    projection: float
    philtrum: float


@dataclass(frozen=True, slots=True)
class Build:
    """Ears, neck, and how far the features are off the midline."""

    ear_length: float
    ear_flare: float
    neck_radius: float
    asymmetry: float


@dataclass(frozen=True, slots=True, eq=False)
class Hair:
    """`colour` is linear RGB; `style` is one of `hairstyles.STYLES`."""

    colour: Array
    grey: float
    style: str
    volume: float
    hairline: float
    recession: float
    parting: float
    sweep: float
    curl: float
    length: float


@dataclass(frozen=True, slots=True)
class FacialHair:
    stubble: float
    beard: float
    goatee: bool
    moustache: bool
    length: float


@dataclass(frozen=True, slots=True, eq=False)
class Glasses:
    """`frame` is none, thin, thick or half; `roundness` is the exponent of a superellipse."""

    frame: str
    half_width: float
    half_height: float
    colour: Array
    roundness: float


@dataclass(frozen=True, slots=True)
class Complexion:
    freckles: float
    moles: int
    blotches: float
    wrinkles: float
    make_up: float
    iris: str


@dataclass(frozen=True, slots=True, eq=False)
class Outfit:
    """`colour` is linear RGB; `collar` is crew, v or shirt."""

    colour: Array
    collar: str


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """One person. `masculinity` is 0..1; `tone` runs from 0 (Fitzpatrick I) to 5 (VI)."""

    seed: int
    male: bool
    masculinity: float
    age: float
    tone: float
    warmth: float
    ruddiness: float
    skull: Skull
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    build: Build
    hair: Hair
    facial_hair: FacialHair
    glasses: Glasses
    complexion: Complexion
    outfit: Outfit

    @property
    def darkness(self) -> float:
        """0 for the lightest skin, 1 for the darkest."""
        return self.tone / 5
