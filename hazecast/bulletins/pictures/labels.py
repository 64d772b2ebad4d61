"""Names on a map, so that none covers another."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from hazecast.bulletins.pictures.canvas import INK
from hazecast.bulletins.pictures.sheet import Sheet

_SIDES = ((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 8, "center", "bottom"), (0, -8, "center", "top"))
_CORNERS = ((7, 6, "left", "bottom"), (7, -6, "left", "top"), (-7, 6, "right", "bottom"), (-7, -6, "right", "top"))
_MIDDLE = ((0, 0, "center", "center"),)
MARK = 0.075  # inches from the middle of a mark to its edge
POINTS_PER_INCH = 72
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A name and the point that it belongs to, in the units of the axes; it stands beside the mark of the point, if there is one."""

    text: str
    x: float
    y: float
    marked: bool = True


def write_labels(
    sheet: Sheet,
    axes: Axes,
    labels: Sequence[Label],
    size: float,
    colour: str = INK,
    taken: Sequence[Box] = (),
    reach: float = MARK,
) -> list[Box]:
    """Write each name on the first free side of its point, the first names first; one that fits nowhere is left out.

    What is `taken` (left, bottom, right, top in inches) is kept free; the same is returned with the names added. `reach` is from the middle
    of a mark to its edge, in inches.
    """
    frame = _inches(sheet, axes.get_window_extent().extents)
    points = [_inches(sheet, (*axes.transData.transform((label.x, label.y)), 0, 0))[:2] for label in labels]
    marks = [(x - MARK, y - MARK, x + MARK, y + MARK) for (x, y), label in zip(points, labels, strict=True) if label.marked]
    occupied = [*taken, *marks]
    for label, (x, y) in zip(labels, points, strict=True):
        written = sheet.text(x, y, label.text, halo=True, fontsize=size, color=colour)
        for dx, dy, horizontal, vertical in (*_SIDES, *_CORNERS) if label.marked else _MIDDLE:
            aside, above = (offset / POINTS_PER_INCH * reach / MARK for offset in (dx, dy))
            written.set(x=x + aside, y=y + above, ha=horizontal, va=vertical)
            box = sheet.extent(written)
            if _inside(box, frame) and not any(_overlap(box, other) for other in occupied):
                occupied.append(box)
                break
        else:
            sheet.erase(written)
    return occupied


def _inches(sheet: Sheet, pixels: Sequence[float]) -> Box:
    left, bottom, right, top = (float(value) / sheet.figure.dpi for value in pixels)
    return left, bottom, right, top


def _inside(box: Box, frame: Box) -> bool:
    return frame[0] < box[0] and box[2] < frame[2] and frame[1] < box[1] and box[3] < frame[3]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
