"""Real files of every source, through the commands: each works, or is refused with what it is and what to do."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.netcdf import read_dataset
from hazecast.records import Rung
from tests.commands import Done, hazecast
from tests.real.test_real_cases import lighter

NATIONAL_HOUR = "formats/cnemc_national_hour.json"


def looked_at(shared_data: Path, home: Path, meteorology: str | Path, observations: str, *more: str) -> Done:
    asked = ("--meteorology", shared_data / meteorology, "--observations", shared_data / observations, "--out", "case.toml")
    return hazecast("init", *asked, *more, cwd=home)


def ran(home: Path, cycle: str) -> tuple[Path, dict[str, dict[str, object]]]:
    """The folder of the products, and the notes by their codes."""
    lighter(home / "case.toml")
    done = hazecast("run", "--config", "case.toml", "--cycle", cycle, cwd=home)
    assert done.status == 0, done.err
    [manifest] = (home / "case-archive").glob("2*/manifest.json")
    notes = json.loads((manifest.parent / "origin.json").read_text(encoding="utf-8"))["notes"]
    return manifest.parent, {note["code"]: note for note in notes}


@pytest.mark.parametrize(
    ("meteorology", "observations", "said"),
    [
        ("formats/empty.grib", "ten_cities/observations", "empty.grib is empty; GRIB messages were expected"),
        (
            "formats/cams_chemistry.grib",
            NATIONAL_HOUR,
            "it has co on hybrid level 1, go3 on hybrid level 1, which is neither weather nor at",
        ),
        (
            "formats/era5_single_level.grib",
            "ten_cities/observations",
            "lacks Eastward wind at 10 m, Northward wind at 10 m; it has air_temperature",
        ),
        (
            "formats/alternate_scanning.grib",
            "ten_cities/observations",
            "lacks Eastward wind at 10 m, Northward wind at 10 m; it has air_temperature",
        ),
        ("formats/nam_lambert.grib2", NATIONAL_HOUR, "stations of .* lies where .* has weather"),
        ("formats/era5_new_cds.nc", "formats/cnemc_hourly_sites.csv", "no place on Earth for any of its .* stations. Add a list of them"),
        ("era5_wind_2015", "ten_cities/observations", "reference_trajectories.nc holds no variable that hazecast knows"),
        ("london_2020/meteorology", "ctm_atlanta/cmaq_and_monitors.csv.gz", "is a table in no layout that hazecast knows. Say how"),
        ("london_2020/meteorology", "ten_cities/observations", "Give weather and observations of one region"),
    ],
)
def test_what_makes_no_forecast_is_refused_with_what_it_is(
    meteorology: str, observations: str, said: str, shared_data: Path, tmp_path: Path
) -> None:
    done = looked_at(shared_data, tmp_path, meteorology, observations)
    assert done.status == 2
    message = " ".join(done.err.split())
    assert re.search(said, message), message
    assert not (tmp_path / "case.toml").exists()


def test_the_new_layout_of_era5_and_the_national_hour_make_settings(shared_data: Path, tmp_path: Path) -> None:
    done = looked_at(shared_data, tmp_path, "formats/era5_new_cds.nc", NATIONAL_HOUR)
    assert done.status == 0, done.err
    assert "ERA5 NetCDF (1 file)" in done.out
    assert "hourly JSON of China's national network (1 file)" in done.out
    assert "In common     no hour" in done.out
    assert max(map(len, done.out.splitlines())) < 300, "of 1,600 stations elsewhere a few are named"


@pytest.mark.slow
def test_ten_cities_are_forecast_by_the_wind_at_950_hpa_alone(shared_data: Path, tmp_path: Path) -> None:
    found = looked_at(shared_data, tmp_path, "ten_cities/meteorology.nc", "ten_cities/observations")
    assert "10 areas" in found.out
    folder, notes = ran(tmp_path, "2015-11-28T00")
    assert notes["wind-from-aloft"]["detail"] == "950 hPa"
    assert notes["visibility-unknown"]["count"] == 10 * 96
    stations = read_dataset(folder / "stations.nc")
    assert stations.sizes["station"] == 10
    assert np.isfinite(stations["pm25_quantile"]).all()
    assert (stations["rung"] == Rung.CORRECTED).mean() > 0.8
    assert np.isfinite(read_dataset(folder / "grid.nc")["pm25"]).all()
    level = stations["level"].values
    assert (level == -1).all(), "without humidity no level is known, and unknown is not none"


@pytest.mark.slow
def test_a_single_post_in_the_weather_of_ten_cities_is_forecast(shared_data: Path, tmp_path: Path) -> None:
    found = looked_at(shared_data, tmp_path, "ten_cities/meteorology.nc", "five_cities/observations")
    assert "left out, no weather there: Chengdu US Post, Guangzhou US Post, Shanghai US Post, Shenyang US Post" in found.out
    folder, _ = ran(tmp_path, "2015-11-28T00")
    assert np.isfinite(read_dataset(folder / "stations.nc")["pm25"]).all()


@pytest.mark.slow
def test_two_days_of_grib_on_levels_are_read_and_too_few_to_learn_from(shared_data: Path, tmp_path: Path) -> None:
    """Six-hourly wind from 1000 hPa up, to 18 UTC of the second day; the observations stand alone, and each value says so."""
    (tmp_path / "levels").mkdir()
    for file in (shared_data / "era5_wind_2015").glob("*.grib"):
        shutil.copy(file, tmp_path / "levels")
    found = looked_at(shared_data, tmp_path, tmp_path / "levels", "beijing_winters/observations")
    assert "GRIB (2 files)" in found.out
    folder, notes = ran(tmp_path, "2015-08-01T12")
    assert notes["wind-from-aloft"]["detail"] == "1000 hPa"
    assert notes["weather-hours-lacking"]["count"] == 96 - 30
    stations = read_dataset(folder / "stations.nc")
    assert (stations["rung"] == Rung.WITHOUT_WEATHER).all()
    assert np.isfinite(stations["pm25"]).all()
