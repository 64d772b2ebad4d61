"""`hazecast trajectories`: where the air of a place came from, by the weather of a cycle."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.netcdf import read_dataset
from tests.commands import Done, files_below, hazecast
from tests.small_case import INIT, SmallCase, write_small_case

FILES = {"trajectories.nc", "footprint.nc", "footprint.png"}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("trajectories"))
    done = hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", cwd=case.folder)
    assert (done.status, done.err) == (0, "")
    return case


def run(case: SmallCase, *arguments: object, place: str = "36.65,117.05") -> Done:
    options = ("--config", "case.toml", "--cycle", INIT, "--from", place)
    return hazecast("trajectories", *options, *arguments, cwd=case.folder)


@pytest.fixture(scope="module")
def folder(case: SmallCase) -> Path:
    done = run(case, "--hours", "-6", "--out", "back")
    assert (done.status, done.err) == (0, "")
    assert "500 particles" in done.out
    return case.folder / "back"


def test_three_files_are_written_and_nothing_else(folder: Path) -> None:
    assert set(files_below(folder)) == FILES
    assert files_below(folder)["footprint.png"].startswith(b"\x89PNG")


def test_the_paths_are_a_cf_dataset_of_trajectories(folder: Path) -> None:
    paths = read_dataset(folder / "trajectories.nc")
    assert dict(paths.sizes) == {"trajectory": 500, "time": 7}
    assert (paths.attrs["featureType"], paths.attrs["Conventions"]) == ("trajectory", "CF-1.11")
    assert paths["trajectory"].attrs["cf_role"] == "trajectory_id"
    assert {paths[name].attrs["standard_name"] for name in ("latitude", "longitude", "height")} == {"latitude", "longitude", "height"}
    assert (np.diff(paths["time"].values) == np.timedelta64(-1, "h")).all()
    assert str(paths["time"].values[0])[:13] == INIT


def test_the_air_came_from_where_the_wind_blows_from(folder: Path) -> None:
    """The small case's wind goes to the south-east."""
    paths = read_dataset(folder / "trajectories.nc")
    assert float(paths["latitude"][:, 2].mean()) > 36.66
    assert float(paths["longitude"][:, 2].mean()) < 117.04


def test_the_footprint_adds_up_to_the_time_in_the_domain(case: SmallCase, folder: Path) -> None:
    footprint = read_dataset(folder / "footprint.nc")["residence_time"]
    told = json.loads(run(case, "--hours", "-6", "--out", "again", "--json").out)
    assert 0.0 < float(footprint.sum()) <= 6 * 3600.0
    assert float(footprint.sum()) / 3600.0 == pytest.approx(told["hours_inside"], abs=0.01)
    assert files_below(case.folder / "again") == files_below(folder), "the same cycle gives the same bytes"


def test_an_area_of_the_settings_is_a_place_and_air_goes_on_too(case: SmallCase) -> None:
    settings = (case.folder / "case.toml").read_text(encoding="utf-8")
    area = settings.split("[[areas]]")[1].split('id = "')[1].split('"')[0]
    told = json.loads(run(case, "--hours", "3", "--out", "on", "--json", place=area).out)
    assert told["latitude"] == pytest.approx(36.654, abs=0.01)
    assert told["hours"] == 3
    times = read_dataset(case.folder / "on" / "trajectories.nc")["time"].values
    assert (np.diff(times) == np.timedelta64(1, "h")).all()


@pytest.mark.parametrize(
    ("arguments", "place", "told"),
    [
        ((), "atlantis", "--from is 'atlantis'; expected an area of the settings"),
        ((), "95,10", "--from is '95,10'"),
        ((), "10,20", "lies at latitude 10; the domain's cells"),
        (("--hours", "0"), "36.65,117.05", "--hours is 0; expected -240 to 240, and not 0."),
        (("--at", "yesterday"), "36.65,117.05", "--at is 'yesterday'; expected a time in UTC."),
        (("--at", "2021-01-01T00"), "36.65,117.05", "There is no weather about 2021-01-01 00:00 UTC"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message_with_status_2(
    case: SmallCase, arguments: tuple[str, ...], place: str, told: str
) -> None:
    done = run(case, *arguments, "--out", "never", place=place)
    assert (done.status, done.out) == (2, "")
    assert told in done.err


def test_without_the_part_for_maps_that_is_said_before_any_work(case: SmallCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hazecast.bulletins.pictures.footprint_map", None)
    done = run(case, "--out", "without")
    assert (done.status, done.out) == (2, "")
    assert "The map of a footprint needs the optional part 'maps'" in done.err
    assert not (case.folder / "without").exists()
