"""The life of every warning of an episode: what was measured in each area, hour by hour, and under it the level in force each day."""

from datetime import datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.patches import Patch, Rectangle

from hazecast.bulletins.palette import STYLES
from hazecast.records import Level
from tests.real.gallery.story import AreaDay, Story

LOCAL = timedelta(hours=8)
INK, QUIET = "#1b1f24", "#8a939c"
LIMITS = (150.0, 250.0)
MARKS = {"issue": "+", "upgrade": "▲", "downgrade": "▼"}
STRIP, PANEL_INCHES = 0.3, 1.05


def draw_life(story: Story, out: Path) -> None:
    """Draw the areas one below the other into the PNG file `out`."""
    mpl.use("Agg")
    areas = [(a.area, a.name) for a in story.days[0].areas]
    figure, panels = plt.subplots(
        len(areas), 1, figsize=(11, 0.9 + PANEL_INCHES * len(areas)), sharex=True, layout="constrained", squeeze=False
    )
    for panel, (area, name) in zip(panels[:, 0], areas, strict=True):
        _draw_area(panel, story, area, name)
    _draw_dates(panels[-1, 0], len(story.days))
    figure.legend(handles=_legend(story), loc="outside upper left", ncols=8, frameon=False, fontsize=9)
    figure.savefig(out, dpi=100)
    plt.close(figure)


def _draw_area(panel: Axes, story: Story, area: str, name: str) -> None:
    pm25 = story.pm25.sel(area=area)
    top = max(float(np.nanmax(pm25.values)), 300.0) if np.isfinite(pm25.values).any() else 300.0
    times = pm25["time"].values + np.timedelta64(LOCAL)
    known = np.isfinite(pm25.values)
    panel.plot(times[known], pm25.values[known], color=INK, lw=1.0)
    for limit in LIMITS:
        panel.axhline(limit, color=QUIET, lw=0.6, ls=":")
    before = Level.NONE
    for day in story.days:
        own = next(a for a in day.areas if a.area == area)
        _draw_warning(panel, _local(day.begins), own, before, top)
        before = own.level
    panel.set_ylim(-STRIP * top, 1.05 * top)
    panel.set_xlim(_local(story.days[0].begins), _local(story.days[-1].begins) + timedelta(days=1))
    panel.set_yticks([0, 150, *([250] if top < 600 else [500])])
    panel.tick_params(labelsize=8)
    panel.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10, color=INK, labelpad=8)
    panel.spines[["top", "right"]].set_visible(False)


def _draw_warning(panel: Axes, begins: datetime, own: AreaDay, before: Level, top: float) -> None:
    if own.level == Level.NONE and own.action not in MARKS:
        return
    style = STYLES[own.level]
    corner = (mpl.dates.date2num(begins), -STRIP * top)
    panel.add_patch(Rectangle(corner, 1.0, 0.8 * STRIP * top, facecolor=style.fill, edgecolor=style.ink, hatch=style.hatch, lw=0.4))
    if own.action in MARKS and own.level != before:
        panel.annotate(MARKS[own.action], (corner[0] + 0.06, corner[1] + 0.86 * STRIP * top), fontsize=8, color=INK, va="bottom")


def _draw_dates(panel: Axes, days: int) -> None:
    panel.xaxis.set_major_locator(DayLocator(interval=1 if days < 12 else 3))
    panel.xaxis.set_major_formatter(DateFormatter("%-d %b"))


def _legend(story: Story) -> list[Patch]:
    levels = sorted({a.level for day in story.days for a in day.areas if a.level != Level.NONE})
    return [Patch(color=INK, label="PM2.5 measured, µg/m³"), *map(_legend_of, levels)]


def _legend_of(level: Level) -> Patch:
    style = STYLES[level]
    return Patch(facecolor=style.fill, edgecolor=style.ink, hatch=style.hatch, label=_said(level))


def _said(level: Level) -> str:
    return "cannot be judged" if level == Level.UNKNOWN else f"{level.name.lower()} in force"


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None) + LOCAL
