"""Frames of maps: one hour of one field as a PNG of the lattice, the borders over it as SVG, and where in them a place lies."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.archive.cycle_files import GRID_FILE, STATIONS_FILE
from hazecast.archive.netcdf import read_dataset
from hazecast.bulletins.palette import STYLES, VISIBILITY, Classes, pm25_classes
from hazecast.records import Level, utc

WIDTH = 840
UNKNOWN_LIGHT, UNKNOWN_DARK = (225, 228, 231), (176, 182, 188)
CHANCE = Classes((0.0, 0.1, 0.25, 0.5, 0.75), ("#f3f0f7", "#cbc0e0", "#9a86c3", "#6a4c9c", "#3b1a66"))
Pixels = NDArray[np.uint8]
Number = TypeVar("Number", np.float32, np.uint8)


class Field(StrEnum):
    """What a map shows."""

    PM25 = "pm25"
    VISIBILITY = "visibility"
    LEVEL = "level"
    CHANCE = "chance"


@dataclass(frozen=True, slots=True)
class MapFrame:
    """The box of degrees that maps show, to the outer edges of its cells, and their size in pixels."""

    west: float
    south: float
    east: float
    north: float

    @property
    def height(self) -> int:
        """In pixels, so that a degree is as long towards north as it is towards east in the middle of the map."""
        middle = radians((self.south + self.north) / 2)
        return max(1, round(WIDTH * (self.north - self.south) / ((self.east - self.west) * cos(middle))))

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        across = (longitude - self.west) % 360.0 if longitude < self.west else longitude - self.west
        return WIDTH * across / (self.east - self.west), self.height * (self.north - latitude) / (self.north - self.south)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours that a cycle has maps of, and their frame."""

    frame: MapFrame
    valid_times: tuple[datetime, ...]


@lru_cache(maxsize=16)
def hours_of(folder: Path) -> Hours:
    """The hours and the frame of a cycle's maps; raises UnreadableInput where its grid cannot be read."""
    grid = read_dataset(folder / GRID_FILE, lambda whole: whole[[]].assign_coords(whole.coords))
    latitude, longitude = np.sort(grid["latitude"].values), np.sort(grid["longitude"].values)
    south_north, west_east = _edges(latitude), _edges(longitude)
    times = tuple(utc(moment) for moment in grid["valid_time"].values.astype("datetime64[s]").astype(datetime).tolist())
    return Hours(MapFrame(west_east[0], south_north[0], west_east[1], south_north[1]), times)


@lru_cache(maxsize=512)
def frame_png(folder: Path, field: Field, hour: int) -> bytes:
    """One hour, from 0, as PNG. Where nothing is known it is striped, as nothing else is.

    Raises UnreadableInput where it cannot be read, KeyError where the cycle has no such field.
    """
    hours = hours_of(folder)
    picture = _chances(folder, hours, hour) if field is Field.CHANCE else _cells(folder, field, hours, hour)
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=4)
    return png.getvalue()


