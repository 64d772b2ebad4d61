"""What a survey tells of the sources: formats, runs, the base forecast, and what is modelled and not observed."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import MissingVariable
from hazecast.records import MeteorologyKind
from hazecast.survey.survey import Survey, survey
from hazecast.vocabulary import O3
from tests.small_case import SmallCase, small_weather, write_small_case
from tests.unit.test_intake_base_forecast import HOUR, RUN, model


@pytest.fixture
def case(tmp_path: Path) -> SmallCase:
    return write_small_case(tmp_path)


def looked_at(case: SmallCase, base: Path | None = None) -> Survey:
    return survey(case.meteorology, case.observations, case.settings, base=base)


def forecast(case: SmallCase, *starts: int, hours: int = 48) -> None:
    """Replace the weather by runs of a model, each in a file of its own."""
    (case.meteorology / "era5.nc").unlink()
    whole = small_weather(("u10", "v10", "t2m")).rename(valid_time="time")
    for start in starts:
        run = whole.isel(time=slice(start, start + hours + 1))
        reference = ((), whole["time"].values[start], {"standard_name": "forecast_reference_time"})
        run.assign_coords(forecast_reference_time=reference).to_netcdf(case.meteorology / f"run-{start}.nc")


def test_analyses_have_no_runs_and_formats_are_counted(case: SmallCase) -> None:
    found = looked_at(case)
    assert found.sources.weather_formats == ("ERA5 NetCDF (1 file)",)
    assert found.sources.observation_formats == ("OpenAQ archive CSV (5 files)",)
    assert (found.sources.weather_runs, found.sources.base, found.sources.places_modelled) == ("", "", 0)
    assert found.settings.meteorology.kind is MeteorologyKind.ANALYSIS


def test_forecasts_tell_their_runs_and_their_longest_step(case: SmallCase) -> None:
    forecast(case, 0, 24)
    found = looked_at(case)
    assert found.sources.weather_runs == "2 runs, 2019-01-01 00:00 to 2019-01-02 00:00 UTC, up to 48 h ahead"
    assert found.settings.meteorology.kind is MeteorologyKind.FORECAST


def test_a_single_run_is_told_as_one(case: SmallCase) -> None:
    forecast(case, 24)
    assert looked_at(case).sources.weather_runs == "1 run, 2019-01-02 00:00 UTC, up to 48 h ahead"


def test_another_models_pm25_is_described_and_goes_into_the_settings(case: SmallCase, tmp_path: Path) -> None:
    (tmp_path / "cams").mkdir()
    for run in (RUN, RUN + 12 * HOUR):
        model(run, 60.0).to_netcdf(tmp_path / "cams" / f"{run}.nc")
    found = looked_at(case, tmp_path / "cams")
    assert found.sources.base == "CF NetCDF (2 files), 2 runs, 2019-01-11 12:00 to 2019-01-12 00:00 UTC, up to 59 h ahead"
    assert found.settings.base_forecast.path == tmp_path / "cams"


def test_analyses_of_pm25_are_called_so(case: SmallCase, tmp_path: Path) -> None:
    model(RUN, 60.0, is_analysis=True).to_netcdf(tmp_path / "analysis.nc")
    assert looked_at(case, tmp_path / "analysis.nc").sources.base == "CF NetCDF (1 file), analyses, which only the past is taken of"


def test_a_model_without_pm25_is_refused(case: SmallCase, tmp_path: Path) -> None:
    model(RUN, 60.0, of=O3).to_netcdf(tmp_path / "ozone.nc")
    with pytest.raises(MissingVariable, match=r"ozone\.nc holds no PM2\.5"):
        looked_at(case, tmp_path / "ozone.nc")


def test_pm25_beside_the_weather_is_found(case: SmallCase) -> None:
    file = case.meteorology / "era5.nc"
    file.unlink()
    weather = small_weather(("u10", "v10", "t2m"))
    weather["pm2p5"] = xr.full_like(weather["t2m"], np.float64(5e-8)).assign_attrs(units="kg m**-3")
    weather.to_netcdf(file)
    found = looked_at(case)
    assert found.sources.base == "PM2.5 beside the weather"
    assert found.sources.weather_formats == ("CAMS NetCDF (1 file)",)
    assert "PM2.5" in found.weather_found


def test_what_is_modelled_at_points_is_counted_apart(case: SmallCase) -> None:
    answer = {
        "latitude": 36.6,
        "longitude": 117.0,
        "utc_offset_seconds": 0,
        "hourly_units": {"time": "iso8601", "pm2_5": "μg/m³"},
        "hourly": {"time": ["2019-01-01T00:00"], "pm2_5": [33.0]},
    }
    (case.observations / "open-meteo.json").write_text(json.dumps(answer), encoding="utf-8")
    found = looked_at(case)
    assert found.sources.places_modelled == 1
    assert "JSON of Open-Meteo (1 file)" in found.sources.observation_formats
    assert len(found.settings.stations) == 5
