import hashlib
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.demo.episode import Episode, write_episode

HORIZON = timedelta(hours=96)
UNITS = {"u10": "m s**-1", "v10": "m s**-1", "t2m": "K", "d2m": "K", "sp": "Pa", "blh": "m", "tp": "m"}
STAGES = ["weather", "pollution", "meteorology files", "observation files"]
COLUMNS = ["location_id", "sensors_id", "location", "datetime", "lat", "lon", "parameter", "units", "value"]


@pytest.fixture(scope="module")
def heard() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory, heard: list[tuple[str, float]]) -> Episode:
    return write_episode(tmp_path_factory.mktemp("demo"), progress=lambda stage, share: heard.append((stage, share)))


@pytest.fixture(scope="module")
def weather(episode: Episode) -> xr.Dataset:
    parts = [xr.load_dataset(file) for file in episode.meteorology_files]
    return xr.concat(parts, "valid_time")


@pytest.fixture(scope="module")
def rows(episode: Episode) -> pd.DataFrame:
    table = pd.concat([pd.read_csv(file) for file in episode.observation_files], ignore_index=True)
    return table.assign(time=pd.to_datetime(table["datetime"], utc=True).dt.tz_localize(None))


@pytest.fixture(scope="module")
def pm25(rows: pd.DataFrame) -> pd.DataFrame:
    """Hourly PM2.5 by city: the mean of its stations."""
    usable = rows[(rows["parameter"] == "pm25") & (rows["value"] > 0)]
    city = usable["location"].str.split().str[0].rename("city")
    return usable.groupby([usable["time"], city])["value"].mean().unstack("city")


def naive(moment: object) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_localize(None)  # type: ignore[arg-type]


def relative_humidity(weather: xr.Dataset) -> xr.DataArray:
    def saturation(kelvin: xr.DataArray) -> xr.DataArray:
        return np.exp(17.62 * (kelvin - 273.15) / (kelvin - 30.03))

    return 100 * saturation(weather["d2m"]) / saturation(weather["t2m"])


