"""How large the errors of a weather forecast are, by lead time."""

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorGrowth:
    """Errors at each of `lead_hours`, linear between them and as the last beyond; without a bias, for a correction learns that away.

    shift_hours    how much too early or too late, standard deviation
    wind           of the vector, m s-1, root mean square as all that follow; each component has its half of the square
    air_temperature, dew_point in K;  surface_pressure in Pa;  cloud_cover as a share
    mixing_height, precipitation, solar_radiation  of the natural logarithm, and so of `transported`: PM2.5 carried by such weather
    correlation    with what comes, of the departures from the usual: it is never lower, so where weather varies little, errors are less
    """

    lead_hours: tuple[float, ...]
    shift_hours: tuple[float, ...]
    wind: tuple[float, ...]
    air_temperature: tuple[float, ...]
    dew_point: tuple[float, ...]
    surface_pressure: tuple[float, ...]
    cloud_cover: tuple[float, ...]
    mixing_height: tuple[float, ...]
    precipitation: tuple[float, ...]
    solar_radiation: tuple[float, ...]
    transported: tuple[float, ...]
    correlation: tuple[float, ...]

    def __post_init__(self) -> None:
        sizes = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(sizes.values())) != 1 or not self.lead_hours:
            raise ValueError(f"Errors at as many leads each were expected; there are {sizes}.")
        if any(later <= earlier for earlier, later in pairwise(self.lead_hours)):
            raise ValueError(f"lead_hours are {self.lead_hours}; they must rise.")
        if min(min(getattr(self, name)) for name in sizes) < 0.0 or max(self.correlation) > 1.0 or min(self.correlation) <= 0.0:
            raise ValueError("An error is below zero, or a correlation not above 0 and up to 1.")

    def at(self, name: str, lead_hours: Array) -> Array:
        """The error called `name` at some leads."""
        return np.asarray(np.interp(lead_hours, self.lead_hours, getattr(self, name)), dtype=np.float64)


# What global models show at stations of plains and in analyses, the part that no fixed correction of a station removes; sources, and
# what is assumed between and beyond them, in docs/weather-errors.md.
PUBLISHED_GROWTH = ErrorGrowth(
    lead_hours=(0.0, 24.0, 48.0, 72.0, 96.0, 120.0),
    shift_hours=(0.5, 1.5, 3.0, 4.5, 6.0, 7.0),
    wind=(1.2, 1.8, 2.2, 2.7, 3.1, 3.5),
    air_temperature=(1.2, 1.7, 2.1, 2.6, 3.1, 3.5),
    dew_point=(1.4, 2.0, 2.5, 3.0, 3.5, 3.9),
    surface_pressure=(40.0, 70.0, 130.0, 200.0, 290.0, 380.0),
    cloud_cover=(0.20, 0.25, 0.30, 0.33, 0.36, 0.38),
    mixing_height=(0.25, 0.32, 0.38, 0.43, 0.48, 0.50),
    precipitation=(0.5, 0.7, 0.85, 1.0, 1.1, 1.2),
    solar_radiation=(0.15, 0.20, 0.25, 0.30, 0.33, 0.36),
    transported=(0.10, 0.20, 0.32, 0.42, 0.52, 0.58),
    correlation=(0.92, 0.88, 0.82, 0.75, 0.67, 0.58),
)
