from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.memory import open_memory
from hazecast.archive.observations.watch import Watching
from hazecast.archive.source_log import hours_brought, is_covered, newest_of
from hazecast.backtest.daily import day_skill, forecast_of_day
from hazecast.intake.ingesting import ingest
from hazecast.intake.what_came import note_what_came
from hazecast.records import InputRole
from hazecast.serving.readiness import lacking_inputs
from tests.serving_case import databases_in, settings_in
from tests.small_case import write_small_case

HOUR = timedelta(hours=1)
RUN = datetime(2019, 1, 12, tzinfo=UTC)


def forecast_file(folder: Path, name: str, leads: range) -> None:
    """A file of a forecast's run in CF, with the hours that it brings."""
    lead = np.array(leads, dtype="timedelta64[h]").astype("timedelta64[ns]")
    run = np.datetime64("2019-01-12T00", "ns")
    axes = {"time": run + lead, "latitude": np.arange(36.0, 37.5, 0.25), "longitude": np.arange(116.25, 118.0, 0.25)}
    shape = (len(leads), axes["latitude"].size, axes["longitude"].size)
    data = xr.Dataset(
        {
            "u": (("time", "latitude", "longitude"), np.full(shape, 2.0), {"standard_name": "eastward_wind", "units": "m s-1"}),
            "v": (("time", "latitude", "longitude"), np.full(shape, 1.0), {"standard_name": "northward_wind", "units": "m s-1"}),
        },
        coords=axes | {"forecast_reference_time": ((), run, {"standard_name": "forecast_reference_time"})},
    )
    data["time"].attrs["standard_name"] = "time"
    data["latitude"].attrs |= {"standard_name": "latitude", "units": "degrees_north"}
    data["longitude"].attrs |= {"standard_name": "longitude", "units": "degrees_east"}
    for key in ("u", "v"):
        data[key] = data[key].expand_dims(height=[10.0], axis=1)
    data["height"].attrs |= {"standard_name": "height", "units": "m", "positive": "up"}
    data.attrs["Conventions"] = "CF-1.11"
    data.to_netcdf(folder / name)


def test_a_run_that_comes_in_parts_is_there_when_its_last_part_is(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    (case.meteorology / "era5.nc").unlink()
    settings = settings_in(tmp_path, wait_for=("gfs", "observations"))
    ledger, operations = databases_in(tmp_path / "archive")
    ledger.dispose()
    with open_memory(tmp_path / "archive") as memory:

        def taken_in(now: datetime) -> tuple[str, ...]:
            ingest(settings, memory, Watching.LIVE, lambda: now)
            note_what_came(settings, memory, operations, now)
            return lacking_inputs(operations, settings, RUN)

        assert taken_in(RUN) == ("gfs",)
        forecast_file(case.meteorology, "f00.nc", range(0, 13))
        assert taken_in(RUN + HOUR) == ("gfs",)
        forecast_file(case.meteorology, "f13.nc", range(13, 25))
        (case.meteorology / "broken.nc").write_bytes(b"CDF\x01")
        assert taken_in(RUN + 2 * HOUR) == ()
        assert lacking_inputs(operations, settings, RUN + 6 * HOUR) == ("gfs",), "a later cycle waits for a later run"
    assert {one.role: one.newest for one in newest_of(operations)} == {
        InputRole.METEOROLOGY: RUN,
        InputRole.OBSERVATIONS: RUN + 23 * HOUR,
    }
    assert len(hours_brought(operations, InputRole.METEOROLOGY, RUN)) == 25
    operations.dispose()


@pytest.mark.parametrize(
    ("hours", "covered"),
    [
        (range(0, 25), True),
        (range(0, 25, 3), True),
        ((0, 3, 6, 10, *range(12, 25)), False),
        (range(1, 25), False),
        (range(0, 24), False),
        ((), False),
    ],
    ids=["each hour", "every third", "a gap of four", "the first lacks", "the last lacks", "nothing"],
)
def test_hours_are_covered_from_end_to_end(hours: range, covered: bool) -> None:
    assert is_covered(frozenset(RUN + n * HOUR for n in hours), RUN, RUN + 24 * HOUR) is covered


def test_yesterday_is_scored_by_the_hours_of_the_local_day_alone(tmp_path: Path) -> None:
    leads = np.arange(1, 49)
    init = np.datetime64("2019-01-11T12", "ns")
    valid = init + leads.astype("timedelta64[h]")
    pm25 = np.where((valid > np.datetime64("2019-01-11T16")) & (valid <= np.datetime64("2019-01-12T16")), 90.0, 500.0)[None]
    stations = xr.Dataset(
        {
            "pm25": (("station", "lead_time"), pm25),
            "pm25_uncorrected": (("station", "lead_time"), pm25),
            "pm25_quantile": (("quantile", "station", "lead_time"), np.stack([pm25 - 50, pm25 + 50])),
        },
        coords={"station": ["1"], "lead_time": leads, "valid_time": ("lead_time", valid), "init_time": init, "quantile": [0.05, 0.95]},
    )
    hours = np.arange(init - np.timedelta64(3, "h"), init + np.timedelta64(49, "h"), np.timedelta64(1, "h"))
    observed = xr.DataArray(np.full((hours.size, 1), 100.0), dims=("time", "station"), coords={"time": hours, "station": ["1"]})
    skill = day_skill(stations, observed, datetime(2019, 1, 12).date(), "Asia/Shanghai", "20190111T12Z")
    assert skill is not None
    assert (skill.pairs, skill.rmse, skill.persistence_rmse, skill.bias) == (24, 10.0, 0.0, -10.0)
    assert day_skill(stations, observed, datetime(2019, 2, 1).date(), "Asia/Shanghai", "20190111T12Z") is None
    ledger, operations = databases_in(tmp_path)
    assert forecast_of_day(ledger, datetime(2019, 1, 12).date(), "Asia/Shanghai") is None
    ledger.dispose()
    operations.dispose()
