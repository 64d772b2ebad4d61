"""Every kernel of grids and forecast once, with the types that a cycle gives it: a first run finds them compiled.

What is done here is what a cycle does, through the same doors, on a made-up case of a few cells; its results are thrown away.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import TransportSettings, VisibilitySettings
from hazecast.forecast.analysis.consistency import consistent
from hazecast.forecast.analysis.correlation import gaspari_cohn
from hazecast.forecast.analysis.error_statistics import Basis, default_statistics
from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.analysis.interpolation import Departures, interpolated
from hazecast.forecast.draws.product import draws_product
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.emissions.heights import at_ground
from hazecast.forecast.footprints import residence_time, starts_around
from hazecast.forecast.spreading.reach import default_reach
from hazecast.forecast.spreading.spread import AtStations, OnLattice, spread
from hazecast.forecast.trajectories import trajectories
from hazecast.forecast.transport.driving import Driving, driving
from hazecast.forecast.transport.layers import air_of, default_layers
from hazecast.forecast.transport.learning import UNIT_BACKGROUND, Snapshot
from hazecast.forecast.transport.starting import drawn_to_observations
from hazecast.forecast.transport.state import Tags, clean_state
from hazecast.forecast.trees import FlatTrees
from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import Lattice
from hazecast.grids.regions import region_shares
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.grids.wind_profile import ESTIMATED_FROM
from hazecast.records import Cycle, PlaceName, SourceRegion, Station

Array = NDArray[np.float64]
Exercises = tuple[tuple[str, Callable[[], object]], ...]

LATTICE = Lattice(np.linspace(39.0, 40.0, 5), np.linspace(115.0, 116.25, 6))
STATIONS = tuple(Station(str(i), f"Post {i}", 39.2 + 0.2 * i, 115.3 + 0.2 * i) for i in range(4))
START = np.datetime64("2020-01-10T00", "ns")
HOUR = np.timedelta64(1, "h")
HOURS = 3
SCHEMES = ("ppm", "van-leer")
ALONE_M = 1000.0  # within which no station has a neighbour
LEVELS_PA = (95_000.0, 85_000.0)


def carrying() -> Exercises:
    """What carries air and what it bears, in plain words, and how it is compiled."""
    return (("winds and boundary layer", winds), *((f"transport, {scheme}", partial(transport, scheme)) for scheme in SCHEMES))


def round_about() -> Exercises:
    """The same of all else; it shares no kernel with `carrying`."""
    return (
        ("analysis of observations", analysis),
        ("regridding", regridding),
        ("source regions", source_regions),
        ("trajectories", paths),
        ("correction on the lattice", correction),
        ("drawn trajectories", drawn),
        ("boosted trees", boosted),
    )


def regridding() -> None:
    """Weather of 32 and of 64 bits, on latitude and longitude and on a projection, and amounts per area."""
    for kind in (np.float32, np.float64):
        for source in (_weather().astype(kind), _projected().astype(kind)):
            to_lattice(source, LATTICE)
            to_stations(source, STATIONS)
    conserved(_weather()[["precipitation"]], LATTICE, absent_is_zero=True)


def source_regions() -> None:
    """Shares of a region with a ring."""
    ring = np.array([[115.2, 39.1], [115.9, 39.2], [115.5, 39.8]])
    region_shares(LATTICE, [SourceRegion("ring", (PlaceName("en", "Ring"),), (ring,))])


def winds() -> None:
    """Hours driven by winds at 10 m alone, by those aloft too, and by winds at 10 m that were estimated from those aloft."""
    drive = _driving()
    estimated = _weather()
    estimated["eastward_wind"].attrs[ESTIMATED_FROM] = "level"
    for weather, aloft in ((drive.weather, None), (drive.weather, _aloft()), (estimated, _aloft())):
        list(replace(drive, weather=weather, aloft=aloft).hours(0, HOURS))


def transport(scheme: str) -> None:
    """Some hours of air with primary and secondary parts of every region."""
    settings = TransportSettings.model_validate({"scheme": scheme})
    drive = _driving()
    carrier = drive.carrier(settings, np.ones(2), UNIT_BACKGROUND)
    state = carrier.clean()
    for hour in drive.hours(0, HOURS):
        if hour is not None:
            carrier.model.advance(state, hour)


def analysis() -> None:
    """Air drawn to observations by stations that are near each other, and by some that are not; error statistics that agree."""
    air, observed = air_of(LATTICE, default_layers()), _observed()
    start = Snapshot(clean_state(air, Tags(("west", "east"), secondary=True)), HOURS)
    start.state.pm25[:] = 10.0
    drawn_to_observations(start, air, np.full(LATTICE.shape, 400.0), observed - 5.0, observed, 0, STATIONS)
    latitude, longitude = _axes_of_stations()
    apart = Departures(directions_of(latitude, longitude), np.ones(latitude.size), np.ones(latitude.size))
    interpolated(cells_of(LATTICE.latitude, LATTICE.longitude), apart, gaspari_cohn(ALONE_M))
    consistent(np.log(_observed() / 50.0), latitude, longitude, default_statistics(Basis.NO_DEPARTURES))


def correction() -> None:
    """Corrected stations spread over the lattice."""
    latitude, longitude = _axes_of_stations()
    over, at = (np.full(shape, 2.0) for shape in ((2, *LATTICE.shape), (2, latitude.size)))
    lattice = OnLattice(LATTICE.latitude, LATTICE.longitude, over, over, over, over[0])
    spread(lattice, AtStations(latitude, longitude, at, at, at, at[0], _observed()[:2], at, at), default_reach())


def drawn() -> None:
    """Trajectories of PM2.5, and how long they stay above thresholds."""
    init = START.astype("datetime64[s]").astype(datetime).replace(tzinfo=UTC)
    cycle = Cycle(init, init, timedelta(hours=HOURS))
    draws_product(cycle, STATIONS, np.full((2, len(STATIONS), HOURS), 50.0), np.full((len(STATIONS), HOURS), 60.0), VisibilitySettings(), 0)


def boosted() -> None:
    """A table of 32 bits told by one tree of one fork."""
    first, second = np.zeros(1, np.uint8), np.ones(1, np.uint8)
    trees = FlatTrees(0.0, np.zeros((1, 1)), np.zeros(1, np.int64), first, first, second, np.array([0, 1]), np.zeros(2))
    trees.predict(np.zeros((1, 1), np.float32))


def paths() -> None:
    """Air followed back through winds, and its footprint."""
    level = xr.DataArray(np.array([100.0, 500.0]), dims="level", attrs={"kind": "height"})
    weather = _weather()
    winds = xr.Dataset({f"{key}_aloft": weather[key].expand_dims(level=level) for key in ("eastward_wind", "northward_wind")})
    winds = winds.assign(upward_wind_aloft=0.0 * winds["eastward_wind_aloft"]).assign_coords(level=level)
    for key in winds.data_vars:
        winds[key].attrs["units"] = "m s-1"
    followed = trajectories(winds, starts_around(39.5, 115.6, 1000.0, np.array([200.0]), 3), weather["time"].values[-1], -HOUR)
    residence_time(followed, LATTICE)


def _driving() -> Driving:
    fields = np.ones((3, 1, *LATTICE.shape))
    emission = Emission(fields, np.ones((HOURS, 1)), at_ground(1), None)
    return driving(_weather(), None, emission, _halves(), TransportSettings())


def _weather() -> xr.Dataset:
    """As it is when it is on the lattice: hourly, of 64 bits; it rains, and the mixing height lacks at first."""
    values = {
        "eastward_wind": 4.0,
        "northward_wind": -2.0,
        "air_temperature": 275.0,
        "surface_pressure": 101_000.0,
        "precipitation": 0.5,
        "mixing_height": 500.0,
    }
    shape = (HOURS, *LATTICE.shape)
    slope = np.linspace(0.9, 1.1, np.prod(shape)).reshape(shape)
    fields = {key: (("time", "latitude", "longitude"), value * slope) for key, value in values.items()}
    return xr.Dataset(fields, {"time": START + np.arange(HOURS) * HOUR, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude})


def _projected() -> xr.Dataset:
    latitude, longitude = np.meshgrid(LATTICE.latitude, LATTICE.longitude, indexing="ij")
    places = {"latitude": (("y", "x"), latitude + 0.01), "longitude": (("y", "x"), longitude + 0.01)}
    plain = _weather().drop_vars(["latitude", "longitude"]).rename(latitude="y", longitude="x")
    return plain.assign_coords(places)


def _aloft() -> xr.Dataset:
    weather = _weather()
    level = xr.DataArray(np.array(LEVELS_PA), dims="level", attrs={"kind": "pressure", "units": "Pa"})
    fields = {key: weather[key[: -len("_aloft")]] for key in ("eastward_wind_aloft", "northward_wind_aloft")}
    spreads = xr.Dataset(fields).expand_dims(level=level)
    return spreads.transpose("time", "level", "latitude", "longitude").assign_coords(level=level)


def _halves() -> xr.DataArray:
    west = np.broadcast_to(np.arange(LATTICE.longitude.size) < 3, LATTICE.shape).astype(np.float64)
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return xr.DataArray(np.stack([west, 1.0 - west]), {"region": ["west", "east"], **places}, ("region", *places))


def _observed() -> Array:
    """Hourly PM2.5 of all stations over two days, µg m-3."""
    hours, station = np.arange(48.0)[:, None], np.arange(float(len(STATIONS)))
    return np.asarray(60.0 + 20.0 * np.sin(hours / 7.0 + 0.3 * station) + 3.0 * station)


def _axes_of_stations() -> tuple[Array, Array]:
    return np.array([s.latitude for s in STATIONS]), np.array([s.longitude for s in STATIONS])
