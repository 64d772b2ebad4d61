"""Forecasts beside what was observed and what a baseline would have said, on the same (cycle, station, lead)."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.baselines import Climatology, climatology_before, diurnal_persistence, last_known, persistence
from hazecast.backtest.verification.counting import Comparison, MissingCounts, count_missing
from hazecast.backtest.verification.day_levels import Days, cycles_of, days_of
from hazecast.backtest.verification.local_time import local, season_and_hour, valid_times
from hazecast.backtest.verification.observations import HOUR, Observations, observations_for
from hazecast.backtest.verification.terms import FORECASTS, Terms
from hazecast.forecast.visibility import visibility as visibility_from
from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.hourly_edition import HourlyEdition

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
LEVELS = "level_of_forecast"
CYCLES_AT_ONCE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """PM2.5 in µg m-3 and levels (int8 of `Level`) on (cycle, station, lead); NaN and UNKNOWN where they are not known.

    `values` and `levels` are (forecast, cycle, station, lead) in the order of `forecasts`, hazecast first; `quantile_values` is
    (cycle, station, lead, quantile); `local_times` (cycle, lead) are those of the valid time.
    """

    cycles: NDArray[np.datetime64]
    stations: tuple[str, ...]
    lead: NDArray[np.int64]
    local_times: NDArray[np.datetime64]
    observed: Array
    observed_level: NDArray[np.int8]
    forecasts: tuple[str, ...]
    values: Array
    levels: NDArray[np.int8]
    quantiles: Array
    quantile_values: Array

    def __post_init__(self) -> None:
        shape = (self.cycles.size, len(self.stations), self.lead.size)
        of_forecasts, of_quantiles = (len(self.forecasts), *shape), (*shape, self.quantiles.size)
        found = (self.observed.shape, self.observed_level.shape, self.values.shape, self.levels.shape, self.quantile_values.shape)
        if found != (shape, shape, of_forecasts, of_forecasts, of_quantiles):
            raise ValueError(f"Pairs of {shape} cycles, stations and leads have arrays of {found}.")

    @property
    def missing(self) -> MissingCounts:
        """What is missing of these pairs."""
        return count_missing(self.observed, self.forecasts, self.values)

    def counted(self, forecast: str, comparison: Comparison) -> Truth:
        """The pairs (cycle, station, lead) on which `forecast` is scored."""
        together = comparison.common if forecast in comparison.common else (self.forecasts[0], forecast)
        known = [~np.isnan(self.values[self.forecasts.index(f)]) for f in together]
        return np.asarray(~np.isnan(self.observed) & np.all(known, axis=0))

    def levels_counted(self, forecast: str, comparison: Comparison) -> Truth:
        """Those of the pairs on which all levels compared are known too."""
        together = comparison.common if forecast in comparison.common else (forecast,)
        known = [self.levels[self.forecasts.index(f)] != Level.UNKNOWN for f in together]
        return np.asarray(self.counted(forecast, comparison) & (self.observed_level != Level.UNKNOWN) & np.all(known, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """What all cycles of a backtest are held against; `days` are those of an edition that decides on them."""

    observations: Observations
    climatology: Climatology
    terms: Terms
    days: Days | None = None


def against(forecasts: xr.Dataset, observed: xr.DataArray, terms: Terms, visibility: xr.DataArray | None = None) -> Against:
    """Observations and climatology for all of `forecasts`; see `paired`."""
    observations = observations_for(forecasts, observed, terms, visibility)
    first = last_known(forecasts["init_time"].values[:1], observations, terms.observation_lag_hours)
    return Against(observations, climatology_before(observations, int(first[0]), terms.time_zone), terms, days_of(forecasts, terms))


def paired(forecasts: xr.Dataset, observed: xr.DataArray, terms: Terms, *, visibility: xr.DataArray | None = None) -> Pairs:
    """The pairs of a backtest's `forecasts` and `observed` PM2.5 (time, station) in µg m-3.

    `observed` must reach back before the first cycle for a climatology; `visibility` (m, time and station) decides observed
    levels where it is known. Cycles ascend. Raises NoDataInPeriod without observations.
    """
    return pairs_of(forecasts, against(forecasts, observed, terms, visibility))


def pairs_of(forecasts: xr.Dataset, held_against: Against) -> Pairs:
    """The pairs of some cycles of a backtest."""
    local_times, observed, observed_level, values = _values(forecasts, held_against)
    quantiles, quantile_values = _quantiles(forecasts)
    return Pairs(
        cycles=forecasts["init_time"].values,
        stations=held_against.observations.stations,
        lead=forecasts["lead_time"].values.astype(np.int64),
        local_times=local_times,
        observed=observed,
        observed_level=observed_level,
        forecasts=FORECASTS,
        values=values,
        levels=_levels(forecasts, values, held_against),
        quantiles=quantiles,
        quantile_values=quantile_values,
    )


def missing_in(forecasts: xr.Dataset, held_against: Against) -> MissingCounts:
    """What is missing of the pairs of some cycles."""
    _, observed, _, values = _values(forecasts, held_against)
    return count_missing(observed, FORECASTS, values)


def _values(forecasts: xr.Dataset, held_against: Against) -> tuple[NDArray[np.datetime64], Array, NDArray[np.int8], Array]:
    """Local times (cycle, lead), observed PM2.5 and level (cycle, station, lead), and all forecasts of it."""
    observations, terms = held_against.observations, held_against.terms
    times = valid_times(forecasts)
    valid, local_times = observations.hour_of(times), local(times, terms.time_zone)
    known = last_known(forecasts["init_time"].values, observations, terms.observation_lag_hours)
    values = (
        _field(forecasts, "pm25"),
        persistence(observations, known, valid.shape[1]),
        diurnal_persistence(observations, known, valid),
        held_against.climatology.at(*season_and_hour(local_times)),
        _field(forecasts, "pm25_uncorrected"),
    )
    observed, level = observations.at(valid), observations.level_at(valid)
    if held_against.days is not None:
        level[[not held_against.days.are_those_of(cycle) for cycle in cycles_of(forecasts)]] = Level.UNKNOWN
    return local_times, observed.transpose(0, 2, 1), level.transpose(0, 2, 1), np.stack(values)


def _field(forecasts: xr.Dataset, name: str) -> Array:
    if name not in forecasts:
        return np.full([forecasts.sizes[d] for d in ("init_time", "station", "lead_time")], np.nan)
    return _finite(forecasts[name].transpose("init_time", "station", "lead_time").values)


def _finite(values: NDArray[np.floating]) -> Array:
    """A forecast below nothing is wrong and not missing: it stays."""
    return np.where(np.isfinite(values), values, np.nan).astype(np.float64)


def _quantiles(forecasts: xr.Dataset) -> tuple[Array, Array]:
    if "pm25_quantile" not in forecasts:
        shape = [forecasts.sizes[d] for d in ("init_time", "station", "lead_time")]
        return np.empty(0), np.empty((*shape, 0))
    values = forecasts["pm25_quantile"].transpose("init_time", "station", "lead_time", "quantile")
    return values["quantile"].values.astype(np.float64).round(6), _finite(values.values)


def with_levels(forecasts: xr.Dataset, held_against: Against) -> xr.Dataset:
    """With the levels of all forecasts where an edition decides on days: a part of a cycle's leads could not tell them."""
    if held_against.days is None:
        return forecasts
    parts = [forecasts.isel(init_time=slice(i, i + CYCLES_AT_ONCE)) for i in range(0, forecasts.sizes["init_time"], CYCLES_AT_ONCE)]
    found = np.concatenate([pairs_of(part, held_against).levels for part in parts], axis=1)
    return forecasts.assign({LEVELS: (("forecast", "init_time", "station", "lead_time"), found)})


