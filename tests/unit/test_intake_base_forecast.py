"""Another model's PM2.5 as a base forecast: only what had arrived, by run, and never an analysis of what was still to come."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.decisions import ORIGIN_FILE, load_origin
from hazecast.cli.running import surroundings
from hazecast.config import BaseForecastSettings
from hazecast.cycle import run_cycle
from hazecast.errors import MissingVariable, NoDataInPeriod
from hazecast.records import Cycle, Gathered, Note, NoteCode
from hazecast.vocabulary import O3, PM25, Variable
from tests.gathering import gather
from tests.small_case import SmallCase, small_settings, small_weather, write_small_case

INIT = datetime(2019, 1, 12, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
HOUR, RUN = np.timedelta64(1, "h"), np.datetime64("2019-01-11T12", "ns")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return write_small_case(tmp_path_factory.mktemp("case"))


def model(start: np.datetime64, value: float, hours: int = 60, *, is_analysis: bool = False, of: Variable = PM25) -> xr.Dataset:
    """One value everywhere, on a grid of 0.2 degrees, hourly from the beginning of its run on."""
    values = np.full((hours, 7, 7), value, dtype=np.float32)
    axes = {
        "time": ("time", start + HOUR * np.arange(hours), {"standard_name": "time"}),
        "latitude": ("latitude", np.linspace(37.2, 36.0, 7), {"units": "degrees_north"}),
        "longitude": ("longitude", np.linspace(116.4, 117.6, 7), {"units": "degrees_east"}),
    }
    run = {} if is_analysis else {"reference": ((), start, {"standard_name": "forecast_reference_time"})}
    attributes = {"units": "µg/m3", "standard_name": of.standard_name}
    return xr.Dataset({"concentration": (("time", "latitude", "longitude"), values, attributes)}, coords={**axes, **run})


def gathered(case: SmallCase, **base: object) -> Gathered:
    return gather(CYCLE, small_settings(case).model_copy(update={"base_forecast": BaseForecastSettings(**base)}))  # type: ignore[arg-type]


def pm25(of: Gathered) -> xr.DataArray:
    assert of.base is not None
    return of.base["pm25"].isel(latitude=0, longitude=0)


def test_without_any_there_is_none_and_nothing_is_told(case: SmallCase) -> None:
    none = gathered(case)
    assert none.base is None
    assert not {NoteCode.BASE_LACKING, NoteCode.BASE_DELIVERED} & {note.code for note in none.notes}


@pytest.mark.parametrize(("delay", "known"), [(0.0, 80.0), (6.0, 80.0), (6.5, 60.0), (12.0, 60.0)])
def test_a_run_is_known_once_it_has_arrived(delay: float, known: float, case: SmallCase, tmp_path: Path) -> None:
    for start, value in ((RUN, 60.0), (RUN + 6 * HOUR, 80.0), (RUN + 13 * HOUR, 99.0)):
        model(start, value).to_netcdf(tmp_path / f"{value:g}.nc")
    got = gathered(case, path=tmp_path, arrival_delay_hours=delay)
    np.testing.assert_allclose(pm25(got).sel(time=slice("2019-01-12T01", None)), known)
    assert pm25(got)["time"].values[-1] == np.datetime64("2019-01-13T00")
    assert {i.path.name for i in got.inputs if i.role == "base"} == {"60.nc", *(["80.nc"] if known > 60 else [])}


def test_an_analysis_of_what_was_still_to_come_is_no_forecast(case: SmallCase, tmp_path: Path) -> None:
    model(RUN, 70.0, is_analysis=True).to_netcdf(tmp_path / "analysis.nc")
    got = gathered(case, path=tmp_path)
    assert pm25(got)["time"].values[-1] == np.datetime64("2019-01-12T00")
    assert np.isnat(pm25(got)["init_time"].values).all()


def test_pm25_beside_the_weather_is_taken_where_nothing_else_is_named(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    weather = small_weather(("u10", "v10", "t2m", "d2m", "tp")).rename(valid_time="time")
    run = weather["time"].values[0]
    ahead = weather.assign_coords(forecast_reference_time=((), run, {"standard_name": "forecast_reference_time"}))
    ahead["pm2p5"] = xr.full_like(weather["t2m"], 5e-8).assign_attrs(units="kg m**-3")
    (case.meteorology / "era5.nc").unlink()
    ahead.to_netcdf(case.meteorology / "cams.nc")
    got = gathered(case)
    np.testing.assert_allclose(pm25(got), 50.0)
    assert (got.base["init_time"].values == run).all()  # type: ignore[index]
    assert not [i for i in got.inputs if i.role == "base"], "it is an input already, as meteorology"


def test_a_delivery_that_did_not_come_stops_nothing_and_is_told(case: SmallCase, tmp_path: Path) -> None:
    expected = Note(NoteCode.BASE_LACKING, 24)
    assert expected in gathered(case, path=tmp_path).notes
    model(RUN + 96 * HOUR, 70.0).to_netcdf(tmp_path / "later.nc")
    late = gathered(case, path=tmp_path)
    assert late.base is None
    assert expected in late.notes


def test_a_path_that_is_not_there_and_files_without_pm25_are_refused(case: SmallCase, tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=r"absent is not there.*Correct the path"):
        gathered(case, path=tmp_path / "absent")
    model(RUN, 70.0, of=O3).to_netcdf(tmp_path / "ozone.nc")
    with pytest.raises(MissingVariable, match=r"holds no PM2\.5 near the ground; it has o3"):
        gathered(case, path=tmp_path)


def test_every_product_says_whose_base_forecast_it_was(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    (tmp_path / "cams").mkdir()
    model(RUN, 140.0, hours=31).to_netcdf(tmp_path / "cams" / "run.nc")  # to 18 UTC of the last day
    settings = small_settings(case)
    settings = settings.model_copy(
        update={
            "site": settings.site.model_copy(update={"languages": ("zh", "en")}),
            "base_forecast": BaseForecastSettings(path=tmp_path / "cams"),
            "forecast": settings.forecast.model_copy(update={"learning_rows": 2000}),  # too few for a correction, which takes longest
        }
    )
    with surroundings(settings, timedelta(days=10_000)) as around:
        outcome = run_cycle(CYCLE, settings, around, lambda _stage, _done: None)
    with xr.open_dataset(outcome.folder / "grid.nc") as grid:
        uncorrected, comment = grid["pm25_uncorrected"].load(), grid.attrs["comment"]
    np.testing.assert_allclose(uncorrected.isel(lead_time=slice(0, 18)), 140.0, rtol=1e-5)
    assert (np.abs(uncorrected.isel(lead_time=slice(18, None)) - 140.0) > 0.1).any()
    assert "Base forecast: a delivered model's" in comment
    notes = {note.code: note for note in load_origin(outcome.folder / ORIGIN_FILE).notes}
    assert notes[NoteCode.BASE_DELIVERED].detail == "2019-01-11 12:00 UTC"
    assert notes[NoteCode.BASE_LACKING].count == 6
    english, chinese = ((outcome.folder / "bulletin" / f"bulletin.{code}.txt").read_text(encoding="utf-8") for code in ("en", "zh"))
    told = " ".join(english.split())
    assert "another model's latest run, beside hazecast's own transport: 2019-01-11 12:00 UTC" in told
    assert "not delivered for 6 hours" in told
    assert "基础预报采用其他模式" in "".join(chinese.split())
