"""What is emitted where and when: cities as widening Gaussian sources, a rural floor over the plain, and the cycles of day and week."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hazecast.demo.cities import CITIES
from hazecast.demo.region import Field, plain_share, to_plane
from hazecast.demo.storyline import START
from hazecast.demo.trajectories import Leg

_LOCAL_HOURS_AHEAD: Final = 8
_SIDEWAYS_KM_PER_HOUR: Final = 1.1
_CITY_DENSITY: Final = 2100.0
_RURAL_BY_SECTOR: Final = np.array([120.0, 55.0, 260.0], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Tracer:
    """A pollutant on its way: what each sector emits of it against a middling city's fine particles, and its fate.

    `lifetime` in hours; `settling` in m h-1 out of the mixed layer; `ripening` its growth per hour in saturated air;
    `washout` the share lost per mm of precipitation.
    """

    name: str
    industry: float
    traffic: float
    heating: float
    lifetime: float
    settling: float
    ripening: float
    washout: float


TRACERS: Final = (
    Tracer("fine particles", 0.42, 0.24, 0.34, 160.0, 3.0, 0.15, 0.5),
    Tracer("sulfur dioxide", 0.45, 0.02, 0.40, 24.0, 14.0, 0.0, 0.6),
    Tracer("nitrogen dioxide", 0.40, 1.00, 0.10, 9.0, 6.0, 0.0, 0.2),
    Tracer("carbon monoxide", 8.0, 8.0, 10.0, 500.0, 0.0, 0.0, 0.0),
)
_MIX: Final = np.array([[t.industry for t in TRACERS], [t.traffic for t in TRACERS], [t.heating for t in TRACERS]], dtype=np.float32)
_STRENGTHS: Final = _CITY_DENSITY * np.array([[c.industry, c.traffic, c.heating] for c in CITIES], dtype=np.float32)
_RADII: Final = np.array([c.radius_km for c in CITIES], dtype=np.float32)
_EAST_KM, _NORTH_KM = to_plane(np.array([c.latitude for c in CITIES], np.float32), np.array([c.longitude for c in CITIES], np.float32))


def emission(leg: Leg) -> Field:
    """Emission of every tracer into the air at the points of `leg`, (n, tracer), µg m-2 h-1."""
    x, y = to_plane(leg.latitude, leg.longitude)
    spread = _RADII**2 + (_SIDEWAYS_KM_PER_HOUR * leg.age) ** 2
    distance = (x[:, None] - _EAST_KM) ** 2 + (y[:, None] - _NORTH_KM) ** 2
    nearness = np.exp(-distance / (2 * spread)) * (_RADII**2 / spread)
    rural = plain_share(leg.latitude, leg.longitude)[:, None] * _RURAL_BY_SECTOR
    sectors: Field = (nearness @ _STRENGTHS + rural) * _cycles(leg.hours)
    return sectors @ _MIX


def _cycles(hours: Field) -> Field:
    """Industry, traffic and heating against their means, (n, sector), at hours from the start of the data."""
    local = hours + (START.hour + _LOCAL_HOURS_AHEAD)
    clock = np.mod(local, 24.0)
    weekend = np.mod(np.floor(local / 24) + START.weekday(), 7) >= 5
    industry = np.where(weekend, 0.93, 1.03)
    rush = np.exp(-(((clock - 8) / 2) ** 2)) + np.exp(-(((clock - 18.5) / 2.6) ** 2))
    traffic = (0.62 + 1.05 * rush) * np.where(weekend, 0.84, 1.06)
    heating = 1 + 0.28 * np.cos((2 * np.pi / 24) * (clock - 21))
    return np.stack([industry, traffic, heating], axis=1).astype(np.float32)