def digests(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_the_same_truth(episode: Episode, tmp_path: Path) -> None:
    again = write_episode(tmp_path)

    assert digests(tmp_path) == digests(episode.meteorology.parent)
    moments = [f.name for f in fields(Episode) if f.name.endswith("_time")]
    assert [getattr(again, m) for m in moments] == [getattr(episode, m) for m in moments]


def test_nothing_but_the_files_it_names_is_left_behind(episode: Episode) -> None:
    there = {f for f in episode.meteorology.parent.rglob("*") if f.is_file()}

    assert there == {*episode.meteorology_files, *episode.observation_files}


def test_progress_tells_each_stage_in_order_and_to_its_end(episode: Episode, heard: list[tuple[str, float]]) -> None:
    assert episode.stations
    assert list(dict.fromkeys(stage for stage, _ in heard)) == STAGES
    for stage in STAGES:
        shares = [share for s, share in heard if s == stage]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_meteorology_has_the_layout_of_the_climate_data_store(episode: Episode) -> None:
    for file in episode.meteorology_files:
        data = xr.load_dataset(file)
        assert {name: data[name].attrs["units"] for name in data.data_vars} == UNITS
        assert data["u10"].dims == ("valid_time", "latitude", "longitude")
        assert data["u10"].dtype == np.float32
        assert (np.diff(data["latitude"]) == -0.25).all()
        assert (np.diff(data["longitude"]) == 0.25).all()
        assert data.attrs["Conventions"].startswith("CF-")
        assert len(np.unique(data["valid_time"].dt.month)) == 1


def test_weather_is_hourly_and_whole_from_the_first_time_to_the_last(episode: Episode, weather: xr.Dataset) -> None:
    times = weather["valid_time"].to_index()

    assert (times[0], times[-1]) == (naive(episode.first_time), naive(episode.last_time))
    assert (np.diff(times) == np.timedelta64(1, "h")).all()
    assert all(bool(values.notnull().all()) for values in weather.data_vars.values())


def test_weather_is_physically_possible(weather: xr.Dataset) -> None:
    assert 4 < float(np.hypot(weather["u10"], weather["v10"]).max()) < 20
    assert 240 < float(weather["t2m"].min()) < float(weather["t2m"].max()) < 295
    assert float((weather["d2m"] - weather["t2m"]).max()) < 0
    assert 85_000 < float(weather["sp"].min()) < float(weather["sp"].max()) < 105_500
    assert 30 < float(weather["blh"].min()) < float(weather["blh"].max()) < 3000
    assert float(weather["tp"].min()) == 0
    assert 0.0001 < float(weather["tp"].max()) < 0.005


def test_weather_is_smooth_in_time(weather: xr.Dataset) -> None:
    hourly = np.abs(weather.diff("valid_time"))

    assert float(hourly["t2m"].max()) < 8
    assert float(hourly["sp"].max()) < 600
    assert float(hourly["u10"].max()) < 6


def test_mountains_are_colder_with_less_pressure_above_them_and_the_layer_grows_by_day(weather: xr.Dataset) -> None:
    mountain, plain = (weather.sel(latitude=38.5, longitude=lon).mean("valid_time") for lon in (112.5, 116.0))
    hour = weather["valid_time"].dt.hour

    assert float(mountain["t2m"]) < float(plain["t2m"]) - 3
    assert float(mountain["sp"]) < float(plain["sp"]) - 8000
    plains = weather["blh"].sel(latitude=38.5, longitude=116.0)
    assert float(plains[hour == 6].mean()) > 2 * float(plains[hour == 20].mean())


def test_the_final_front_brings_wind_from_the_north_west_cold_dry_air_and_pressure(episode: Episode, weather: xr.Dataset) -> None:
    middle = weather.sel(latitude=39.0, longitude=116.0)
    front = naive(episode.front_time)
    before, after = middle.sel(valid_time=front - pd.Timedelta("6h")), middle.sel(valid_time=front + pd.Timedelta("6h"))

    assert float(before["v10"]) > 0 > float(after["v10"])
    assert float(after["u10"]) > 3
    assert float(after["sp"]) > float(before["sp"]) + 500
    assert float(after["d2m"]) < float(before["d2m"]) - 5
    a_day = pd.Timedelta("24h")
    assert float(middle["t2m"].sel(valid_time=slice(front, front + a_day)).mean()) < float(
        middle["t2m"].sel(valid_time=slice(front - a_day, front)).mean() - 4
    )


def test_the_haze_is_humid_and_still(episode: Episode, weather: xr.Dataset) -> None:
    haze = weather.sel(
        valid_time=slice(naive(episode.peak_time) - pd.Timedelta("48h"), naive(episode.peak_time)),
        latitude=slice(39.5, 37.0),
        longitude=slice(115.0, 117.5),
    )
    humidity = relative_humidity(haze)

    assert 60 < float(humidity.median()) < 95
    assert float(humidity.max()) < 100
    assert float(np.hypot(haze["u10"], haze["v10"]).mean()) < 1.5


def test_observations_have_the_layout_of_the_openaq_archive(episode: Episode) -> None:
    for file, station in zip(episode.observation_files, episode.stations, strict=True):
        table = pd.read_csv(file, dtype={"location_id": str})
        assert list(table) == COLUMNS
        assert set(table["location_id"]) == {station.id}
        assert set(table["location"]) == {station.name}
        assert set(table["units"]) == {"µg/m³"}
        assert set(table["parameter"]) == {"pm25", "pm10", "so2", "no2", "co", "o3"}
        assert table["datetime"].str.endswith("+00:00").all()
        assert table[["lat", "lon"]].drop_duplicates().to_numpy().tolist() == [[station.latitude, station.longitude]]
        assert not table.duplicated(["datetime", "parameter"]).any()


def test_compressed_files_hold_no_time_of_writing(episode: Episode) -> None:
    assert {file.read_bytes()[4:8] for file in episode.observation_files} == {b"\0\0\0\0"}


def test_about_four_in_a_hundred_values_are_lacking(episode: Episode, rows: pd.DataFrame) -> None:
    hours = (episode.last_time - episode.first_time) // timedelta(hours=1) + 1
    lacking = 1 - len(rows) / (hours * len(episode.stations) * 6)

    assert 0.02 < lacking < 0.08
    assert (rows["value"] == -999).sum() == 2


def test_the_peak_and_the_front_come_after_the_cycle_starts_and_inside_its_horizon(episode: Episode) -> None:
    assert episode.init_time.hour == 0
    assert episode.init_time - episode.first_time >= timedelta(days=45)
    assert episode.init_time + HORIZON < episode.last_time
    for moment in (episode.peak_time, episode.front_time, episode.episode_end):
        assert episode.init_time + timedelta(hours=24) < moment < episode.init_time + HORIZON
    assert episode.episode_start < episode.init_time
    assert episode.peak_time < episode.episode_end


def test_the_great_episode_is_the_worst_and_differs_between_cities(episode: Episode, pm25: pd.DataFrame) -> None:
    ahead = pm25.loc[naive(episode.init_time) : naive(episode.init_time + HORIZON)].max()
    before = pm25.loc[: naive(episode.init_time)].max()

    assert 300 < ahead.max() < 500
    assert (ahead > 300).sum() >= 3
    assert ahead.min() < 0.65 * ahead.max()
    assert (ahead > before).mean() > 0.7
    assert abs(pm25.mean(axis=1).idxmax() - naive(episode.peak_time)) <= pd.Timedelta("3h")


def test_every_front_clears_the_air_to_a_clean_background(episode: Episode, pm25: pd.DataFrame) -> None:
    crossings = [f.hour for f in episode.fronts if f.hour > 24]
    for hour in crossings:
        front = naive(episode.first_time) + pd.Timedelta(hours=hour)
        before = pm25.loc[front - pd.Timedelta("18h") : front - pd.Timedelta("8h")].mean()
        cleanest = pm25.loc[front : front + pd.Timedelta("20h")].rolling(3).mean().min()
        assert (cleanest < 0.5 * before).all()
        assert cleanest.between(8, 40).all()


def test_between_fronts_the_air_fills_up(episode: Episode, pm25: pd.DataFrame) -> None:
    mean = pm25.mean(axis=1)
    for opening, closing in pairwise([f.hour for f in episode.fronts if f.hour > 0]):
        start = naive(episode.first_time)
        first, last = (mean.loc[start + pd.Timedelta(hours=h) :].iloc[:24].mean() for h in (opening + 12, closing - 32))
        assert last > 1.5 * first


def test_series_are_smooth_from_hour_to_hour_and_typical_of_a_winter(pm25: pd.DataFrame) -> None:
    steps = pm25.diff().abs().stack()

    assert steps.quantile(0.5) < 10
    assert steps.quantile(0.95) < 40
    assert 35 < pm25.stack().median() < 110


def test_an_episode_whose_peak_is_past_at_the_start_of_the_cycle_is_refused(episode: Episode) -> None:
    with pytest.raises(ValueError, match="before the peak"):
        replace(episode, peak_time=episode.init_time - timedelta(hours=1))
