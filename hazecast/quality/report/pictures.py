"""A case drawn as SVG: the station's values, its neighbours, and what is doubtful or rejected, all of it visible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.panel import panel_of
from hazecast.quality.report.cases import Case
from hazecast.quality.report.wording import number, units_of, variable_name
from hazecast.quality.thresholds import Thresholds
from hazecast.records import Station, Trust, Vetted

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]
WIDTH, HEIGHT = 760.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 12.0, 14.0, 34.0
HEADROOM = 1.35  # of the scale over what is usable; higher values stand at the edge, with their number
CLOSE = 70.0  # crosses closer to each other, with no room for a label between them, share one
MARGIN = np.timedelta64(36, "h")
LONGEST = np.timedelta64(10, "D")
KEPT, AROUND, DOUBTED, REJECTED = "#0b4f7d", "#9aa5ae", "#b86e00", "#c4122f"


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is drawn: `values` as they came, `trust`, and the median of the `neighbours` without rejected values, by `times`."""

    times: Times
    values: Array
    trust: NDArray[np.int8]
    neighbours: Array


def drawn(vetted: Vetted, stations: Sequence[Station], case: Case, thresholds: Thresholds) -> Drawn:
    """The case with a day and a half before and after it, ten days at most."""
    last = min(case.last, case.first + LONGEST)
    inside = vetted.between(case.first - MARGIN, last + MARGIN)
    usable = inside.usable()[[case.key]]
    panel = panel_of(usable, stations, thresholds)
    middle = np.full((panel.times.size, 1), np.nan)[:, 0]
    if panel.channels:
        middle = panel.channels[0].neighbours_median(panel.channels[0].values, 1)[case.station]
    at = (slice(None), case.station)
    values = inside.raw[case.key].values[at].astype(np.float64)
    return Drawn(inside.raw["time"].values, values, inside.trust[case.key].values[at], middle[panel.at])


def picture(shown: Drawn, key: str) -> str:
    """The SVG, to stand inside a page."""
    scale = _Scale.of(shown)
    good = np.where(shown.trust < Trust.REJECTED, shown.values, np.nan)
    alt = escape(f"{variable_name(key)} from {_day(shown.times[0])} to {_day(shown.times[-1])}, rejected values marked with crosses")
    parts = [
        *_axes(scale, key),
        _line(scale, shown.times, shown.neighbours, AROUND, 2.5),
        _line(scale, shown.times, good, KEPT, 1.6),
        *_marks(scale, shown),
    ]
    return f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{alt}">{"".join(parts)}</svg>'


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where times and values stand."""

    first: np.datetime64
    span: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, shown: Drawn) -> "_Scale":
        usable = np.concatenate([shown.values[shown.trust < Trust.REJECTED], shown.neighbours])
        usable = usable[np.isfinite(usable)]
        if not usable.size:
            usable = shown.values[np.isfinite(shown.values)]
        top = HEADROOM * max(float(usable.max(initial=0.0)), 1e-3)
        span = max(float((shown.times[-1] - shown.times[0]) / np.timedelta64(1, "h")), 1.0)
        return cls(shown.times[0], span, min(0.0, float(usable.min(initial=0.0))), top)

    def x(self, time: np.datetime64) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * float((time - self.first) / np.timedelta64(1, "h")) / self.span

    def y(self, value: float) -> float:
        inside = (min(max(value, self.lowest), self.highest) - self.lowest) / (self.highest - self.lowest)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * inside


def _axes(scale: _Scale, key: str) -> list[str]:
    parts = []
    for value in _ticks(scale.lowest, scale.highest):
        y = scale.y(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8ec"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    first_day = scale.first.astype("datetime64[D]")
    last_day = (scale.first + np.timedelta64(int(scale.span), "h")).astype("datetime64[D]")
    days = np.arange(first_day, last_day + 1)
    for day in days[:: max(1, days.size // 8)]:
        x = scale.x(day.astype(scale.first.dtype))
        if x >= LEFT:
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e3e8ec"/>')
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{str(day)[5:]}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 5}">{escape(units_of(key))}, UTC, ticks at 00 h</text>')
    return parts


def _ticks(lowest: float, highest: float) -> Array:
    rough = (highest - lowest) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min((m for m in (1, 2, 5, 10) if m * power >= rough), default=10)
    return np.asarray(np.round(np.arange(np.ceil(lowest / step), np.floor(highest / step) + 1) * step, 9))


def _line(scale: _Scale, times: Times, values: Array, colour: str, width: float) -> str:
    """Broken where values lack; a value by itself is a dot."""
    step = np.diff(times).min() if times.size > 1 else np.timedelta64(1, "h")
    known = np.flatnonzero(np.isfinite(values))
    breaks = [i + 1 for i, (a, b) in enumerate(pairwise(known.tolist())) if times[b] - times[a] > step]
    pieces = []
    for part in np.split(known, breaks):
        points = [f"{scale.x(times[i]):.1f},{scale.y(float(values[i])):.1f}" for i in part]
        pieces.append("M" + "L".join(points) + ("h.1" if len(points) == 1 else ""))
    path = "".join(pieces) if known.size else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>'


def _marks(scale: _Scale, shown: Drawn) -> list[str]:
    doubtful, rejected = (np.flatnonzero(shown.trust == trust).tolist() for trust in (Trust.DOUBTFUL, Trust.REJECTED))
    at = [(scale.x(time), scale.y(float(value))) for time, value in zip(shown.times, shown.values, strict=True)]
    dots = [f'<circle cx="{at[i][0]:.1f}" cy="{at[i][1]:.1f}" r="3" fill="{DOUBTED}"/>' for i in doubtful]
    crosses = [
        f'<path d="M{at[i][0] - 3.5:.1f},{at[i][1] - 3.5:.1f}l7,7m0,-7l-7,7" stroke="{REJECTED}" stroke-width="2" fill="none"/>'
        for i in rejected
    ]
    return [*dots, *crosses, *_labels(scale, [(*at[i], float(shown.values[i])) for i in rejected])]


def _labels(scale: _Scale, rejected: Sequence[tuple[float, float, float]]) -> Iterator[str]:
    """The values that are off the scale: crosses close to each other share one label, behind the last of them, as far as there is room."""
    free = -np.inf
    for x, y, text in _groups(scale, [mark for mark in rejected if not scale.lowest <= mark[2] <= scale.highest]):
        if x < free:
            continue
        room = 8.0 * len(text) + 14.0
        free = x + room
        side, gap = ("end", -7.0) if x + room > WIDTH else ("start", 7.0)
        below = y + 4 if y < HEIGHT / 2 else y - 8
        yield f'<text x="{x + gap:.1f}" y="{below:.1f}" text-anchor="{side}" fill="{REJECTED}">{text}</text>'


def _groups(scale: _Scale, marks: Sequence[tuple[float, float, float]]) -> Iterator[tuple[float, float, str]]:
    """Of marks close to each other at the same edge: where the last one stands, and from what to what they go."""
    for edge in (scale.y(scale.highest), scale.y(scale.lowest)):
        x = np.array([mark[0] for mark in marks if mark[1] == edge])
        values = np.array([mark[2] for mark in marks if mark[1] == edge])
        for group in np.split(np.arange(x.size), np.flatnonzero(np.diff(x) > CLOSE) + 1):
            if group.size:
                ends = dict.fromkeys(number(float(v)) for v in (values[group].min(), values[group].max()))
                yield float(x[group[-1]]), edge, " to ".join(ends)


def _day(time: np.datetime64) -> str:
    return str(time)[:10]
