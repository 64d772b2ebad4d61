"""What changed since the last cycle, and which input changed it."""

from datetime import UTC, datetime

import numpy as np
import xarray as xr

from hazecast.records import Area, Change, Driver, DriverPart, Level, PreviousBulletin, WindowAssessment

LEAST_CHANGE = 1.0  # µg m-3; less than that, no input is named for
LEAST_SHARE = 0.5  # of a change, that an input must explain by itself


def change_since(window: WindowAssessment, area: Area, last: PreviousBulletin, exchanged: xr.Dataset | None) -> Change:
    """What a window's forecast is now beside what the cycle before had of it.

    `exchanged` is that of the `Forecast`; without it, or where it does not reach to the hour of the peak, no input is named.
    """
    level = window.level if window.level > Level.NONE else min((c.level for c in window.chances), default=Level.BLUE)
    same = next((w for w in last.windows if _key(w) == _key(window)), None)
    then, medians = None, dict[Driver, float | None]()
    if exchanged is not None and window.peak_time is not None:
        at_hour = _hour_of(exchanged, area, window.peak_time)
        if at_hour is not None:
            then, medians = _median(at_hour["then"]), {driver: _median(at_hour[driver]) for driver in Driver}
    now = window.peak_pm25
    parts = tuple(DriverPart(driver, None if now is None or median is None else now - median) for driver, median in medians.items())
    return Change(
        cycle_key=last.cycle_key,
        level=level,
        former_level=None if same is None else same.level,
        chance=_chance(window, level),
        chance_then=None if same is None else _chance(same, level),
        hour=window.peak_time,
        pm25=now,
        pm25_then=then,
        parts=parts,
        driver=None if now is None or then is None else _driver(now - then, parts),
    )


def _driver(change: float, parts: tuple[DriverPart, ...]) -> Driver | None:
    """The input whose part goes farthest the way of the change, if it explains enough of it, and more than all of them leave open."""
    if abs(change) < LEAST_CHANGE:
        return None
    known = [(part.driver, part.pm25) for part in parts if part.pm25 is not None]
    if not known:
        return None
    driver, most = max(known, key=lambda part: part[1] * np.sign(change))
    left_open = abs(change - sum(pm25 for _, pm25 in known))
    return driver if most / change >= LEAST_SHARE and abs(most) > left_open else None


def _key(window: WindowAssessment) -> tuple[object, ...]:
    return window.area_id, window.valid_from, window.valid_until


def _chance(window: WindowAssessment, level: Level) -> float | None:
    return next((c.probability for c in window.chances if c.level is level), None)


def _hour_of(exchanged: xr.Dataset, area: Area, hour: datetime) -> xr.Dataset | None:
    at = np.flatnonzero(exchanged["valid_time"].values == np.datetime64(hour.astimezone(UTC).replace(tzinfo=None), "ns"))
    return exchanged.isel(lead_time=int(at[0])).reindex(station=list(dict.fromkeys(area.station_ids))) if at.size else None


def _median(values: xr.DataArray) -> float | None:
    """Of the stations; None where fewer than half of them have a value, as for a peak."""
    known = values.values[~np.isnan(values.values)]
    return float(np.median(known)) if known.size and 2 * known.size >= values.size else None
