"""A chemical transport model corrected by monitors: CMAQ over Atlanta, on later dates and at monitors that were left out.

The case is daily, the correction hourly. So each daily mean fills the 24 hours of its day, and arrives a day late: no hour may know its own
day's mean. A day is foretold at its last hour, over which all that lies 24 hours back is of the day before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.correction.experience import experience
from hazecast.forecast.derived import with_derived
from hazecast.forecast.learning import Lesson
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.forecast.spreading.learning import learnt_reach
from hazecast.forecast.spreading.reach import Past, Reach
from hazecast.forecast.spreading.spread import AtStations, OnLattice, spread
from hazecast.forecast.trained import trained_on

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

WAYS = {
    "ahead": "monitors learnt from, told the evening before",
    "silent": "monitors left out, told the evening before as stations that never reported",
    "spread": "monitors left out, told the evening before by the corrected grid",
    "analysed": "monitors left out, told by what the others observed that day",
}
FOLDS = 4
SHARE_LEARNT = 0.7
KM_PER_DEGREE, SOMEWHERE = 111.2, (33.7, -84.4)
HOURS = 24
LAG = HOURS  # the mean of a day is known when it is over
ROWS = 10_000
BESIDE = 0.1  # degrees to a second column, for a lattice has more than one


@dataclass(frozen=True)
class Daily:
    """Daily means (day, monitor) in µg m-3, K and m s-1, NaN where unknown, and the places (monitor,) in degrees."""

    days: pd.DatetimeIndex
    observed: Array
    model: Array
    temperature: Array
    wind: Array
    latitude: Array
    longitude: Array


@dataclass(frozen=True)
class Corrected:
    """Of days that nothing was learnt from, (day, monitor) in µg m-3; NaN where not told.

    ahead     at monitors that were learnt from, by what was known the evening before
    silent    at those that were left out, told as monitors that never report are
    spread    at those that were left out, the model drawn to `ahead` at the others
    analysed  at those that were left out, the model drawn to what the others observed on the day itself
    """

    observed: Array
    model: Array
    ahead: Array
    silent: Array
    spread: Array
    analysed: Array

    def rmse(self, name: str, of: str) -> float:
        """Of the field `name`, over the values that the field `of` tells."""
        off = (getattr(self, name) - self.observed)[self.told(of)]
        return float(np.sqrt((off**2).mean()))

    def lower_by(self, of: str) -> float:
        """The share of the model's error that is gone."""
        return 1.0 - self.rmse(of, of) / self.rmse("model", of)

    def told(self, of: str) -> Flags:
        return ~np.isnan(self.observed + self.model + getattr(self, of))


def read_daily(case: Path) -> Daily:
    table = pd.read_csv(case / "cmaq_and_monitors.csv.gz", parse_dates=["date"])
    days = pd.date_range(table["date"].min(), table["date"].max())
    fields = [table.pivot_table(index="date", columns="space_id", values=name).reindex(days) for name in ("pm25", "ctm", "tmp", "wind")]
    x, y = table.groupby("space_id")[["x", "y"]].first().to_numpy().T
    latitude = SOMEWHERE[0] + (y - y.mean()) / KM_PER_DEGREE
    longitude = SOMEWHERE[1] + (x - x.mean()) / (KM_PER_DEGREE * np.cos(np.radians(SOMEWHERE[0])))
    return Daily(days, *(field.to_numpy() for field in fields), latitude, longitude)


def turns(daily: Daily, count: int = FOLDS) -> list[Corrected]:
    """Every fourth monitor left out, from the first on; and again from the next, until by `FOLDS` turns each was left out once."""
    monitors = np.arange(daily.latitude.size)
    return [corrected(daily, int(SHARE_LEARNT * daily.days.size), monitors % FOLDS == turn) for turn in range(count)]


def joined(parts: Sequence[Corrected]) -> Corrected:
    """The days of one after those of the other."""
    return Corrected(*(np.concatenate([getattr(part, name) for part in parts]) for name in Corrected.__annotations__))


