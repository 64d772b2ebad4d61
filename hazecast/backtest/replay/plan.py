"""What a backtest runs: which cycles, and when models are trained for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from hazecast.errors import SettingsError
from hazecast.records import Cycle, require_utc

MOST_CYCLES = 100_000
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """Cycles from `start` on, before `end`, one `every` so often, each knowing what had arrived by its init_time and a `delay`.

    Models are trained at `start` and then `retrain` after each other; None: at `start` alone. `as_recorded` takes for arrived what the
    installation's own archive saw arrive, and when; otherwise arrivals are assumed. `weather_errors` are put into analyses.
    """

    start: datetime
    end: datetime
    every: timedelta
    horizon: timedelta
    retrain: timedelta | None
    settings_sha256: str
    software_version: str
    weather_errors: bool = False
    as_recorded: bool = False
    delay: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        require_utc("start", self.start)
        require_utc("end", self.end)
        _require_full_hour("start", self.start)
        _require_period(self.start, self.end)
        if self.every < HOUR or self.every % HOUR:
            raise SettingsError(f"Cycles are {self.every} apart; expected whole hours, one at least.", "Give --every as 24h, 12h or 6h.")
        if (count := -((self.start - self.end) // self.every)) > MOST_CYCLES:
            raise SettingsError(f"That makes {count:,} cycles; expected {MOST_CYCLES:,} at most.", "Choose fewer, or a shorter period.")

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """In the order of time."""
        return tuple(Cycle(moment, moment + self.delay, self.horizon) for moment in self._moments(self.every))

    @property
    def trainings(self) -> tuple[Cycle, ...]:
        """The cycles at whose time a model is trained, in the order of time; the first is that of the first cycle."""
        moments = (self.start,) if self.retrain is None else self._moments(self.retrain)
        return tuple(Cycle(moment, moment, self.horizon) for moment in moments)

    def trainings_before(self, cycle: Cycle) -> int:
        """How many models there must be before `cycle` can choose the one that it would have had."""
        return sum(training.as_of <= cycle.as_of for training in self.trainings)

    def _moments(self, step: timedelta) -> tuple[datetime, ...]:
        return tuple(takewhile(lambda moment: moment < self.end, (self.start + step * n for n in range(MOST_CYCLES + 1))))


def _require_full_hour(name: str, moment: datetime) -> None:
    if moment != moment.replace(minute=0, second=0, microsecond=0):
        raise SettingsError(f"--{name} is {moment:%Y-%m-%dT%H:%M}; expected a full hour in UTC.", f"Give it as {moment:%Y-%m-%dT%H}.")


def _require_period(start: datetime, end: datetime) -> None:
    if end < start:
        raise SettingsError(f"--end is {_said(end)}, before --start, {_said(start)}.", "Exchange them, or mend the one that is wrong.")
    if end == start:
        raise SettingsError(
            f"--start and --end are both {_said(start)}: no cycle lies between them.", "Cycles run up to --end, which is not among them."
        )


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
