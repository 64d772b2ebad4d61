"""Yesterday's forecast against what came: the newest cycle that was done before the day began."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr
from sqlalchemy import Engine

from hazecast.archive.ledger import State, cycle_states
from hazecast.archive.skill_log import DaySkill
from hazecast.backtest.scores import score_span

LONGEST_AHEAD = timedelta(hours=36)


def forecast_of_day(database: Engine, day: date, zone: str) -> str | None:
    """The key of the newest cycle that was done before a local day and began no more than 36 hours before it; None without any."""
    begin = _begin(day, zone)
    done = [s for s in cycle_states(database, since=begin - LONGEST_AHEAD) if s.state is State.DONE and s.cycle.init_time <= begin]
    return done[-1].cycle.key if done else None


def day_skill(stations: xr.Dataset, observed: xr.DataArray, day: date, zone: str, cycle_key: str) -> DaySkill | None:
    """Score the hours of a local day of a stored forecast (station, lead_time) against `observed` (time, station) PM2.5 in µg m-3.

    None where no hour has forecast, persistence and observation.
    """
    first, last = (
        np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (_begin(day, zone), _begin(day + timedelta(days=1), zone))
    )
    hours = (stations["valid_time"].values > first) & (stations["valid_time"].values <= last)
    score = score_span(stations, observed, hours)
    if score is None:
        return None
    return DaySkill(day, score.pairs, score.rmse, score.persistence_rmse, score.bias, cycle_key)


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