@lru_cache(maxsize=8)
def borders_svg(frame: MapFrame) -> bytes:
    """Coast and borders over the frame, as lines without a ground."""
    from hazecast.bulletins.pictures.borders import borders  # needs the optional part 'maps'

    seen = borders(frame.west, frame.south, frame.east, frame.north)
    strokes = (
        ("#6b7680", 0.5, _path(seen.inner, frame)),
        ("#4a545d", 0.9, _path(seen.provinces, frame)),
        ("#20272d", 1.3, _path(seen.countries, frame)),
        ("#2f5d7c", 1.0, _path(seen.coast, frame)),
    )
    lines = "".join(f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"/>' for colour, width, d in strokes if d)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {frame.height}">{lines}</svg>'.encode()


def legend(field: Field, moment: datetime, levels: Sequence[Level]) -> tuple[tuple[str, float | Level], ...]:
    """The colours of a map, each with the lower end of its range, in µg m-3, km or as a chance, or with its level."""
    if field is Field.LEVEL:
        return tuple((STYLES[level].fill, level) for level in (Level.NONE, *levels))
    classes = _classes(field, moment)
    return tuple(zip(classes.colours, classes.starts, strict=True))


def _classes(field: Field, moment: datetime) -> Classes:
    return {Field.PM25: pm25_classes(moment), Field.VISIBILITY: VISIBILITY}.get(field, CHANCE)


def _edges(centres: NDArray[np.float64]) -> tuple[float, float]:
    first, last = (centres[1] - centres[0]) / 2, (centres[-1] - centres[-2]) / 2
    return float(centres[0] - first), float(centres[-1] + last)


def _cells(folder: Path, field: Field, hours: Hours, hour: int) -> Image.Image:
    one = read_dataset(folder / GRID_FILE, lambda whole: whole[[field.value]].isel(lead_time=hour))[field.value]
    values = one.sortby("longitude").sortby("latitude", ascending=False).transpose("latitude", "longitude").values.astype(np.float32)
    size = (WIDTH, hours.frame.height)
    if field is Field.LEVEL:
        whole = nearest(values, size)
        return painted(np.maximum(whole, 0).astype(np.uint8), whole < 0, [STYLES[Level(level)].fill for level in range(max(Level) + 1)])
    scaled = values / (1000.0 if field is Field.VISIBILITY else 1.0)
    known = np.isfinite(scaled)
    whole = np.where(known, scaled, np.median(scaled[known]) if known.any() else 0.0)
    smooth = np.asarray(Image.fromarray(whole.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
    classes = _classes(field, hours.valid_times[hour])
    ranges = np.clip(np.digitize(smooth, classes.starts) - 1, 0, len(classes.colours) - 1)
    return painted(ranges.astype(np.uint8), ~np.isfinite(nearest(scaled, size)), classes.colours)


def nearest(values: NDArray[Number], size: tuple[int, int]) -> NDArray[Number]:
    """Cells as pixels of a map of that size, each with the value of the cell that it lies in."""
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.NEAREST))


def painted(numbers: Pixels, unknown: NDArray[np.bool_], colours: Sequence[str]) -> Image.Image:
    """Each pixel in the colour of its number, striped where nothing is known."""
    down, across = np.ogrid[: unknown.shape[0], : unknown.shape[1]]
    stripes = np.where((down + across) % 12 < 3, len(colours), len(colours) + 1).astype(np.uint8)
    picture = Image.fromarray(np.where(unknown, stripes, numbers))
    picture.putpalette([part for colour in (*(map(_rgb, colours)), UNKNOWN_DARK, UNKNOWN_LIGHT) for part in colour])
    return picture


def _chances(folder: Path, hours: Hours, hour: int) -> Image.Image:
    """The chance of the lowest level or a higher one at each station, as a dot; a striped ring where it is not known."""
    one = read_dataset(folder / STATIONS_FILE, lambda whole: whole[["level_probability"]].isel(lead_time=hour, warning_level=0))
    places = _places(folder)
    picture = Image.new("RGB", (WIDTH, hours.frame.height), (247, 248, 249))
    draw = ImageDraw.Draw(picture)
    for id, chance in zip(one["station"].values.tolist(), one["level_probability"].values.tolist(), strict=True):
        if id not in places:
            continue
        x, y = hours.frame.place(*places[id])
        known = np.isfinite(chance)
        colour = CHANCE.colours[int(np.digitize(chance, CHANCE.starts)) - 1] if known else "#e1e4e7"
        draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=colour, outline="#20272d" if known else "#b0b6bc", width=2)
        if not known:
            draw.line((x - 6, y + 6, x + 6, y - 6), fill="#b0b6bc", width=3)
    return picture.quantize(32, dither=Image.Dither.NONE)


def _places(folder: Path) -> dict[str, tuple[float, float]]:
    return {station.id: (station.latitude, station.longitude) for station in load_stored_facts(folder).stations}


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _path(geometry: object, frame: MapFrame) -> str:
    import shapely

    parts = []
    for part in shapely.get_parts(geometry):
        points = [frame.place(y, x) for x, y in shapely.get_coordinates(part)]
        if len(points) > 1:
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return "".join(parts)
