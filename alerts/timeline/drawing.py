"""Bars as shapes for an inline SVG: geometry here, colours in the style sheet, so that the page
needs no inline style."""

from dataclasses import dataclass

from alerts.timeline.figures import Figure

WIDTH = 640
LABEL_WIDTH = 210
ROW_HEIGHT = 30
COLUMN_HEIGHT = 180
AXIS_HEIGHT = 34
LEAST = 2  # of a bar that counts anything
ROOM_FOR_COUNT = 46


@dataclass(frozen=True, slots=True)
class Shape:
    """A bar, its label's anchor and its count's."""

    x: float
    y: float
    width: float
    height: float
    label: str
    label_x: float
    label_y: float
    count: int
    count_x: float
    count_y: float
    shows_label: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    figure: Figure
    is_upright: bool
    width: int
    height: int
    shapes: tuple[Shape, ...]


def drawing_of(figure: Figure) -> Drawing:
    """Times go from left to right; kinds go down, with room for their words."""
    if figure.key == "time":
        return Drawing(figure, True, WIDTH, COLUMN_HEIGHT + AXIS_HEIGHT, _columns(figure))
    return Drawing(figure, False, WIDTH, ROW_HEIGHT * len(figure.bars), _rows(figure))


def _columns(figure: Figure) -> tuple[Shape, ...]:
    step = WIDTH / max(1, len(figure.bars))
    every = max(1, round(len(figure.bars) / 8))
    shapes = []
    for index, bar in enumerate(figure.bars):
        height = _length(bar.count, figure, room=COLUMN_HEIGHT - 20)
        middle = index * step + step / 2
        shapes.append(
            Shape(
                x=round(index * step + step * 0.1, 1),
                y=round(COLUMN_HEIGHT - height, 1),
                width=round(step * 0.8, 1),
                height=height,
                label=bar.label,
                label_x=round(middle, 1),
                label_y=COLUMN_HEIGHT + 20,
                count=bar.count,
                count_x=round(middle, 1),
                count_y=round(COLUMN_HEIGHT - height - 5, 1),
                shows_label=index % every == 0,
            )
        )
    return tuple(shapes)


def _rows(figure: Figure) -> tuple[Shape, ...]:
    shapes = []
    for index, bar in enumerate(figure.bars):
        length = _length(bar.count, figure, room=WIDTH - LABEL_WIDTH - ROOM_FOR_COUNT)
        top = index * ROW_HEIGHT
        shapes.append(
            Shape(
                x=LABEL_WIDTH,
                y=top + 5,
                width=length,
                height=ROW_HEIGHT - 10,
                label=bar.label,
                label_x=LABEL_WIDTH - 8,
                label_y=top + 20,
                count=bar.count,
                count_x=LABEL_WIDTH + length + 8,
                count_y=top + 20,
            )
        )
    return tuple(shapes)


def _length(count: int, figure: Figure, *, room: float) -> float:
    most = max(bar.count for bar in figure.bars)
    return round(max(LEAST, room * count / most), 1) if count else 0
