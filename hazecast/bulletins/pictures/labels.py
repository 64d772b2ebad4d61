"""Names beside points on a map, so that none covers another."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

_PLACES = ((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 8, "center", "bottom"), (0, -8, "center", "top"))
_CORNERS = ((7, 6, "left", "bottom"), (7, -6, "left", "top"), (-7, 6, "right", "bottom"), (-7, -6, "right", "top"))


@dataclass(frozen=True, slots=True)
class Label:
    """A name and the point that it belongs to, in the units of the axes."""

    text: str
    x: float
    y: float


def write_labels(axes: Axes, labels: Sequence[Label], size: float) -> None:
    """Write each name on the first free side of its point, the first names first; one that fits nowhere is left out."""
    taken = [_around_point(axes, label) for label in labels]
    for label in labels:
        for dx, dy, horizontal, vertical in (*_PLACES, *_CORNERS):
            box = _write(axes, label, (dx, dy), (horizontal, vertical), size, taken)
            if box is not None:
                taken.append(box)
                break


def _around_point(axes: Axes, label: Label) -> Bbox:
    x, y = axes.transData.transform((label.x, label.y))
    return Bbox.from_extents(x - 7, y - 7, x + 7, y + 7)


def _write(
    axes: Axes, label: Label, offset: tuple[float, float], alignment: tuple[str, str], size: float, taken: list[Bbox]
) -> Bbox | None:
    written = axes.annotate(
        label.text,
        (label.x, label.y),
        xytext=offset,
        textcoords="offset points",
        ha=alignment[0],
        va=alignment[1],
        fontsize=size,
        zorder=20,
        path_effects=[withStroke(linewidth=2.6, foreground="white")],
    )
    box = written.get_window_extent()
    frame = axes.get_window_extent()
    inside = frame.x0 < box.x0 and box.x1 < frame.x1 and frame.y0 < box.y0 and box.y1 < frame.y1
    if inside and not any(box.overlaps(other) for other in taken):
        return box
    written.remove()
    return None