def of_days(pairs: Pairs, held_against: Against) -> Pairs:
    """By an edition on days each of them is one pair of levels, at its last hour; by others all hours are, as they were."""
    days = held_against.days
    if days is None:
        return pairs
    times = pairs.cycles[:, None] + pairs.lead * HOUR
    observed, said = np.empty_like(pairs.observed_level), np.empty_like(pairs.levels)
    for cycle, of_cycle in enumerate(times):
        observed[cycle] = days.at_their_ends(pairs.observed_level[cycle], of_cycle)
        said[:, cycle] = days.at_their_ends(pairs.levels[:, cycle], of_cycle)
    return replace(pairs, observed_level=observed, levels=said)


def _levels(forecasts: xr.Dataset, values: Array, held_against: Against) -> NDArray[np.int8]:
    """Hazecast's own as it gave them; those of baselines, and of hazecast where it gave none, are what their PM2.5 amounts to."""
    if LEVELS in forecasts:
        return forecasts[LEVELS].transpose("forecast", "init_time", "station", "lead_time").values
    terms = held_against.terms
    if held_against.days is not None:
        read = _levels_of_days(forecasts, values, held_against, held_against.days)
    else:
        assert isinstance(terms.edition, HourlyEdition)
        humidity = _field(forecasts, "relative_humidity")
        read = np.stack(
            [levels(terms.edition, pm25, visibility_from(pm25, humidity, terms.optics), humidity) for pm25 in np.maximum(values, 0.0)]
        )
        read[np.isnan(values)] = Level.UNKNOWN
    if "level" in forecasts:
        own = forecasts["level"].transpose("init_time", "station", "lead_time").fillna(Level.UNKNOWN).values
        read[0] = own.astype(np.int8)
    return read


def _levels_of_days(forecasts: xr.Dataset, values: Array, held_against: Against, days: Days) -> NDArray[np.int8]:
    """Of each forecast's PM2.5 ahead and of what was known of the days before it."""
    observations = held_against.observations
    known = last_known(forecasts["init_time"].values, observations, held_against.terms.observation_lag_hours)
    begins = observations.hour_of(forecasts["init_time"].values)
    read = np.empty(values.shape, dtype=np.int8)
    for at, cycle in enumerate(cycles_of(forecasts)):
        hours = begins[at] - np.arange(days.past_hours(cycle))[::-1]
        past = np.where(hours[:, None] <= known[at], observations.at(hours), np.nan).T
        for forecast, pm25 in enumerate(values[:, at]):
            read[forecast, at] = days.said(pm25, past, cycle)
    return read
