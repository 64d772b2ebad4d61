"""What lies under every map of a forecast: the frame of its domain, land, borders, degrees, and where in the world it is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from numpy.typing import NDArray

from hazecast.bulletins.pictures.borders import SOUTH_CHINA_SEA, borders, land, south_china_sea
from hazecast.bulletins.pictures.canvas import EXERCISE, SOFT
from hazecast.bulletins.pictures.graticule import draw_graticule, draw_scale
from hazecast.bulletins.pictures.projection import METRES_PER_DEGREE, Plane, filled, lines
from hazecast.bulletins.wording import SOURCE_LANGUAGE, wording
from hazecast.records import BulletinFacts, Station

SEA, OUTSIDE, SHORE = "#dfeaf3", "#f6f3ec", "#4f6b84"
WIDTH, HEAD, SIDE = 7.6, 1.0, 0.45  # inches
FLATTEST, STEEPEST = 0.66, 0.92  # height of the map by its width
MARGIN = 0.8  # of the domain; what of it the frame shows depends on its shape
LOCATOR_BELOW, LOCATOR_REACH = 3.0, 5.0  # degrees
CHINA = (80.0, 22.0, 124.0, 47.0)  # a domain that holds all this shows China, and so the South China Sea in a corner
INSET_WIDTH = 0.17  # of the map
BORDER_ORDER = 5.0


@dataclass(frozen=True, slots=True)
class Domain:
    """The cells of the forecast by their edges in degrees, ascending."""

    latitude_edges: NDArray[np.float64]
    longitude_edges: NDArray[np.float64]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        (west, east), (south, north) = ((float(e[0]), float(e[-1])) for e in (self.longitude_edges, self.latitude_edges))
        return west, south, east, north

    @property
    def extent(self) -> float:
        """The longer side."""
        west, south, east, north = self.bounds
        return max(east - west, north - south)

    @property
    def shows_china(self) -> bool:
        """Whether the most of China lies in it, but not the whole South China Sea."""
        west, south, east, north = self.bounds
        return west <= CHINA[0] and south <= CHINA[1] and east >= CHINA[2] and north >= CHINA[3] and south > SOUTH_CHINA_SEA[1]

    def wider(self, share: float) -> tuple[float, float, float, float]:
        """The bounds with a margin on all sides."""
        west, south, east, north = self.bounds
        x, y = share * (east - west), share * (north - south)
        return west - x, max(south - y, -89.0), east + x, min(north + y, 89.0)


def domain_of(facts: BulletinFacts) -> Domain:
    """The cells of a forecast."""
    grid = facts.forecast.grid
    return Domain(_edges(np.sort(grid["latitude"].values)), _edges(np.sort(grid["longitude"].values)))


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    between = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


@dataclass(frozen=True, slots=True)
class Frame:
    """The plane of a map, and how much of it is seen: left, bottom, right, top in metres."""

    plane: Plane
    sides: tuple[float, float, float, float]

    @classmethod
    def around(cls, domain: Domain) -> "Frame":
        """The domain, widened to a handy shape."""
        plane = Plane.around(*domain.bounds)
        left, bottom, right, top = plane.flat(shapely.box(*domain.wider(0.02))).bounds
        width, height = right - left, top - bottom
        more_width, more_height = max(0.0, height / STEEPEST - width) / 2, max(0.0, width * FLATTEST - height) / 2
        return cls(plane, (left - more_width, bottom - more_height, right + more_width, top + more_height))

    @property
    def height(self) -> float:
        """Of the map, in inches, for one that is as wide as the page."""
        left, bottom, right, top = self.sides
        return (WIDTH - 2 * SIDE) * (top - bottom) / (right - left)


def map_axes(drawn: Figure, frame: Frame, foot: float) -> Axes:
    """The map's place in a figure, `foot` inches above its lower edge."""
    width, height = drawn.get_size_inches()
    left, bottom, right, top = frame.sides
    axes = drawn.add_axes((SIDE / width, foot / height, 1 - 2 * SIDE / width, frame.height / height))
    axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], facecolor=SEA)
    return axes


