"""What a real network makes of the true concentrations: surroundings, noise, whole numbers, gaps and faults."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from hazecast.demo.cities import CITIES
from hazecast.demo.pollution import Concentrations
from hazecast.demo.region import Field
from hazecast.records import Station

SENTINEL: Final = -999.0
_REGIONAL_NOISE: Final = (0.09, 0.95)
_LOCAL_NOISE: Final = (0.06, 0.75)
_BROKEN_LINE_CHANCE: Final = 0.0075
_BROKEN_LINE_HOURS: Final = (1, 5)
_CALIBRATION_CHANCE: Final = 0.011
_CALIBRATION_HOURS: Final = (1, 3)
_OUTAGES: Final = 5
_OUTAGE_HOURS: Final = (20, 37)
_STUCK_HOURS: Final = 38
_SENTINELS: Final = 2


@dataclass(frozen=True, slots=True)
class Instrument:
    """How one pollutant is measured, µg m-3: spread of the surroundings of stations (of the logarithm), noise, least value and step."""

    parameter: str
    surroundings: float
    noise: float
    least: float
    step: float


INSTRUMENTS: Final = (
    Instrument("co", 0.14, 60.0, 100.0, 100.0),
    Instrument("no2", 0.18, 2.0, 2.0, 1.0),
    Instrument("o3", 0.10, 2.5, 2.0, 1.0),
    Instrument("pm10", 0.10, 5.0, 5.0, 1.0),
    Instrument("pm25", 0.09, 2.5, 3.0, 1.0),
    Instrument("so2", 0.20, 1.5, 2.0, 1.0),
)
_PM10: Final = next(k for k, i in enumerate(INSTRUMENTS) if i.parameter == "pm10")
_PM25: Final = next(k for k, i in enumerate(INSTRUMENTS) if i.parameter == "pm25")


@dataclass(frozen=True, slots=True)
class Readings:
    """What the network reports: `values` (time, station, instrument) in µg m-3, NaN where there is no row."""

    hours: Field
    stations: tuple[Station, ...]
    values: Field

    def __post_init__(self) -> None:
        expected = (self.hours.size, len(self.stations), len(INSTRUMENTS))
        if self.values.shape != expected:
            raise ValueError(f"Readings of shape {self.values.shape}; expected (time, station, instrument) {expected}.")


def read_monitors(truth: Concentrations, hours: Field, stations: tuple[Station, ...], init_hour: int, rng: np.random.Generator) -> Readings:
    """Measure `truth` (time, station) with every fault that reading it has to survive; one station is silent across `init_hour`."""
    values = np.stack([_measure(getattr(truth, i.parameter), i, rng) for i in INSTRUMENTS], axis=2)
    values[:, :, _PM10] = np.maximum(values[:, :, _PM10], values[:, :, _PM25] + 2)
    _stick(values, init_hour, rng)
    values[_gaps(values.shape, init_hour, rng)] = np.nan
    _place_sentinels(values, init_hour, rng)
    return Readings(hours, stations, values)


def _measure(truth: Field, instrument: Instrument, rng: np.random.Generator) -> Field:
    """Surroundings and noise of a city and of a station multiply the truth, the instrument adds its own; then whole steps."""
    times, stations = truth.shape
    city_of_station = np.repeat(np.arange(len(CITIES)), [c.station_count for c in CITIES])
    exponent = _noise(rng, (times, len(CITIES)), *_REGIONAL_NOISE)[:, city_of_station]
    exponent += _noise(rng, (times, stations), *_LOCAL_NOISE) + rng.normal(0, instrument.surroundings, stations)
    measured = truth * np.exp(exponent) + _noise(rng, (times, stations), instrument.noise, 0.3)
    whole: Field = np.round(np.maximum(measured, instrument.least) / instrument.step) * instrument.step
    return whole.astype(np.float32)


def _noise(rng: np.random.Generator, shape: tuple[int, int], spread: float, memory: float) -> NDArray[np.float64]:
    """Noise (time, column) of the given spread whose correlation from hour to hour is `memory`."""
    shocks = rng.normal(0, spread * np.sqrt(1 - memory**2), shape)
    shocks[0] /= np.sqrt(1 - memory**2)
    noise: NDArray[np.float64] = lfilter([1.0], [1.0, -memory], shocks, axis=0)
    return noise


def _gaps(shape: tuple[int, ...], init_hour: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where there is no row: broken lines, calibrations, outages of a day, one of them across `init_hour`."""
    times, stations, _ = shape
    lacking = np.zeros(shape, dtype=np.bool_)
    for when, station in np.argwhere(rng.random((times, stations)) < _BROKEN_LINE_CHANCE):
        lacking[when : when + rng.integers(*_BROKEN_LINE_HOURS), station] = True
    for when, station, instrument in np.argwhere(rng.random(shape) < _CALIBRATION_CHANCE):
        lacking[when : when + rng.integers(*_CALIBRATION_HOURS), station, instrument] = True
    silent = rng.choice(stations, _OUTAGES, replace=False)
    starts = [init_hour - 14, *rng.integers(0, init_hour - 48, _OUTAGES - 1)]
    for station, start in zip(silent, starts, strict=True):
        lacking[start : start + rng.integers(*_OUTAGE_HOURS), station] = True
    return lacking


def _stick(values: Field, init_hour: int, rng: np.random.Generator) -> None:
    """Let one PM2.5 instrument repeat a value for a day and a half."""
    station = rng.integers(values.shape[1])
    start = rng.integers(init_hour // 3, 2 * init_hour // 3)
    values[start : start + _STUCK_HOURS, station, _PM25] = values[start, station, _PM25]


def _place_sentinels(values: Field, init_hour: int, rng: np.random.Generator) -> None:
    """Write the code for a missing value where a number is expected."""
    station = rng.integers(values.shape[1])
    for when in rng.choice(init_hour, _SENTINELS, replace=False):
        values[when, station, _PM25] = SENTINEL
