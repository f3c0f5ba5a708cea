"""Folders of labelled pictures: a sub-folder per person, or chips whose names say the group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

KINDS = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

# UTKFace's own labels (Zhang et al., 2017): age_gender_group_time.jpg.
GROUP_FILE = re.compile(r"(?P<age>\d{1,3})_(?P<gender>[01])_(?P<group>[0-4])_")
GENDERS = {"0": "male", "1": "female"}
GROUPS = {"0": "White", "1": "Black", "2": "Asian", "3": "Indian", "4": "other"}


class UnusableFolder(Exception):
    """A folder that cannot be evaluated; the message says why in words."""


@dataclass(frozen=True, slots=True)
class Person:
    """One identity of a labelled folder. `id` is its place in the sorted folder."""

    id: int
    pictures: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class GroupPicture:
    """A face without identity, labelled by gender and group as its data set labels them."""

    path: Path
    gender: str
    group: str


def people_in(folder: Path) -> list[Person]:
    """One person for each sub-folder that holds pictures. Raises UnusableFolder."""
    if not folder.is_dir():
        raise UnusableFolder(f"{folder} is not a folder.")
    found = [_pictures(each) for each in sorted(folder.iterdir()) if each.is_dir()]
    people = [Person(index, pictures) for index, pictures in enumerate(filter(None, found))]
    if len(people) < 2:
        raise UnusableFolder(
            f"{folder} holds {len(people)} sub-folders with pictures: each person needs one."
        )
    if not any(len(person.pictures) > 1 for person in people):
        raise UnusableFolder(f"Nobody in {folder} has two pictures: there is no mated search.")
    return people


def group_pictures_in(folder: Path) -> list[GroupPicture]:
    """Pictures named `age_gender_group_….jpg`. Raises UnusableFolder where there are none."""
    if not folder.is_dir():
        raise UnusableFolder(f"{folder} is not a folder.")
    named = [(path, GROUP_FILE.match(path.name)) for path in _pictures(folder)]
    pictures = [
        GroupPicture(path, GENDERS[match["gender"]], GROUPS[match["group"]])
        for path, match in named
        if match
    ]
    if not pictures:
        raise UnusableFolder(f"{folder} holds no pictures named age_gender_group_….jpg.")
    return pictures


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS))
