"""How likely hours on end above a threshold are, drawn and as they are: `python -m benchmarks.hours_on_end`.

The truth is a process with a memory whose courses can be made at will; the forecast has its margins exactly.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtri

from hazecast.config import ForecastSettings
from hazecast.forecast.draws.drawing import draw_trajectories
from hazecast.forecast.draws.runs import probability_of_run
from hazecast.forecast.series import Series, series_of
from hazecast.forecast.uncertainty import QUANTILES

Array = NDArray[np.float64]

KEPT, MEDIAN, SPREAD = np.exp(-1.0 / 18.0), 100.0, 0.7  # memory of 18 h; µg m-3, and in its logarithm
HOURS, COURSES = 72, 20_000
STARTS = np.linspace(-0.5, 1.0, 24)  # in standard deviations from the median
PAST_DAYS: Mapping[str, int] = MappingProxyType({"templates of 900 days": 900, "templates of 24 days": 24, "no templates, 15 days": 15})
WINDOWS: Mapping[str, slice] = MappingProxyType({"first day": slice(0, 24), "second day": slice(24, 48), "three days": slice(0, 72)})


def courses(start: float, count: int, hours: int, chance: np.random.Generator) -> Array:
    """PM2.5 (course, hour) from a start on."""
    pushed = lfilter([np.sqrt(1.0 - KEPT**2)], [1.0, -KEPT], chance.standard_normal((count, hours)), axis=-1)
    return np.asarray(MEDIAN * np.exp(SPREAD * (pushed + start * KEPT ** np.arange(1, hours + 1))))


def observed(start: float, days: int, chance: np.random.Generator) -> tuple[Series, int]:
    """A past that ends at the start, for the process is the same backwards, and the index of its last hour."""
    past = np.append(courses(start, 1, 24 * days - 1, chance)[0][::-1], MEDIAN * np.exp(SPREAD * start))
    values = np.concatenate([past, np.full(HOURS, np.nan)])[:, None]
    times = np.datetime64("2013-03-01T01", "ns") + np.arange(values.size) * np.timedelta64(1, "h")
    places = {"latitude": ("station", [40.0]), "longitude": ("station", [116.0])}
    return series_of(xr.Dataset({"pm25": (("time", "station"), values)}, {"time": times, **places})), past.size - 1


def forecast(start: float) -> Array:
    """The right quantile functions, (1, lead, quantile)."""
    kept = KEPT ** np.arange(1, HOURS + 1)[:, None]
    return np.asarray(MEDIAN * np.exp(SPREAD * (kept * start + np.sqrt(1.0 - kept**2) * ndtri(QUANTILES))))[None]


def found(make: Callable[[int, float], Array]) -> Array:
    """The probability (window, start) of six hours above 150 in what is made for the number of a start, (draw, 1, hour)."""
    made = [make(i, start) for i, start in enumerate(STARTS)]
    return np.array([[probability_of_run(draws[:, :, hours], 150.0, 6)[0] for draws in made] for hours in WINDOWS.values()])


def drawn(days: int) -> Callable[[int, float], Array]:
    """Draws from so many days of past."""

    def make(i: int, start: float) -> Array:
        series, origin = observed(start, days, np.random.default_rng(i))
        return draw_trajectories(series, forecast(start), origin, 0, range(1, HOURS + 1), ForecastSettings(random_seed=i))

    return make


def main() -> None:
    """Print the table: the mean over the starts, and the root mean square error against the truth."""
    chance = np.random.default_rng(0)
    truth = found(lambda _, start: courses(start, COURSES, HOURS, chance)[:, None])
    ways = {name: found(drawn(days)) for name, days in PAST_DAYS.items()}
    ways["hours all alike"] = found(lambda i, start: np.sort(drawn(24)(i, start), axis=0))
    ways["hours each for itself"] = found(lambda i, start: chance.permuted(drawn(24)(i, start), axis=0))
    print("| |", " | ".join(WINDOWS), "|\n|---|", "---|" * len(WINDOWS), sep="")
    print("| as it is |", " | ".join(f"{p:.2f}" for p in truth.mean(axis=1)), "|")
    for name, way in ways.items():
        error = np.sqrt(np.mean((way - truth) ** 2, axis=1))
        print(f"| {name} |", " | ".join(f"{p:.2f} (± {e:.2f})" for p, e in zip(way.mean(axis=1), error, strict=True)), "|")


if __name__ == "__main__":
    main()
