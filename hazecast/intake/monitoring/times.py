"""Times as monitoring networks write them, brought to UTC without a zone."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

HOUR = pd.Timedelta(hours=1)
BEIJING_AHEAD_OF_UTC = pd.Timedelta(hours=8)  # the whole country keeps it, without daylight saving since 1992

_HOUR_24 = re.compile(r"(?<=[T ])24:00(?::00(?:\.0+)?)?")
_OFFSET = r"[T ]\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)$"


@dataclass(frozen=True, slots=True)
class Moments:
    """Times in UTC without a zone, one for each that was written; `ambiguous` are those whose clock showed them twice and of which one
    alone is there, so that nobody can know which it is. They are taken to be the first.
    """

    utc: pd.Series
    ambiguous: pd.Series


def days_and_hours(dates: pd.Series, hours: pd.Series) -> pd.Series:
    """Local times from days, such as 20200402 or 2020-04-02, and hours from 0 to 24; raises ValueError for others."""
    codes, days = pd.factorize(dates.astype(str))
    written = pd.Series(days)
    if not (known := written.str.fullmatch(r"\d{4}(-?)\d{2}\1\d{2}")).all():
        raise ValueError(f"the date {written[~known].iloc[0]!r} is not written as 20200402 or 2020-04-02")
    midnights = pd.DatetimeIndex(pd.to_datetime(written.str.replace("-", ""), format="%Y%m%d", errors="coerce")).as_unit("ns")
    if midnights.hasnans:
        raise ValueError(f"the date {written[midnights.isna()].iloc[0]!r} is no day")
    number = pd.to_numeric(hours, errors="coerce")
    if not (known := number.between(0, 24) & (number == number.round())).all():
        raise ValueError(f"the hour {hours[~known].iloc[0]!r} is not one of 0 to 24")
    return pd.Series(midnights.take(codes), index=dates.index) + pd.to_timedelta(number, unit="h")


def beijing_to_utc(local: pd.Series) -> pd.Series:
    """Beijing time in UTC."""
    return local - BEIJING_AHEAD_OF_UTC


def local_times(written: pd.Series, time_format: str = "") -> pd.Series:
    """Times without a zone, by a format of strptime or ISO 8601; 24:00 is the midnight that ends the day. Raises ValueError for others."""
    codes, texts = pd.factorize(written)
    plain = pd.Series(texts, dtype=str)
    require_digits(plain)
    at_24 = plain.str.contains(_HOUR_24)
    if time_format.endswith("%H"):
        ends_with_24 = plain.str.endswith("24") & ~at_24
        plain, at_24 = plain.where(~ends_with_24, plain.str[:-2] + "00"), at_24 | ends_with_24
    midnights = plain.str.replace(_HOUR_24, lambda hour: hour[0].replace("24", "00", 1), regex=True)
    parsed = pd.DatetimeIndex(pd.to_datetime(midnights, format=time_format or "ISO8601"))
    if parsed.tz is not None:
        raise ValueError(f"the time {texts[0]!r} has an offset from UTC, where local time was expected")
    days = pd.to_timedelta(at_24.astype(np.int64), unit="D")
    return pd.Series(parsed.as_unit("ns").take(codes), index=written.index) + days.take(codes).to_numpy()


def require_digits(written: pd.Series) -> None:
    """Raise ValueError for words: pandas would take `now` for a time."""
    if (words := ~written.str.contains(r"\d")).any():
        raise ValueError(f"{written[words].iloc[0]!r} is no time")


def moments_of(written: pd.Series, zone: str, series: pd.Series, time_format: str = "") -> Moments:
    """Times that were written in `zone`, or with their offset from UTC in ISO 8601.

    Where a clock that is put back shows an hour twice and `series` (whatever tells one run of times from another) has it twice, the
    order of the rows tells which is which. Raises ValueError for what cannot be read, and for an hour that a clock put forward leaves out.
    """
    if not time_format and written.str.contains(_OFFSET, regex=True).any():
        return Moments(utc_with_offset(written), pd.Series(False, index=written.index))
    local = local_times(written, time_format)
    return Moments(local, pd.Series(False, index=written.index)) if zone == "UTC" else _from_zone(local, zone, series)


def utc_with_offset(written: pd.Series) -> pd.Series:
    """Times of ISO 8601 with an offset each, in UTC without a zone; raises ValueError for others."""
    if not (known := written.str.contains(_OFFSET, regex=True)).all():
        raise ValueError(f"the time {written[~known].iloc[0]!r} has no offset from UTC, such as Z or +08:00 at its end")
    return pd.to_datetime(written, utc=True, format="ISO8601").dt.tz_localize(None).dt.as_unit("ns")


def _from_zone(local: pd.Series, zone: str, series: pd.Series) -> Moments:
    twice = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent=HOUR).isna() & local.notna()
    left_out = local.dt.tz_localize(zone, ambiguous=np.ones(local.size, dtype=bool), nonexistent="NaT").isna() & local.notna()
    if left_out.any():
        raise ValueError(
            f"the time {local[left_out].iloc[0]:%Y-%m-%d %H:%M} was left out in {zone}, whose clocks were put forward then; "
            "if the times are without daylight saving, name a zone such as UTC or Etc/GMT-1"
        )
    runs = pd.DataFrame({"series": series.to_numpy(), "local": local.to_numpy()})
    seen, times = runs.groupby(["series", "local"]).cumcount().to_numpy(), runs.groupby(["series", "local"])["local"].transform("size")
    falling = local.size > 1 and local.iloc[0] > local.iloc[-1]
    first = (seen == times.to_numpy() - 1) if falling else (seen == 0)
    utc = local.dt.tz_localize(zone, ambiguous=first, nonexistent="raise").dt.tz_convert("UTC").dt.tz_localize(None)
    return Moments(utc, twice & (times.to_numpy() == 1))