def corrected(daily: Daily, split: int, left_out: Flags) -> Corrected:
    """Learn from the days before `split` at the monitors that are not left out, and correct each later day by itself."""
    kept = np.where(left_out, np.nan, daily.observed)
    told = foretold(series_of(hourly_of(daily, kept)), split)
    ahead, silent = np.where(left_out, np.nan, told), np.where(left_out, told, np.nan)
    later = slice(split, None)
    reach = learnt_reach(_past(daily, kept, split))
    ways = (drawn(daily, later, left_out, reach, values) for values in (ahead, kept[later]))
    return Corrected(daily.observed[later], daily.model[later], ahead, silent, *ways)


def hourly_of(daily: Daily, known: Array) -> xr.Dataset:
    """What the correction is shown, with the model in the place of hazecast's own."""
    fields = {
        "pm25": known,
        "pm25_exact": known,
        "base": daily.model,
        "air_temperature": daily.temperature,
        "wind_speed": daily.wind,
    }
    times = daily.days[0].to_datetime64().astype("datetime64[ns]") + np.arange(HOURS * daily.days.size) * np.timedelta64(1, "h")
    hourly = {key: (("time", "station"), np.repeat(values, HOURS, axis=0)) for key, values in fields.items()}
    data = xr.Dataset(hourly, coords={"time": times})
    return with_derived(data.assign_coords(latitude=("station", daily.latitude), longitude=("station", daily.longitude)))


def foretold(series: Series, split: int) -> Array:
    """What is expected at every monitor on the days from `split` on (day, monitor), each by what was known the evening before."""
    lesson = Lesson(known=HOURS * split - 1, lag=LAG, horizon=1, rows=ROWS, seed=0)
    correction = trained_on(series, None, lesson, lambda _: None).correction
    assert correction is not None
    days, monitors = series.times.size // HOURS - split, series.latitude.size
    valid, station = (
        a.ravel() for a in np.meshgrid(np.arange(split, split + days) * HOURS + HOURS - 1, np.arange(monitors), indexing="ij")
    )
    rows = Rows(valid - 1, station, np.ones_like(valid), LAG)
    lived = experience(correction, series, int(rows.known.max()), LAG, 0)
    lived = replace(lived, width=np.ones_like(lived.width))  # that of all days would tell each of what came after it
    said = correction.foretold(series, rows)
    centre = lived.adjusted(correction, said, rows).centre
    _, mean = correction.distribution(centre, said.spread, said.case, rows.lead)
    return np.asarray(mean.reshape(days, monitors))


def _past(daily: Daily, known: Array, split: int) -> Past:
    """All days before `split`, each in the place of an hour."""
    observed, model = known[:split], daily.model[:split]
    nothing = np.full(observed.shape, np.nan)
    return Past(observed, model, nothing, nothing, daily.latitude, daily.longitude, np.zeros(daily.latitude.size))


def drawn(daily: Daily, days: slice, left_out: Flags, reach: Reach, values: Array) -> Array:
    """The model's values at monitors left out, drawn to what is said at the others, (day, monitor) all; winds have no direction here."""
    base = daily.model[days]
    nothing, level = np.full(base.shape, np.nan), np.zeros(daily.latitude.size)
    stations = AtStations(daily.latitude, daily.longitude, base, nothing, nothing, level, values, values, values)
    out = nothing.copy()
    for monitor in np.flatnonzero(left_out):
        here = np.repeat(base[:, None, None, monitor], 2, axis=2)
        calm, east = np.full(here.shape, np.nan), daily.longitude[monitor] + np.array([0.0, BESIDE])
        lattice = OnLattice(daily.latitude[[monitor]], east, here, calm, calm, np.zeros((1, 2)))
        out[:, monitor] = spread(lattice, stations, reach).pm25[:, 0, 0]
    return out
