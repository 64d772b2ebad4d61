"""No feature knows what had not been observed yet, nor weather beyond the hour that is forecast."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from hazecast.forecast.derived import with_derived
from hazecast.forecast.features import FEATURES, Feature, Source, columns_of, feature_table
from hazecast.forecast.series import Rows, Series, series_of

HOURS, STATIONS = 24 * 20, 4
OBSERVED = ("pm25", "pm25_exact", "pm10", "co", "no2", "so2", "o3")
WEATHER = (
    "base", "eastward_wind", "northward_wind", "relative_humidity", "air_temperature",
    "mixing_height", "surface_pressure", "dew_point", "precipitation", "solar_radiation",
)  # fmt: skip
OF_OBSERVATIONS = (Source.STATION, Source.NEIGHBOURS)
OF_WEATHER = (Source.WEATHER, Source.BASE)
ORIGIN = st.integers(24 * 16, HOURS - 1)
LAG = st.integers(0, 12)
SEED = st.integers(0, 2**32 - 1)
POISON = st.sampled_from([1e12, -1e12, np.nan])
HALF = settings(max_examples=40)


def values(seed: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    fields = {key: chance.uniform(1, 300, (HOURS, STATIONS)) for key in (*OBSERVED, *WEATHER)}
    for field in fields.values():
        field[chance.random(field.shape) < 0.2] = np.nan
    return fields


def series(fields: dict[str, np.ndarray]) -> Series:
    times = np.datetime64("2026-01-10", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")
    places = {"latitude": ("station", np.linspace(39, 40, STATIONS)), "longitude": ("station", np.linspace(115, 117, STATIONS))}
    plain = xr.Dataset({key: (("time", "station"), field) for key, field in fields.items()}, coords={"time": times, **places})
    return series_of(with_derived(plain))


def columns_only_of(*sources: Source) -> np.ndarray:
    return np.array([i for i, f in enumerate(FEATURES) if {f.source, *f.also} <= set(sources)])


def rows(origin: int, lag: int, leads: range = range(1, 49)) -> Rows:
    station, lead = (a.ravel() for a in np.meshgrid(np.arange(STATIONS), np.array(leads)))
    return Rows(np.full(lead.size, origin), station, lead, lag)


@HALF
@given(SEED, ORIGIN, LAG, POISON)
def test_no_observation_after_the_last_known_hour_is_read(seed: int, origin: int, lag: int, poison: float) -> None:
    fields = values(seed)
    before = feature_table(series(fields), rows(origin, lag))
    for key in OBSERVED:
        fields[key][origin - lag + 1 :] = poison
    np.testing.assert_array_equal(feature_table(series(fields), rows(origin, lag)), before)


@HALF
@given(SEED, ORIGIN, st.integers(1, 48), POISON)
def test_no_weather_after_the_valid_hour_is_read(seed: int, origin: int, lead: int, poison: float) -> None:
    fields = values(seed)
    wanted = rows(origin, 0, range(lead, lead + 1))
    before = feature_table(series(fields), wanted)
    for key in WEATHER:
        fields[key][origin + lead + 1 :] = poison
    np.testing.assert_array_equal(feature_table(series(fields), wanted), before)


@HALF
@given(SEED, ORIGIN, LAG)
def test_columns_of_a_source_need_nothing_else(seed: int, origin: int, lag: int) -> None:
    """Observations lacking altogether leave the weather's own columns as they were, and the other way round."""
    fields = values(seed)
    before = feature_table(series(fields), rows(origin, lag))
    without_weather = series({key: fields[key] for key in OBSERVED})
    without_observations = series({key: fields[key] for key in WEATHER})
    weather, neighbours = columns_only_of(*OF_WEATHER), columns_only_of(Source.NEIGHBOURS)
    np.testing.assert_array_equal(feature_table(without_observations, rows(origin, lag))[:, weather], before[:, weather])
    np.testing.assert_array_equal(feature_table(without_weather, rows(origin, lag))[:, neighbours], before[:, neighbours])
    for source in OF_WEATHER:
        assert np.isnan(feature_table(without_weather, rows(origin, lag))[:, columns_of(source)]).all()
    for source in OF_OBSERVATIONS:
        assert np.isnan(feature_table(without_observations, rows(origin, lag))[:, columns_of(source)]).all()


@pytest.mark.parametrize(
    "feature", [f for f in FEATURES if f.source in OF_OBSERVATIONS and Source.MODEL not in f.also], ids=lambda f: f.name
)
def test_every_observed_feature_does_read_up_to_the_last_known_hour(feature: Feature) -> None:
    """Otherwise the poison above would prove nothing."""
    column = FEATURES.index(feature)
    fields = {key: np.full((HOURS, STATIONS), 50.0) for key in (*OBSERVED, *WEATHER)}
    fields["pm10"] += 60.0
    wanted = rows(400, 2, range(1, 25))
    before = feature_table(series(fields), wanted)[:, column]
    assert np.isfinite(before).all()
    for i, key in enumerate(OBSERVED):
        fields[key][400 - 2 - 47 : 400 - 2 + 1] = 200.0 + (1 + i + np.arange(STATIONS)) * np.arange(48)[:, None]
    assert (feature_table(series(fields), wanted)[:, column] != before).any()
