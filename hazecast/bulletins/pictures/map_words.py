"""What is written on and around a map: its title, for when it is, names of places, and what its foot says."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from hazecast.bulletins.outlines import label_point
from hazecast.bulletins.pictures.canvas import EXERCISE, INK, SOFT
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.ground import LOCATOR_BELOW, SIDE, WIDTH, Domain, Frame
from hazecast.bulletins.pictures.labels import Label, write_labels
from hazecast.bulletins.pictures.picture import Copy
from hazecast.bulletins.pictures.provinces import provinces
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.telling import Telling

FOOT_LINE, LOWEST_LINE = 0.16, 0.12  # inches
LEGEND_ROW = 0.235
ABOVE_LEGEND = 0.36  # between it and the map, where the degrees stand
AREA_SIZE, PROVINCE_SIZE = 10.5, 9.0
PROVINCE_INK = "#5d6872"


def origin(telling: Telling) -> str:
    """From which cycle a picture comes."""
    return telling.wording.say(
        "Cycle %(key)s, forecast from %(moment)s. Automatic product.",
        key=telling.facts.cycle.key,
        moment=telling.clock.stamp(telling.facts.cycle.init_time),
    )


def foot_lines(telling: Telling) -> list[tuple[str, str]]:
    """What stands at the foot, each line with its colour."""
    return [(origin(telling), SOFT), *((sentence, EXERCISE) for sentence in cautions(telling.facts, telling.wording))]


def foot_height(telling: Telling, legend_rows: int) -> float:
    """Inches that the foot needs."""
    return LOWEST_LINE + FOOT_LINE * len(foot_lines(telling)) + LEGEND_ROW * legend_rows + ABOVE_LEGEND


def write_head(sheet: Sheet, copy: Copy, title: str, below: str) -> None:
    """The title, and below it what is shown and for when."""
    height = float(sheet.figure.get_figheight())
    sheet.heading(SIDE, height - 0.36, copy.page.exercise_mark + title)
    line = sheet.text(SIDE, height - 0.72, below, fontsize=11.5, va="center", color=INK)
    sheet.shrunk(line, WIDTH - 2 * SIDE)
    if copy.page.exercise_mark:
        sheet.watermark(copy.telling.wording.say("EXERCISE"))


def write_foot(sheet: Sheet, copy: Copy, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
    """The legend and, below it, lines of text, each in its colour."""
    lines = foot_lines(copy.telling)
    sheet.legend(
        SIDE,
        LOWEST_LINE + FOOT_LINE * len(lines),
        list(handles),
        list(labels),
        columns,
        9.5,
        handlelength=2.4,
        handleheight=1.2,
        columnspacing=1.6,
    )
    for number, (line, colour) in enumerate(reversed(lines)):
        written = sheet.text(SIDE, LOWEST_LINE + FOOT_LINE * number, line, fontsize=8.5, va="center", color=colour)
        sheet.shrunk(written, WIDTH - 2 * SIDE)


def write_places(sheet: Sheet, axes: Axes, domain: Domain, frame: Frame, telling: Telling) -> None:
    """The names of the areas beside their marks and, where there is room, those of provinces."""
    labels = [Label(telling.area(view.area), *point) for view, point in area_points(telling, frame)]
    taken = write_labels(sheet, axes, labels, AREA_SIZE)
    if domain.extent < LOCATOR_BELOW:
        return
    language, told = telling.wording.language, {label.text for label in labels}
    points = frame.plane.xy([province.longitude for province in provinces()], [province.latitude for province in provinces()])
    named = list(zip((province.name_in(language) for province in provinces()), points, strict=True))
    known = {name for name, _ in named if any(name.startswith(area) for area in told)}  # a city that is a province stands there already
    free = [Label(name, float(x), float(y), marked=False) for name, (x, y) in named if name not in known and _within(frame, x, y)]
    write_labels(sheet, axes, free, PROVINCE_SIZE, PROVINCE_INK, taken)


def area_points(telling: Telling, frame: Frame) -> list[tuple[Any, tuple[float, float]]]:
    """Every area that lies somewhere, with a place inside its ground, or else the middle of its stations, in metres."""
    stations = {station.id: station for station in telling.facts.stations}
    found = []
    for view in telling.views:
        own = [stations[i] for i in view.area.station_ids if i in stations]
        territory = view.area.territory
        if territory is not None or own:
            places = [label_point(territory)] if territory is not None else [(s.longitude, s.latitude) for s in own]
            x, y = frame.plane.xy(*zip(*places, strict=True)).mean(axis=0)
            found.append((view, (float(x), float(y))))
    return found


def _within(frame: Frame, x: float, y: float) -> bool:
    left, bottom, right, top = frame.sides
    return left < x < right and bottom < y < top
