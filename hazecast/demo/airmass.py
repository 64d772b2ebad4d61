"""What the fronts of a story do to the air at every place and hour: the surge behind them, the cold, the high, the calm."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from hazecast.demo.region import Field
from hazecast.demo.storyline import Front, Storyline

_LINE_WIDTH_HOURS: Final = 0.9
_SURGE_FADES_HOURS: Final = 18.0
_COLD_FADES_HOURS: Final = 75.0
_HIGH_GROWS_HOURS: Final = 9.0
_HIGH_FADES_HOURS: Final = 50.0


@dataclass(frozen=True, slots=True)
class AirMass:
    """The fronts' work, each (time, latitude, longitude).

    Surge and return flow in m s-1, `warmth` in K against the winter's mean, `pressure` in hPa likewise, `rain` in mm h-1,
    `stagnation` from 0 (fresh air) to 1 (the depth of the great calm).
    """

    eastward: Field
    northward: Field
    warmth: Field
    pressure: Field
    rain: Field
    stagnation: Field


def air_mass(story: Storyline, hours: Field, x_km: Field, y_km: Field) -> AirMass:
    """Let every front of `story` pass over the places `x_km`, `y_km` (latitude, longitude) at `hours` (time)."""
    shape = (hours.size, *x_km.shape)
    mass = AirMass(*(np.zeros(shape, dtype=np.float32) for _ in range(6)))
    for front, follower in zip(story.fronts, (*story.fronts[1:], None), strict=True):
        age = hours[:, None, None] - front.hour - front.delay(x_km, y_km)
        _pass_over(mass, front, age)
        calm = _calm_behind(front, age)
        if follower is not None:
            calm *= expit((follower.hour + follower.delay(x_km, y_km) - hours[:, None, None]) / _LINE_WIDTH_HOURS)
        np.add(mass.stagnation, calm, out=mass.stagnation)
    return mass


def _pass_over(mass: AirMass, front: Front, age: Field) -> None:
    """Add the effect of one front, `age` hours after its line crossed each place."""
    passed = expit(age / _LINE_WIDTH_HOURS)
    after = np.maximum(age, 0)
    surge = passed * np.exp(-after / _SURGE_FADES_HOURS) * front.wind
    return_flow = np.exp(-(((age + 9) / 7) ** 2)) * front.return_flow
    east, north = front.heading
    np.add(mass.eastward, surge * east + return_flow * 0.3, out=mass.eastward)
    np.add(mass.northward, surge * north + return_flow, out=mass.northward)
    np.subtract(mass.warmth, passed * np.exp(-after / _COLD_FADES_HOURS) * front.cooling, out=mass.warmth)
    high = passed * (1 - np.exp(-after / _HIGH_GROWS_HOURS)) * np.exp(-after / _HIGH_FADES_HOURS) * 1.5
    trough = np.exp(-(((age + 5) / 10) ** 2)) * 0.35
    np.add(mass.pressure, (high - trough) * front.pressure_rise, out=mass.pressure)
    if front.rain:
        np.add(mass.rain, np.exp(-(((age + 2) / 3) ** 2)) * front.rain, out=mass.rain)


def _calm_behind(front: Front, age: Field) -> Field:
    calm: Field = expit(age / _LINE_WIDTH_HOURS) * -np.expm1(-((np.maximum(age, 0) / front.clearing_hours) ** 1.6))
    return calm * front.calm
