"""A variation in words: what it changes, from what, to what."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from deployments.enums import Category, PlaceGround, VariationStatus
from deployments.models import Camera, Variation
from deployments.variations import terms_of

LABELS = {
    "starts_at": "Start",
    "ends_at": "End",
    "place": "Place",
    "place_ground": "Ground for the place",
    "place_intelligence": "What supports it",
    "camera_ids": "Cameras",
    "recorded_ids": "Cameras that record CCTV",
    "zones": "Zones of recognition",
    "categories": "Who is sought",
    "watchlist_criteria": "Watchlist criteria",
    "watchlist_cap": "Most people on the watchlist",
    "threshold": "Face-match threshold",
}


NOT_PUBLIC = frozenset({"camera_ids", "zones"})


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    label: str
    before: str
    after: str


def compared(variation: Variation) -> list[Line]:
    """Each term that differs: from what was in force when it was decided, or is now."""
    before = {"zones": variation.zones} | _before(variation)
    cameras = dict(Camera.objects.values_list("pk", "name"))
    return [
        Line(name, label, _in_words(name, old, cameras), _in_words(name, new, cameras))
        for name, label in LABELS.items()
        if (old := _moment(before[name])) != (new := getattr(variation, name))
    ]


def labels_of_changes(variation: Variation) -> list[str]:
    """For the public: what was changed, not to what; cameras and their zones are not told."""
    before = _before(variation)
    return [
        label
        for name, label in LABELS.items()
        if name not in NOT_PUBLIC and _moment(before[name]) != getattr(variation, name)
    ]


def _before(variation: Variation) -> dict[str, Any]:
    if variation.status == VariationStatus.AUTHORISED and variation.replaced:
        return {"recorded_ids": []} | dict(variation.replaced)
    return asdict(terms_of(variation.deployment))


def _moment(value: Any) -> Any:
    """JSON holds moments as text."""
    if isinstance(value, str) and (moment := _parsed(value)):
        return moment
    return value


def _parsed(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _in_words(name: str, value: Any, cameras: Mapping[int, str]) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "l j F Y, H:i")
    if name == "recorded_ids" and not value:
        return "None"
    if name in {"camera_ids", "recorded_ids"}:
        return "\n".join(cameras.get(pk, f"Camera {pk}") for pk in value)
    if name == "zones":
        return "\n".join(_zone_in_words(pk, zone, cameras) for pk, zone in sorted(value.items()))
    if name == "categories":
        return "\n".join(str(Category(each).label) for each in value)
    if name == "place_ground":
        return str(PlaceGround(value).label)
    return f"{value:,}" if name == "watchlist_cap" else str(value)


def _zone_in_words(pk: str, zone: Sequence[float], cameras: Mapping[int, str]) -> str:
    x, y, w, h = (f"{number * 100:.2f}".rstrip("0").rstrip(".") for number in zone)
    name = cameras.get(int(pk), f"Camera {pk}")
    return f"{name}: {x}\xa0% from the left, {y}\xa0% from the top, {w}\xa0% wide, {h}\xa0% high"
