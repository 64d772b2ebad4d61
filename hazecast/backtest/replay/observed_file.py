"""What was observed in the hours of a backtest, as it is known today: what forecasts are scored against."""

from datetime import timedelta
from pathlib import Path

import numpy as np

from hazecast.archive.netcdf import write_dataset
from hazecast.backtest.replay.folder import OBSERVED_FILE
from hazecast.backtest.replay.plan import Plan
from hazecast.config import Settings
from hazecast.observed import observed


def write_observed(out: Path, plan: Plan, settings: Settings) -> Path:
    """Write `observed.nc`: usable PM2.5 (time, station) in µg m-3, time the end of the hour in UTC; stations are those forecast.

    It begins as long before the first cycle as that may learn from, so that climatology can be made of it. Raises what reading raises.
    """
    first = plan.start - timedelta(days=settings.forecast.history_days)
    usable = observed(settings, first, plan.cycles[-1].end_time).vetted.usable()[["pm25"]].astype(np.float32)
    usable["pm25"].attrs |= {"units": "µg m-3", "long_name": "Observed PM2.5"}
    usable["time"].attrs |= {"standard_name": "time", "long_name": "End of the hour, UTC"}
    listed = [station.id for station in settings.stations]
    file = out / OBSERVED_FILE
    write_dataset(usable.reindex(station=listed).assign_attrs(Conventions="CF-1.11", title="Observations"), file)
    return file
