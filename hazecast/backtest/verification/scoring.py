"""A backtest's forecasts against what was observed: every score as a table, and what diagrams are drawn from."""

from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.backtest.verification.accumulate import ALL_DAYS, accumulate, chunks
from hazecast.backtest.verification.blocks import block_of
from hazecast.backtest.verification.control_days import ControlDays
from hazecast.backtest.verification.counting import Comparison, MissingCounts, comparison_of
from hazecast.backtest.verification.curves import curves_of
from hazecast.backtest.verification.families import families_for
from hazecast.backtest.verification.pairs import against, missing_in
from hazecast.backtest.verification.slices import slices_for
from hazecast.backtest.verification.table import COLUMNS, score_table
from hazecast.backtest.verification.terms import FORECAST, Terms
from hazecast.errors import NoDataInPeriod
from hazecast.records import require_dims


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """All scores of a backtest.

    `table` has the columns of `table.COLUMNS`, one row a score; `curves` what diagrams are drawn from, along `days` and `slice`;
    `stations` a name, latitude and longitude by station.
    """

    terms: Terms
    first_cycle: np.datetime64
    last_cycle: np.datetime64
    cycles: int
    last_lead: int
    counts: MissingCounts
    comparison: Comparison
    table: pd.DataFrame
    curves: xr.Dataset
    stations: pd.DataFrame

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != COLUMNS:
            raise ValueError(f"The table of scores has the columns {list(self.table.columns)}; expected {list(COLUMNS)}.")

    def rows(
        self, *, score: str, forecast: str | None = None, kind: str | None = None, event: str | None = None, days: str = ALL_DAYS
    ) -> pd.DataFrame:
        """The rows of a score, of all forecasts, kinds and events that are not named."""
        table = self.table
        wanted = (table["score"] == score) & (table["days"] == days)
        for column, value in (("forecast", forecast), ("kind", kind), ("event", event)):
            if value is not None:
                wanted &= table[column] == value
        return table[wanted].reset_index(drop=True)

    def value(
        self, score: str, *, forecast: str = FORECAST, kind: str = "all", name: str = "all", event: str = "", days: str = ALL_DAYS
    ) -> float:
        """One score of the slice `name` of a kind, NaN where there is none."""
        found = self.rows(score=score, forecast=forecast, kind=kind, event=event, days=days)
        found = found[found["slice"] == name]
        return float(found["value"].iloc[0]) if len(found) else float("nan")

    def curves_of(self, kind: str = "all", name: str = "all", days: str = ALL_DAYS) -> xr.Dataset:
        """The curves of one slice; raises KeyError where there is none."""
        place = np.flatnonzero((self.curves["kind"].values == kind) & (self.curves["slice"].values == name))
        if place.size != 1:
            raise KeyError(f"There is no slice {name!r} of the kind {kind!r}.")
        return self.curves.sel(days=days).isel(slice=int(place[0]))


def verify(
    forecasts: xr.Dataset,
    observed: xr.DataArray,
    terms: Terms,
    *,
    visibility: xr.DataArray | None = None,
    control_days: ControlDays | None = None,
) -> Verification:
    """Score `forecasts` (a backtest's, in memory or lazy) against `observed` PM2.5 (time, station) in µg m-3.

    With `control_days` every score is given twice, with these days and without. Raises NoDataInPeriod where no cycle or nothing
    observed is at hand, ValueError for forecasts without their dimensions.
    """
    require_dims("forecasts", forecasts, ("init_time", "station", "lead_time"))
    if not all(forecasts.sizes[d] for d in ("init_time", "station", "lead_time")):
        raise NoDataInPeriod("The backtest has no cycle to score.", "Choose a period in which cycles were run.")
    ordered = forecasts.sortby("init_time")
    held_against = against(ordered, observed, terms, visibility)
    block = block_of(ordered["init_time"].values, terms.block_days)
    counts = reduce(add, (missing_in(some, held_against) for _, some in chunks(ordered, block)))
    comparison = comparison_of(counts)
    sums = accumulate(
        ordered, held_against, comparison, families_for(terms, comparison, _quantiles(ordered)), slices_for(ordered, terms), control_days
    )
    return Verification(
        terms=terms,
        first_cycle=ordered["init_time"].values[0],
        last_cycle=ordered["init_time"].values[-1],
        cycles=ordered.sizes["init_time"],
        last_lead=int(ordered["lead_time"].values.max()),
        counts=counts,
        comparison=comparison,
        table=score_table(sums, held_against.observations.stations, terms),
        curves=curves_of(sums, terms),
        stations=_places(ordered, held_against.observations.stations),
    )


def _quantiles(forecasts: xr.Dataset) -> tuple[float, ...]:
    if "pm25_quantile" not in forecasts:
        return ()
    return tuple(forecasts["quantile"].values.astype(np.float64).round(6).tolist())


def _places(forecasts: xr.Dataset, stations: tuple[str, ...]) -> pd.DataFrame:
    absent = np.full(len(stations), np.nan)
    places = {axis: forecasts[axis].values if axis in forecasts.coords else absent for axis in ("latitude", "longitude")}
    names = forecasts["station_name"].values if "station_name" in forecasts.coords else np.array(stations)
    return pd.DataFrame({"name": names, **places}, index=pd.Index(stations, name="station"))
