"""Wind over the maps: that at the stations, gathered in squares, as arrows that point where the air goes."""

from functools import lru_cache
from math import hypot
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.bulletin_facts import WEATHER_FILE, load_stored_facts
from hazecast.archive.netcdf import read_dataset
from hazecast.desk.frames import WIDTH, MapFrame, hours_of

SQUARE = 42.0  # pixels, within which stations share one arrow
PIXELS_A_SPEED = 6.0  # for each m s-1
LONGEST = 60.0
CALM = 0.5  # m s-1, below which a direction says nothing
NAMES = ("eastward_wind", "northward_wind")
Array = NDArray[np.float64]


@lru_cache(maxsize=512)
def winds_svg(folder: Path, hour: int) -> bytes:
    """One hour, from 0: an arrow of the mean wind in each square with stations, a ring where it is calm, nothing where it is not known.

    Raises ArchiveError or UnreadableInput where the folder cannot be read, IndexError for an hour that it does not have.
    """
    hours = hours_of(folder)
    time, frame = np.datetime64(hours.valid_times[hour].replace(tzinfo=None), "ns"), hours.frame
    marks = "".join(_mark(*place, *wind) for place, wind in _squares(folder, time, frame))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {frame.height}">{marks}</svg>'.encode()


def _squares(folder: Path, time: np.datetime64, frame: MapFrame) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Where in the frame each square's stations are on average, and their mean wind."""
    stations, found = load_stored_facts(folder).stations, dict[tuple[int, int], list[tuple[float, ...]]]()
    for station, wind in zip(stations, _winds(folder, time, [station.id for station in stations]), strict=True):
        x, y = frame.place(station.latitude, station.longitude)
        if np.isfinite(wind).all() and 0 <= x <= WIDTH and 0 <= y <= frame.height:
            found.setdefault((int(x // SQUARE), int(y // SQUARE)), []).append((x, y, *wind.tolist()))
    means = (np.mean(own, axis=0).tolist() for own in found.values())
    return [((x, y), (eastward, northward)) for x, y, eastward, northward in means]


def _winds(folder: Path, time: np.datetime64, ids: list[str]) -> Array:
    """(station, component) in m s-1, NaN where not known."""
    file = folder / WEATHER_FILE
    if not file.is_file():
        return np.full((len(ids), 2), np.nan)

    def wanted(whole: xr.Dataset) -> xr.Dataset:
        return whole[[name for name in NAMES if name in whole]].reindex(time=[time], station=ids)

    weather = read_dataset(file, wanted)
    if not set(NAMES) <= set(weather.data_vars):
        return np.full((len(ids), 2), np.nan)
    return np.stack([weather[name].isel(time=0).values.astype(np.float64) for name in NAMES], axis=1)


def _mark(x: float, y: float, eastward: float, northward: float) -> str:
    speed = hypot(eastward, northward)
    if speed < CALM:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="none" stroke="#20272d" stroke-width="1.5"/>'
    along, across = eastward / speed, -northward / speed  # of the picture, whose y runs down
    length = min(speed * PIXELS_A_SPEED, LONGEST)
    tip_x, tip_y = x + length * along, y + length * across
    back_x, back_y = tip_x - 7 * along, tip_y - 7 * across
    barbs = "".join(f"M{tip_x:.1f} {tip_y:.1f}L{back_x + side * across:.1f} {back_y - side * along:.1f}" for side in (-4, 4))
    d = f"M{x:.1f} {y:.1f}L{tip_x:.1f} {tip_y:.1f}{barbs}"
    return (
        f'<path d="{d}" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="4"/>'
        f'<path d="{d}" fill="none" stroke="#20272d" stroke-width="1.6"/>'
    )
