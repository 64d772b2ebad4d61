"""Five cities far apart, weather from their stations alone: January 2013."""

from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.netcdf import read_dataset
from hazecast.records import Level, Rung
from tests.real.test_real_cases import hazecast, lighter

CITIES = ("beijing", "chengdu", "guangzhou", "shanghai", "shenyang")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`init` without meteorology; then a cycle with the weather that came, in a folder of its own."""
    folder = tmp_path_factory.mktemp("five")
    hazecast("init", "--observations", shared_data / "five_cities" / "observations", "--out", folder / "case.toml")
    return folder


@pytest.fixture(scope="module")
def products(home: Path) -> Path:
    """Those of the morning before the worst of it."""
    settings = home / "case.toml"
    lighter(settings)
    text = settings.read_text(encoding="utf-8")
    assert 'kind = "past"' in text
    settings.write_text(text.replace('kind = "past"', 'kind = "analysis"'), encoding="utf-8")
    hazecast("run", "--config", settings, "--cycle", "2013-01-11T00")
    return home / "case-archive" / "20130111T00Z"


def test_init_finds_five_cities_and_promises_no_weather(home: Path) -> None:
    text = (home / "case.toml").read_text(encoding="utf-8")
    for city in CITIES:
        assert f'[[areas]]\nid = "{city}"' in text
    assert "[[sources]]" not in text
    assert "Weather       of the stations alone" in text


def test_stations_are_forecast_with_their_own_weather(products: Path) -> None:
    stations = read_dataset(products / "stations.nc")
    assert stations.sizes["station"] == len(CITIES)
    assert np.isfinite(stations["pm25"].values).all()
    heard = stations["station_name"].values != "Shenyang US Post"  # which begins to measure PM2.5 in March
    assert (stations["rung"].values[heard] < Rung.WITHOUT_WEATHER).mean() > 0.9
    assert np.isfinite(stations["visibility"].values[heard]).mean() > 0.9


def test_away_from_the_stations_nothing_is_known(products: Path) -> None:
    grid = read_dataset(products / "grid.nc")
    assert (grid["level"].values == Level.UNKNOWN).any()
    clean = grid["level"].values == Level.NONE
    assert not (clean & np.isnan(grid["pm25"].values)).any()


def test_products_say_what_the_weather_is(products: Path) -> None:
    comment = read_dataset(products / "stations.nc").attrs["comment"]
    assert "perfect prognosis" in comment
    assert "weather-from-stations" in comment
    assert "mixing-height-diagnosed" not in comment
    bulletin = (products / "bulletin" / "bulletin.en.txt").read_text(encoding="utf-8")
    assert "No gridded weather was delivered" in bulletin
    assert "No emission inventory" not in bulletin
