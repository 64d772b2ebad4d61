"""Made-up weather at stations that varies by day and from day to day, with known memory."""

import numpy as np
import xarray as xr
from scipy.signal import lfilter

FIRST = np.datetime64("2020-01-01T00", "ns")
LATITUDE, LONGITUDE = np.array([39.5, 40.0, 40.5]), np.array([116.0, 116.4, 117.0])
SPREADS = {"eastward_wind": 3.0, "northward_wind": 3.0, "air_temperature": 5.0, "dew_point": 6.0, "surface_pressure": 700.0}
MEMORY_HOURS = 36.0


def weather_series(days: int = 150, seed: int = 0) -> xr.Dataset:
    """(time, station): departures of the spreads above, forgotten to 1/e in 36 h, over a course of the day; and rain, depth and sun."""
    hours, chance = np.arange(24 * days), np.random.default_rng(seed)
    kept = np.exp(-1.0 / MEMORY_HOURS)

    def wandering(spread: float) -> np.ndarray:
        white = chance.standard_normal((hours.size + 200, LATITUDE.size)) * spread * np.sqrt(1.0 - kept**2)
        return lfilter([1.0], [1.0, -kept], white, axis=0)[200:]

    day = np.cos(2.0 * np.pi * (hours - 6) / 24)[:, None]
    warmth = 280.0 + 5.0 * day + wandering(5.0)
    fields = {
        "eastward_wind": wandering(3.0),
        "northward_wind": wandering(3.0),
        "air_temperature": warmth,
        "dew_point": np.minimum(268.0 + wandering(6.0), warmth),
        "surface_pressure": 101_000.0 + wandering(700.0),
        "precipitation": np.where(wandering(1.0) > 1.5, 2.0, 0.0),
        "mixing_height": np.exp(6.0 + 0.8 * day + wandering(0.5)),
        "solar_radiation": np.maximum(600.0 * day, 0.0) * np.ones(LATITUDE.size),
        "cloud_cover": np.clip(0.5 + wandering(0.4), 0.0, 1.0),
        "visibility": 10_000.0 + wandering(100.0),
    }
    places = {"latitude": ("station", LATITUDE), "longitude": ("station", LONGITUDE)}
    coords = {"time": FIRST + hours * np.timedelta64(1, "h"), "station": ["a", "b", "c"], **places}
    return xr.Dataset({key: (("time", "station"), values) for key, values in fields.items()}, coords)
