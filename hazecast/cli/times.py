"""Times as people type them."""

from datetime import datetime, timedelta

from hazecast.config import Settings
from hazecast.errors import SettingsError
from hazecast.records import Cycle, utc

YEARS = range(1700, 2200)  # what times in nanoseconds can hold, with room for history and horizon


def cycle_of(init_time: str, as_of: str, settings: Settings) -> Cycle:
    """The cycle that somebody typed; raises SettingsError for what is no full hour of a sensible year."""
    start, known = moment_of("--cycle", init_time), moment_of("--as-of", as_of)
    if start != start.replace(minute=0, second=0, microsecond=0):
        raise SettingsError(f"--cycle is {init_time!r}; expected a full hour in UTC.", f"Give it as {start:%Y-%m-%dT%H}.")
    return Cycle(start, known, timedelta(hours=settings.forecast.horizon_hours))


def moment_of(option: str, text: str) -> datetime:
    """The time in UTC that `option` was given as; raises SettingsError."""
    remedy = "Give it as 2018-04-27T00."
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise SettingsError(f"{option} is {text!r}; expected a time in UTC.", remedy) from wrong
    if moment.year not in YEARS:
        raise SettingsError(f"{option} is {text!r}; expected a year from {YEARS.start} to {YEARS.stop - 1}.", remedy)
    return utc(moment)
