"""Where an area's air came from: paths back through the winds that the cycle had, worked out when somebody asks, one after the other.

The cost is bounded: few days of weather are read, as many particles followed as `air_of_place` takes, nothing is worked out twice, and who
would wait too long for others is sent away.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import numpy as np
import xarray as xr

from hazecast.archive.bulletin_facts import StoredFacts, load_stored_facts
from hazecast.archive.memory import open_memory
from hazecast.bulletins.wording import N_
from hazecast.config import Settings, looking_back
from hazecast.desk.frames import WIDTH, MapFrame
from hazecast.desk.refusals import Refusal
from hazecast.records import Cycle, Gridded
from hazecast.warnings.decided import first_window

HOURS_BACK = 48
DAYS_OF_WEATHER = 3
PATHS_SHOWN = 60
LONGEST_WAIT_S = 30.0
MOST_KEPT = 64
Way = tuple[tuple[float, float], ...]

_one_at_a_time = Lock()
_found: dict[tuple[Path, str], "AirFrom"] = {}


@dataclass(frozen=True, slots=True)
class AirFrom:
    """Paths of air that is over an area `at` a time, hour by hour back, as degrees north and east; each ends where it left the winds."""

    at: datetime
    paths: tuple[Way, ...]


def air_from(settings: Settings, cycle: Cycle, area_id: str) -> AirFrom:
    """Where the air came from that is over an area of a stored cycle at the peak of its first window or, without one, at its beginning.

    Raises Refusal where others are being worked out for too long, InputError and NoDataInPeriod where weather lacks or cannot be read,
    and ArchiveError.
    """
    key = settings.output.archive / cycle.key, area_id
    if (known := _found.get(key)) is not None:
        return known
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT_S):
        raise Refusal(503, N_("Other paths are being worked out. Try again in a minute."))
    try:
        if key not in _found:
            found = _worked_out(settings, cycle, area_id)
            while len(_found) >= MOST_KEPT:
                _found.pop(next(iter(_found)))
            _found[key] = found
        return _found[key]
    finally:
        _one_at_a_time.release()


def air_at(facts: StoredFacts, area_id: str) -> datetime:
    """Of which time the air is followed: that of the peak of an area's first window or, without one, the cycle's beginning."""
    window = first_window(facts.windows, area_id)
    return facts.cycle.init_time if window is None or window.peak_time is None else window.peak_time


def paths_svg(air: AirFrom, frame: MapFrame) -> bytes:
    """The paths over the maps: dark near the area, lighter the longer ago, on a light ground, for maps are dark where the haze is."""
    lines = "".join(_line(path, frame, colour, width) for colour, width in (("#fff", 3.6), ("#0b1f33", 1.5)) for path in air.paths)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {frame.height}">{lines}</svg>'.encode()


def _worked_out(settings: Settings, cycle: Cycle, area_id: str) -> AirFrom:
    from hazecast.forecast.air_of_place import Place, air_of_place  # compiled loops, which no other page needs
    from hazecast.forecast.transport.layers import Layers

    facts = load_stored_facts(settings.output.archive / cycle.key)
    area = next(one for one in facts.areas if one.id == area_id)
    at = air_at(facts, area_id)
    own = [station for station in facts.stations if station.id in area.station_ids]
    middle = [(s.latitude, s.longitude) for s in own] or [(y, x) for polygon in area.polygons for x, y in polygon[0]]
    latitude, longitude = (float(axis) for axis in np.mean(middle, axis=0))
    layers = Layers(np.array(settings.transport.layer_tops))
    moment = np.datetime64(at.replace(tzinfo=None), "ns")
    found = air_of_place(gridded(settings, cycle, at), layers, Place(latitude, longitude, area.name_in("en")), moment, -HOURS_BACK)
    return AirFrom(at, shown_of(found.paths))


def gridded(settings: Settings, cycle: Cycle, until: datetime) -> Gridded:
    """The weather of the last days until a time, of what had arrived by the cycle's `as_of`."""
    from hazecast.grids.gridding import to_grid
    from hazecast.grids.lattice import lattice_of_domain
    from hazecast.intake.gather import gather

    hours = max(1, -((cycle.init_time - until) // timedelta(hours=1)) + 1)
    short = replace(cycle, horizon=min(cycle.horizon, timedelta(hours=hours)))
    with open_memory(settings.output.archive, settings.database.address) as memory:
        return to_grid(gather(short, looking_back(settings, DAYS_OF_WEATHER), memory), lattice_of_domain(settings.domain))


def shown_of(paths: xr.Dataset) -> tuple[Way, ...]:
    """Some of the paths, evenly chosen, each up to where it is missing."""
    every = max(1, paths.sizes["trajectory"] // PATHS_SHOWN)
    degrees = np.stack([paths[name].transpose("trajectory", "time").values[::every] for name in ("latitude", "longitude")], axis=-1)
    known = np.isfinite(degrees).all(axis=-1)
    lengths = np.where(known.all(axis=1), known.shape[1], known.argmin(axis=1))
    cut = (path[:length].tolist() for path, length in zip(degrees, lengths, strict=True))
    return tuple(tuple((y, x) for y, x in path) for path in cut if len(path) > 1)


def _line(path: Way, frame: MapFrame, colour: str, width: float) -> str:
    points = [frame.place(y, x) for y, x in path]
    halves = ((points[:25], 0.9), (points[24:], 0.45))
    drawn = ((" ".join(f"{x:.1f},{y:.1f}" for x, y in half), opacity) for half, opacity in halves if len(half) > 1)
    return "".join(f'<polyline points="{d}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{o}"/>' for d, o in drawn)
