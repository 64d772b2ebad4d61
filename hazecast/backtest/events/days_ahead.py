"""Everything that was said of one day ahead, hour by hour, beside what came."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.events.strands import HOURS_OF_DAY, Hours, Strand, stitch, strands_of
from hazecast.backtest.verification.control_days import ControlDays
from hazecast.backtest.verification.local_time import local
from hazecast.backtest.verification.pairs import Against, Pairs, pairs_of
from hazecast.forecast.visibility import visibility
from hazecast.quantiles import at_quantile
from hazecast.records import Level
from hazecast.warnings.chances import ascending, level_chances
from hazecast.warnings.hourly_edition import HourlyEdition

Array = NDArray[np.float64]
Levels = NDArray[np.int8]
Truth = NDArray[np.bool_]
HOUR = np.timedelta64(1, "h")
BAND = (0.05, 0.95)
CYCLES_AT_ONCE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The hours (ends of hours, UTC) and stations that all series of a backtest share, what came, and when emissions were controlled.

    `observed` (hour, station) is PM2.5 in µg m-3, NaN where unknown, and `level` its level as int8, -1 where unknown.
    """

    times: NDArray[np.datetime64]
    stations: tuple[str, ...]
    observed: Array
    level: Levels
    controlled: Truth

    def hour_of(self, times: NDArray[np.datetime64]) -> Hours:
        """Positions of times among the hours, below 0 or beyond the last for others."""
        return np.asarray((times - self.times[0]) / HOUR).astype(np.int64)

    def hour_of_day(self, hours: Hours) -> Hours:
        """The hour of UTC at which the hours at these positions end, from 0 to 23."""
        return np.asarray(((self.times[0] + hours * HOUR).astype("datetime64[h]")).astype(np.int64) % HOURS_OF_DAY)


@dataclass(frozen=True, slots=True, eq=False)
class DayAhead:
    """One strand in the hours of a frame: of each of `forecasts` PM2.5 and level, (forecast, hour, station).

    `band` (2, hour, station) are the 5 and 95 % quantiles of the first forecast, `chances` (level, hour, station) its probabilities of each
    of the edition's levels or a higher one; NaN where not known.
    """

    strand: Strand
    forecasts: tuple[str, ...]
    pm25: Array
    levels: Levels
    band: Array
    chances: Array


def frame_of(forecasts: xr.Dataset, held: Against, control: ControlDays | None) -> Frame:
    """All hours from the first to the last that any cycle of `forecasts` (init_time, station, lead_time) forecasts."""
    inits, leads = forecasts["init_time"].values, forecasts["lead_time"].values.astype(np.int64)
    times = np.arange(inits.min() + leads.min() * HOUR, inits.max() + (leads.max() + 1) * HOUR, HOUR)
    hours = held.observations.hour_of(times)
    stations = held.observations.stations
    days = local(times[:, None], held.terms.time_zone)
    controlled = control.hold(days, stations)[..., 0] if control else np.zeros((times.size, len(stations)), dtype=bool)
    return Frame(times, stations, held.observations.at(hours), held.observations.level_at(hours), controlled)


def days_ahead(forecasts: xr.Dataset, held: Against, frame: Frame) -> tuple[DayAhead, ...]:
    """Each day ahead that the forecasts fill."""
    found = strands_of(forecasts["init_time"].values, int(forecasts["lead_time"].values.max()))
    return tuple(_day_ahead(strand, strand.of(forecasts), held, frame) for strand in found)


def levels_of_cycles(forecasts: xr.Dataset, held: Against) -> Levels:
    """The levels of every cycle and forecast, (forecast, cycle, station, lead); a few cycles at a time."""
    count = forecasts.sizes["init_time"]
    parts = [forecasts.isel(init_time=slice(i, i + CYCLES_AT_ONCE)) for i in range(0, count, CYCLES_AT_ONCE)]
    return np.concatenate([pairs_of(part, held).levels for part in parts], axis=1)


def _day_ahead(strand: Strand, part: xr.Dataset, held: Against, frame: Frame) -> DayAhead:
    pairs = pairs_of(part, held)
    valid = frame.hour_of(pairs.cycles[:, None] + pairs.lead * HOUR)
    hours = frame.times.size
    return DayAhead(
        strand=strand,
        forecasts=pairs.forecasts,
        pm25=stitch(pairs.values, valid, hours, np.nan),
        levels=stitch(pairs.levels, valid, hours, Level.UNKNOWN),
        band=stitch(_band(pairs), valid, hours, np.nan),
        chances=stitch(_chances(pairs, part, held), valid, hours, np.nan),
    )


def _band(pairs: Pairs) -> Array:
    if pairs.quantiles.size < 2:
        return np.full((2, *pairs.observed.shape), np.nan)
    values = ascending(pairs.quantile_values)
    return np.stack([at_quantile(values, pairs.quantiles, probability) for probability in BAND])


def _chances(pairs: Pairs, part: xr.Dataset, held: Against) -> Array:
    """(level, cycle, station, lead); NaN where what is lacking leaves it open."""
    edition, dims = held.terms.edition, ("init_time", "station", "lead_time")
    if not isinstance(edition, HourlyEdition):
        return _stored_chances(pairs, part, [row.level for row in edition.levels])
    if pairs.quantiles.size < 2 or "relative_humidity" not in part:
        return np.full((len(edition.levels), *pairs.observed.shape), np.nan)
    humidity = part["relative_humidity"].transpose(*dims).values.astype(np.float64)
    if "visibility_quantile" in part:
        murk = part["visibility_quantile"].transpose(*dims, "quantile").values.astype(np.float64)
    else:
        murk = visibility(pairs.quantile_values, humidity[..., None], held.terms.optics)
    found = [level_chances(edition, *cycle, pairs.quantiles) for cycle in zip(pairs.quantile_values, murk, humidity, strict=True)]
    chances = [np.where(np.abs(c.greatest - c.least) < 1e-9, c.least, np.nan) for c in found]
    return np.stack(chances, axis=1) if chances else np.full((len(edition.levels), *pairs.observed.shape), np.nan)


def _stored_chances(pairs: Pairs, part: xr.Dataset, levels: list[Level]) -> Array:
    """As the forecast gave them: days on end cannot be told from quantiles of hours."""
    if "level_probability" not in part:
        return np.full((len(levels), *pairs.observed.shape), np.nan)
    chances = part["level_probability"].transpose("warning_level", "init_time", "station", "lead_time")
    return chances.sel(warning_level=[int(level) for level in levels]).values.astype(np.float64)
