"""The commands on real data, as it was delivered: three places, one code."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.netcdf import read_dataset
from hazecast.records import Level, Rung


@dataclass(frozen=True, slots=True)
class Case:
    """A folder of real data, where its weather is, the cycle to run, and what is known of it."""

    folder: str
    meteorology: str
    cycle: str
    time_zone: str
    area: str
    stations: int


CASES = (
    Case("beijing_spring_2018", "meteorology.nc", "2018-04-27T00", "Asia/Shanghai", "beijing", 35),
    Case("beijing_winters", "meteorology.nc", "2015-11-27T00", "Asia/Shanghai", "beijing", 12),
    Case("london_2020", "meteorology", "2020-11-04T12", "Europe/London", "london", 3),
)
EACH = (CASES[0], *(pytest.param(case, marks=pytest.mark.slow) for case in CASES[1:]))


@dataclass(frozen=True, slots=True)
class Done:
    """A case that `init` and `run` have been through."""

    case: Case
    home: Path
    printed: str

    @property
    def products(self) -> Path:
        """The cycle's folder in the archive."""
        [manifest] = (self.home / "case-archive").glob("2*/manifest.json")
        return manifest.parent

    def text(self, name: str) -> str:
        """A product that is text."""
        return (self.products / name).read_text(encoding="utf-8")


def hazecast(*arguments: str | Path) -> str:
    """What a command prints; it must succeed."""
    environment = os.environ | {"PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "hazecast", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lighter(settings: Path) -> None:
    """Fewer rows and days to learn from: these tests look at the way through, not at the skill."""
    text = settings.read_text(encoding="utf-8")
    for name, small in (("learning_rows", 5000), ("history_days", 30), ("members", 0)):
        text, changed = re.subn(rf"^{name} = \d+", f"{name} = {small}", text, flags=re.MULTILINE)
        assert changed, name
    settings.write_text(text, encoding="utf-8")


def through(case: Case, meteorology: Path, observations: Path, home: Path) -> Done:
    """`init` and `run` of a case into `home`."""
    settings = home / "case.toml"
    hazecast("init", "--meteorology", meteorology, "--observations", observations, "--out", settings)
    lighter(settings)
    return Done(case, home, hazecast("run", "--config", settings, "--cycle", case.cycle))


@pytest.fixture(scope="module", params=EACH, ids=lambda case: case.folder)
def done(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Each case, run once."""
    case: Case = request.param
    source = shared_data / case.folder
    return through(case, source / case.meteorology, source / "observations", tmp_path_factory.mktemp(case.folder))


def test_init_finds_the_place(done: Done) -> None:
    settings = (done.home / "case.toml").read_text(encoding="utf-8")
    assert f'time_zone = "{done.case.time_zone}"' in settings
    assert f'[[areas]]\nid = "{done.case.area}"' in settings
    assert settings.count("[[stations]]") == done.case.stations


def test_the_gridded_forecast_is_whole_and_described(done: Done) -> None:
    grid = read_dataset(done.products / "grid.nc")
    assert grid.attrs["Conventions"].startswith("CF-")
    assert grid.sizes["lead_time"] == 96
    for name in ("pm25", "visibility", "relative_humidity"):
        assert grid[name].attrs["units"]
        assert grid[name].attrs["standard_name"]
        assert np.isfinite(grid[name].values).all()
    assert set(np.unique(grid["level"].values)) <= {int(level) for level in Level}


def test_the_stations_have_ordered_bands_on_named_rungs(done: Done) -> None:
    stations = read_dataset(done.products / "stations.nc")
    assert stations.sizes["station"] == done.case.stations
    quantiles = stations["pm25_quantile"].transpose("station", "lead_time", "quantile").values
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert (quantiles > 0).any()
    assert set(np.unique(stations["rung"].values)) <= {Rung.CORRECTED, Rung.WITHOUT_OBSERVATIONS}


def test_every_product_says_that_the_weather_is_a_perfect_prognosis(done: Done) -> None:
    for name in ("grid.nc", "stations.nc"):
        assert "perfect prognosis" in read_dataset(done.products / name).attrs["comment"]
    assert "perfect-prognosis" in done.text("origin.json")
    for name in ("bulletin.en.html", "bulletin.en.txt"):
        assert "perfect prognosis" in done.text(f"bulletin/{name}").lower()
    for name in ("bulletin.zh.html", "bulletin.zh.txt"):
        assert "完美预报" in done.text(f"bulletin/{name}")
    assert "perfect prognosis" in done.printed


def test_the_bulletin_was_delivered_and_the_cycle_scored(done: Done) -> None:
    [delivered] = (done.home / "case-bulletins").iterdir()
    assert {f.name for f in delivered.iterdir()} >= {
        "bulletin.zh.html",
        "bulletin.en.html",
        "bulletin.zh.txt",
        "map.en.png",
        "stations.zh.png",
    }
    assert "RMSE" in done.printed
    assert "persistence" in done.printed


def test_every_input_is_named_with_its_hash(done: Done) -> None:
    inputs = json.loads(done.text("origin.json"))["inputs"]
    assert {i["role"] for i in inputs} == {"meteorology", "observations"}
    assert all(len(i["sha256"]) == 64 for i in inputs)


def rewritten(source: Path, target: Path, change: Callable[[str], str]) -> None:
    """Every CSV of `source`, line by line through `change`."""
    target.mkdir()
    for file in sorted(source.glob("*.csv.gz")):
        heading, *lines = gzip.decompress(file.read_bytes()).decode().splitlines()
        text = "\n".join([heading, *(change(line) for line in lines)]) + "\n"
        (target / file.name).write_bytes(gzip.compress(text.encode()))


@pytest.mark.parametrize("done", CASES[:1], indirect=True, ids=lambda case: case.folder)
def test_no_observation_that_arrived_later_reaches_the_forecast(done: Done, shared_data: Path, tmp_path: Path) -> None:
    """Every value after `as_of` is changed, and the forecast stays the same, byte for byte."""
    case, source, home = done.case, shared_data / done.case.folder, tmp_path / "run"
    as_of = case.cycle + ":00:00+00:00"

    def poisoned(line: str) -> str:
        cells = line.split(",")
        return ",".join([*cells[:-1], "1234.5"]) if cells[3] > as_of else line

    rewritten(source / "observations", tmp_path / "poisoned", poisoned)
    shutil.copy(source / "stations.csv", tmp_path)  # the list beside them names a station that has no value at all
    home.mkdir()
    other = through(case, source / case.meteorology, tmp_path / "poisoned", home)
    for name in ("grid.nc", "stations.nc"):
        assert (other.products / name).read_bytes() == (done.products / name).read_bytes()
    assert other.text("decisions.json") == done.text("decisions.json")
    assert other.printed != done.printed  # the scores do look at what came


def test_cells_hours_and_stations_lacking_are_named(done: Done) -> None:
    """The spring case lacks hours and cells, and one station has no value at all: each is said."""
    notes = {n["code"]: n for n in json.loads(done.text("origin.json"))["notes"]}
    lacking = {"weather-cells-filled", "weather-hours-filled", "stations-silent"} & set(notes)
    if done.case.folder != "beijing_spring_2018":
        assert not {"weather-cells-filled", "weather-hours-filled"} & lacking
        return
    assert notes["weather-cells-filled"]["count"] > 0
    assert notes["weather-hours-filled"]["count"] == 3
    assert notes["stations-silent"]["detail"] == "zhiwuyuan"