def draw_ground(axes: Axes, domain: Domain, frame: Frame) -> Any:
    """Draw land, borders, degrees and a scale, and give the land that is seen, in metres."""
    seen = borders(*domain.wider(MARGIN))
    ground = shapely.make_valid(shapely.clip_by_rect(frame.plane.flat(seen.land), *frame.sides))
    fill(axes, ground, OUTSIDE, "none", "", 1)
    for geometry, colour, width in (
        (seen.coast, SHORE, 0.8),
        (seen.inner, "#8d8d8d", 0.4),
        (seen.provinces, "#4d4d4d", 0.8),
        (seen.countries, "#1c1c1c", 1.3),
    ):
        drawn = lines(shapely.clip_by_rect(frame.plane.flat(geometry), *frame.sides))
        light = LineCollection(drawn, colors="white", linewidths=width + 1.0, alpha=0.4, zorder=BORDER_ORDER - 0.5)
        axes.add_collection(light, autolim=False)
        axes.add_collection(LineCollection(drawn, colors=colour, linewidths=width, zorder=BORDER_ORDER), autolim=False)
    draw_graticule(axes, frame.plane, domain.wider(MARGIN), domain.extent / 5)
    draw_scale(axes, wording(SOURCE_LANGUAGE))
    return ground


def fill(axes: Axes, geometry: Any, colour: str, edge: str, hatch: str, order: float) -> None:
    """Fill a geometry in metres."""
    path = filled(geometry)
    if path is not None:
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=0.5, zorder=order))


def draw_insets(axes: Axes, domain: Domain, plane: Plane, stations: tuple[Station, ...]) -> None:
    """Show in a corner where a small domain lies, or the South China Sea beside a map of China."""
    if domain.extent < LOCATOR_BELOW:
        _draw_locator(axes, domain, plane, stations)
    elif domain.shows_china:
        _draw_south_china_sea(axes)


def _free_corner(axes: Axes, points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Left, bottom, width and height, in shares of the axes, of a square in a corner that covers no point if one can be had."""
    ratio = axes.bbox.width / axes.bbox.height
    width, margin = 0.21, 0.01
    height, margin_above = width * ratio, margin * ratio
    shares = axes.transAxes.inverted().transform(axes.transData.transform(points))
    right, top = 1 - width - margin, 1 - height - margin_above
    corners = [(right, top), (margin, top), (margin, margin_above)]
    free = (c for c in corners if not (np.abs(shares - np.add(c, (width / 2, height / 2))) < (0.7 * width, 0.6 * height)).all(axis=1).any())
    return (*next(free, corners[0]), width, height)


def _draw_locator(axes: Axes, domain: Domain, plane: Plane, stations: tuple[Station, ...]) -> None:
    west, south, east, north = domain.bounds
    x, y = plane.xy([(west + east) / 2], [(south + north) / 2])[0]
    reach = LOCATOR_REACH * METRES_PER_DEGREE
    points = plane.xy([station.longitude for station in stations], [station.latitude for station in stations])
    inset = axes.inset_axes(_free_corner(axes, points), zorder=30)
    inset.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach), xticks=[], yticks=[], aspect="equal", facecolor=SEA)
    around = (
        west - 2.5 * LOCATOR_REACH,
        max(south - 1.5 * LOCATOR_REACH, -89.0),
        east + 2.5 * LOCATOR_REACH,
        min(north + 1.5 * LOCATOR_REACH, 89.0),
    )
    fill(inset, plane.flat(land(*around)), OUTSIDE, SHORE, "", 1)
    fill(inset, plane.flat(shapely.box(*domain.bounds)), EXERCISE, EXERCISE, "", 2)


def _draw_south_china_sea(axes: Axes) -> None:
    plane = Plane.around(*SOUTH_CHINA_SEA)
    left, bottom, right, top = plane.flat(shapely.box(*SOUTH_CHINA_SEA)).bounds
    height = INSET_WIDTH * axes.bbox.width / axes.bbox.height * (top - bottom) / (right - left)
    inset = axes.inset_axes((1 - INSET_WIDTH, 0.0, INSET_WIDTH, height), zorder=30)
    inset.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], facecolor=SEA)
    dashes, shore = south_china_sea()
    fill(inset, plane.flat(shore), OUTSIDE, SHORE, "", 1)
    inset.add_collection(LineCollection(lines(plane.flat(dashes)), colors=SOFT, linewidths=1.2, zorder=2), autolim=False)
