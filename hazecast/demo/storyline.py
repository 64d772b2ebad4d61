"""The story of the winter: which cold fronts come, when, how strong, and how deep the calm that each leaves behind."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from hazecast.demo.region import Field

START: Final = datetime(2024, 12, 1, tzinfo=UTC)
INIT_TIME: Final = datetime(2025, 1, 15, tzinfo=UTC)
HOURS_AFTER_INIT: Final = 120
SPIN_UP_HOURS: Final = 72
_GREAT_FRONT_LEAD: Final = (73.0, 79.0)
_GREAT_CALM_DAYS: Final = (7.2, 7.8)
_DAYS_BETWEEN_FRONTS: Final = (4.0, 7.0)
_SURGE_OVER_FRONT_SPEED: Final = 0.72


@dataclass(frozen=True, slots=True)
class Front:
    """A cold front that crosses the reference point at `hour` and sweeps towards `bearing` (degrees clockwise from north).

    `hour` counts from the start of the data; `speed` of the line in m s-1, `cooling` in K, `pressure_rise` in hPa, southerly
    `return_flow` ahead of it in m s-1, `rain` in mm h-1. `calm` (0 to 1) is the stagnation that sets in behind it, in `clearing_hours`.
    """

    hour: float
    bearing: float
    speed: float
    cooling: float
    pressure_rise: float
    return_flow: float
    rain: float
    calm: float
    clearing_hours: float

    def __post_init__(self) -> None:
        if not 90 < self.bearing < 180 or not 0 <= self.calm <= 1 or min(self.speed, self.clearing_hours) <= 0 or self.rain < 0:
            raise ValueError(f"{self!r} is no cold front: it must move to the south-east, with a calm of 0 to 1 behind it.")

    @property
    def wind(self) -> float:
        """Wind at 10 m just behind the line; higher up it keeps pace with the line."""
        return self.speed * _SURGE_OVER_FRONT_SPEED

    @property
    def heading(self) -> tuple[float, float]:
        """Unit vector of its motion, east and north."""
        return float(np.sin(np.radians(self.bearing))), float(np.cos(np.radians(self.bearing)))

    def delay(self, x_km: Field, y_km: Field) -> Field:
        """Hours after `hour` at which the line, slightly bowed, reaches places given in kilometres from the reference point."""
        east, north = self.heading
        along = x_km * east + y_km * north
        across = x_km * north - y_km * east
        late: Field = along / (3.6 * self.speed) + 1.2 * np.square(across / 400.0)
        return late


@dataclass(frozen=True, slots=True)
class Storyline:
    """All fronts in order of time; the last one ends the great episode, the one before it began the week."""

    fronts: tuple[Front, ...]

    def __post_init__(self) -> None:
        hours = [f.hour for f in self.fronts]
        if len(hours) < 2 or sorted(hours) != hours:
            raise ValueError(f"A story needs two fronts or more in order of time; got the hours {hours}.")

    @property
    def final_front(self) -> Front:
        """The front that ends the great episode."""
        return self.fronts[-1]


def time_of(hour: float) -> datetime:
    """The full hour nearest to `hour` hours after the start of the data."""
    return START + timedelta(hours=round(hour))


def hour_of(moment: datetime) -> int:
    """Hours from the start of the data to `moment`."""
    return round((moment - START) / timedelta(hours=1))


def tell(rng: np.random.Generator) -> Storyline:
    """Draw a winter: fronts every four to seven days, then a week without one, then the front that ends it."""
    final = hour_of(INIT_TIME) + rng.uniform(*_GREAT_FRONT_LEAD)
    hours = [final, final - 24 * rng.uniform(*_GREAT_CALM_DAYS)]
    while hours[-1] > -SPIN_UP_HOURS:
        hours.append(hours[-1] - 24 * rng.uniform(*_DAYS_BETWEEN_FRONTS))
    hours.reverse()
    ordinary_calms = rng.permutation(np.linspace(0.45, 0.8, len(hours) - 2))
    ordinary = [_draw_front(rng, hour, float(calm)) for hour, calm in zip(hours[:-2], ordinary_calms, strict=True)]
    return Storyline((*ordinary, _week_opener(rng, hours[-2]), _strong_front(rng, hours[-1])))


def _draw_front(rng: np.random.Generator, hour: float, calm: float) -> Front:
    return Front(
        hour=hour,
        bearing=rng.uniform(125, 150),
        speed=rng.uniform(9.0, 12.0),
        cooling=rng.uniform(4.0, 8.0),
        pressure_rise=rng.uniform(8.0, 15.0),
        return_flow=rng.uniform(0.4, 1.0),
        rain=rng.uniform(0.4, 1.2) if rng.random() < 0.35 else 0.0,
        calm=calm,
        clearing_hours=rng.uniform(42.0, 58.0),
    )


def _week_opener(rng: np.random.Generator, hour: float) -> Front:
    return Front(
        hour=hour,
        bearing=rng.uniform(130, 145),
        speed=10.5,
        cooling=5.0,
        pressure_rise=10.0,
        return_flow=0.6,
        rain=0.0,
        calm=1.0,
        clearing_hours=rng.uniform(76.0, 84.0),
    )


def _strong_front(rng: np.random.Generator, hour: float) -> Front:
    return Front(
        hour=hour,
        bearing=rng.uniform(132, 142),
        speed=13.0,
        cooling=10.0,
        pressure_rise=18.0,
        return_flow=0.1,
        rain=0.0,
        calm=0.6,
        clearing_hours=50.0,
    )
