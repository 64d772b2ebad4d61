"""What a backtest writes beside the products of its cycles, and what it keeps of its inputs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.manifest import describe, write_manifest
from hazecast.archive.netcdf import read_dataset, write_dataset, write_slices
from hazecast.backtest.replay.attempts import attempt, put_in_place
from hazecast.backtest.replay.folder import CYCLES, held, is_finished, without_leftovers
from hazecast.backtest.replay.forecasts_file import by_id, write_forecasts
from hazecast.backtest.replay.memory import copied_memory, require_unchanged, take_in
from hazecast.backtest.replay.observed_file import write_observed
from hazecast.backtest.replay.record import begin
from hazecast.backtest.replay.warnings_life import CycleWarnings, read_warnings, write_warnings
from hazecast.errors import ArchiveError, SettingsError, UnreadableInput
from hazecast.records import Action, HazeWarning, Level
from tests.backtests import NOW, plan_for, quick_settings
from tests.commands import files_below
from tests.small_case import SmallCase, small_weather, write_small_case

INIT = np.datetime64("2019-01-09T00", "ns")
HOUR = np.timedelta64(1, "h")


@pytest.fixture
def case(tmp_path: Path) -> SmallCase:
    return write_small_case(tmp_path / "case")


def stations(day: int, remark: str = "") -> xr.Dataset:
    """A station product as a cycle stores it."""
    init, leads = INIT + day * 24 * HOUR, np.arange(1, 5, dtype=np.int32)
    values = np.random.default_rng(day).uniform(5, 300, (3, 4)).astype(np.float32)
    values[0, 0] = np.nan
    dims = ("station", "lead_time")
    return xr.Dataset(
        {"pm25": (dims, values, {"units": "µg m-3"}), "rung": (dims, np.full((3, 4), day, dtype=np.int8)),
         "pm25_quantile": ((*dims, "quantile"), values[..., None] * np.array([0.5, 2.0], dtype=np.float32))},
        coords={
            "station": ["1", "2", "三"], "station_name": ("station", ["One", "Two", "三"]),
            "lead_time": ("lead_time", leads, {"units": "hours"}), "quantile": [0.05, 0.95],
            "init_time": ((), init, {"standard_name": "forecast_reference_time"}),
            "valid_time": ("lead_time", init + leads * HOUR),
        },
        attrs={"title": "Forecast", "comment": f"Weather: a forecast. Base forecast: hazecast's own transport. {remark}"},
    )  # fmt: skip


def test_forecasts_of_all_cycles_stand_in_one_file_as_each_cycle_had_them(case: SmallCase, tmp_path: Path) -> None:
    keys = []
    for day in range(3):
        folder = tmp_path / CYCLES / f"201901{9 + day:02d}T00Z"
        folder.mkdir(parents=True)
        write_dataset(stations(day, "a remark 3"), folder / "stations.nc")
        keys.append(folder.name)
    plan = plan_for(quick_settings(case), cycles=3)
    called = read_dataset(write_forecasts(tmp_path, plan, keys))
    assert (called["station"].values.tolist(), called["station_id"].values.tolist()) == (["One", "Two", "三"], ["1", "2", "三"])
    whole = by_id(called)
    assert whole["pm25_quantile"].dims == ("init_time", "station", "lead_time", "quantile")
    assert whole["lead_time"].values.tolist() == [1, 2, 3, 4]
    assert whole["valid_time"].dims == ("init_time", "lead_time")
    for day in range(3):
        one = whole.isel(init_time=day)
        for name, expected in stations(day).variables.items():
            np.testing.assert_array_equal(one[name].values, expected.values, err_msg=str(name))
            assert one[name].dtype == expected.dtype or name in ("station", "station_name")
    assert whole.attrs["history"] == "hazecast backtest from 2019-01-09T00Z to 2019-01-12T00Z every 24 h"
    assert whole.attrs["comment"] == "Weather: a forecast. Base forecast: hazecast's own transport"


def test_stations_that_share_a_name_go_by_their_ids(case: SmallCase, tmp_path: Path) -> None:
    folder = tmp_path / CYCLES / "20190109T00Z"
    folder.mkdir(parents=True)
    write_dataset(stations(0).assign_coords(station_name=("station", ["Centre", "Centre", "三"])), folder / "stations.nc")
    called = read_dataset(write_forecasts(tmp_path, plan_for(quick_settings(case)), [folder.name]))
    assert called["station"].values.tolist() == ["1", "2", "三"]


def test_slices_are_taken_one_by_one_and_give_the_same_bytes(tmp_path: Path) -> None:
    alive = 0

    def slices() -> Iterator[xr.Dataset]:
        nonlocal alive
        for n in range(4):
            assert alive == n, "the one before is written before the next is made"
            yield xr.Dataset({"x": (("n", "y"), np.full((1, 3), float(n)))}, coords={"n": [n]})
            alive += 1

    write_slices(slices(), "n", tmp_path / "a.nc")
    alive = 0
    write_slices(slices(), "n", tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    np.testing.assert_array_equal(read_dataset(tmp_path / "a.nc")["x"].values[:, 0], [0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize("second", [{"z": (("n", "y"), np.ones((1, 3)))}, {"x": (("n", "y"), np.ones((1, 4)))}])
def test_a_slice_unlike_the_first_leaves_what_was_there(second: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "a.nc"
    file.write_text("before")
    first = xr.Dataset({"x": (("n", "y"), np.ones((1, 3)))})
    with pytest.raises(ValueError, match="slice 1"):
        write_slices([first, xr.Dataset(second)], "n", file)
    with pytest.raises(ValueError, match="nothing along n"):
        write_slices([], "n", file)
    assert files_below(tmp_path) == {"a.nc": b"before"}


def warning(id: str, action: Action = Action.ISSUE, replaces: tuple[str, ...] = ()) -> HazeWarning:
    start = datetime(2019, 1, 9, tzinfo=UTC)
    level = Level.NONE if action is Action.LIFT else Level.ORANGE
    return HazeWarning(id, "jinan", "e", action, level, start, start + timedelta(hours=24), start, "k", "c", 0.7, replaces)


def test_warnings_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    first, lifted = warning("1"), warning("2", Action.LIFT, ("1",))
    told = (CycleWarnings("a", (first,), (first,)), CycleWarnings("b", (), (first,)), CycleWarnings("c", (lifted,), ()))
    assert read_warnings(write_warnings(tmp_path, told)) == told
    assert '"orange"' in (tmp_path / "warnings.json").read_text()
    (tmp_path / "warnings.json").write_text('{"cycles": [{}]}')
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_warnings(tmp_path / "warnings.json")


def test_observed_is_what_may_be_used_of_the_stations_that_are_forecast(case: SmallCase, tmp_path: Path) -> None:
    settings = quick_settings(case)
    listed = (*settings.stations[1:], settings.stations[0].model_copy(update={"id": "silent"}))
    observed = read_dataset(write_observed(tmp_path, plan_for(settings), settings.model_copy(update={"stations": listed})))
    assert observed["station"].values.tolist() == ["1002", "1003", "1004", "1005", "silent"]
    assert observed["time"].values[[0, -1]].tolist() == [np.datetime64("2019-01-01T00", "ns").item(), (INIT + 24 * HOUR).item()]
    assert observed["pm25"].notnull().all("time").values.tolist() == [True] * 4 + [False]


# ---- the folder ----


def test_one_process_at_a_time_works_in_a_folder(tmp_path: Path) -> None:
    with (
        held(tmp_path / "bt"),
        pytest.raises(SettingsError, match=r"Another process is running the backtest in .*bt"),
        held(tmp_path / "bt"),
    ):
        pass
    with held(tmp_path / "bt"):
        pass


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match="holds work and no backtest; a new or empty folder was expected"), held(tmp_path):
        pass
    assert files_below(tmp_path) == {"work/mine.txt": b"mine"}
    with pytest.raises(SettingsError, match="is a file; a folder was expected"), held(tmp_path / "work" / "mine.txt"):
        pass


def test_a_folder_of_another_backtest_is_left_alone_and_told_apart(case: SmallCase, tmp_path: Path) -> None:
    settings = quick_settings(case)
    begin(tmp_path, plan_for(settings), settings)
    before = files_below(tmp_path)
    other = settings.model_copy(update={"forecast": settings.forecast.model_copy(update={"random_seed": 7})})
    with pytest.raises(SettingsError, match=r"holds another backtest: end 2019-01-10T00.* \(now 2019-01-11T00.*nothing was changed"):
        begin(tmp_path, plan_for(settings, cycles=2), settings)
    with pytest.raises(SettingsError, match=r"holds another backtest: settings_sha256"):
        begin(tmp_path, plan_for(other), other)
    assert files_below(tmp_path) == before
    begin(tmp_path, plan_for(settings), settings)
    assert files_below(tmp_path) == before


def test_what_the_dead_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "work" / "20190109T00Z-1").mkdir(parents=True)
    (tmp_path / "archive.partial").mkdir()
    with without_leftovers(tmp_path):
        assert list(tmp_path.iterdir()) == []
        with attempt(tmp_path, "a") as folder:
            assert folder.is_dir()
        assert not folder.exists()


def made(folder: Path, text: str) -> Path:
    products = folder / "20190109T00Z"
    products.mkdir(parents=True)
    (products / "a.txt").write_text(text)
    write_manifest(products, describe(products))
    return products


def test_the_first_attempt_to_end_counts_and_a_torn_one_gives_way(tmp_path: Path) -> None:
    first = put_in_place(made(tmp_path / "one", "same"), tmp_path)
    assert is_finished(tmp_path, "20190109T00Z")
    assert put_in_place(made(tmp_path / "two", "other"), tmp_path) == first
    product = tmp_path / CYCLES / "20190109T00Z" / "a.txt"
    assert product.read_text() == "same"
    product.write_text("torn")
    assert not is_finished(tmp_path, "20190109T00Z")
    assert put_in_place(made(tmp_path / "three", "same"), tmp_path) == first
    assert product.read_text() == "same"


# ---- what is kept of the inputs ----


def test_inputs_are_taken_in_once_and_each_task_has_databases_of_its_own(case: SmallCase, tmp_path: Path) -> None:
    out, settings = tmp_path / "bt", quick_settings(case)
    first = take_in(out, settings, False, lambda: NOW, lambda _done: None)
    assert first.stations == 5
    kept = files_below(out / "archive")
    assert not [name for name in kept if name.endswith(("-wal", "-shm"))], "a copy of the file alone is whole"
    (case.observations / "1001.csv.gz").unlink()
    assert take_in(out, settings, False, lambda: NOW, lambda _done: None).facts == first.facts
    with attempt(out, "a") as folder, copied_memory(out, folder) as memory:
        assert Path(str(memory.ledger.url.database)).parent == folder
        assert memory.observations.segments == out / "archive" / "observations" / "segments"
    assert files_below(out / "archive") == kept


def test_a_file_that_cannot_be_read_stops_it_before_it_begins(case: SmallCase, tmp_path: Path) -> None:
    (case.observations / "broken.csv").write_text("half a file", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"broken\.csv"):
        take_in(tmp_path / "bt", quick_settings(case), False, lambda: NOW, lambda _done: None)
    assert not (tmp_path / "bt" / "archive").exists()
    (case.observations / "broken.csv").unlink()
    with without_leftovers(tmp_path / "bt"):
        take_in(tmp_path / "bt", quick_settings(case), False, lambda: NOW, lambda _done: None)


def test_gridded_files_that_changed_since_are_named(case: SmallCase, tmp_path: Path) -> None:
    out, settings = tmp_path / "bt", quick_settings(case)
    take_in(out, settings, False, lambda: NOW, lambda _done: None)
    weather = case.meteorology / "era5.nc"
    weather.touch()
    require_unchanged(out, settings)  # its content is the same
    content = weather.read_bytes()
    weather.write_bytes(content + b"\0")
    with pytest.raises(SettingsError, match=r"1 of its files were changed or removed and 0 were added: .*era5\.nc.*Put them back"):
        require_unchanged(out, settings)
    weather.write_bytes(content)
    require_unchanged(out, settings)
    small_weather(hours=24).to_netcdf(case.meteorology / "more.nc")
    with pytest.raises(SettingsError, match=r"0 of its files were changed or removed and 1 were added: .*more\.nc"):
        require_unchanged(out, settings)
