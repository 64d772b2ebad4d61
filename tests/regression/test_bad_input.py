"""Input that cannot be used ends in one clear message and exit status 2, and leaves nothing half-written."""

import gzip
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from hazecast.archive.database import LEDGER_NAME, open_database
from hazecast.archive.ledger import State, cycle_states
from hazecast.survey.settings_file import settings_text
from tests.commands import Done, files_below, hazecast
from tests.small_case import HEADER, INIT, SmallCase, small_settings, small_weather, write_small_case

INIT_COMMAND = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "new.toml")
RUN_COMMAND = ("run", "--config", "case.toml", "--cycle", INIT)


@dataclass(frozen=True)
class Fault:
    """Something wrong with the input of a case, and what must be said of it."""

    name: str
    make: Callable[[SmallCase], object]
    said: str
    both: bool = True  # whether `init` meets it too


def weather_file(case: SmallCase) -> Path:
    return case.meteorology / "era5.nc"


def station_file(case: SmallCase) -> Path:
    return case.observations / "1003.csv.gz"


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def emptied(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def with_weather(change: Callable[[netCDF4.Dataset], object]) -> Callable[[SmallCase], None]:
    def make(case: SmallCase) -> None:
        with netCDF4.Dataset(weather_file(case), "a") as file:
            change(file)

    return make


def with_rows(change: Callable[[str], str]) -> Callable[[SmallCase], None]:
    def make(case: SmallCase) -> None:
        text = gzip.decompress(station_file(case).read_bytes()).decode()
        changed = change(text)
        assert changed != text
        station_file(case).write_bytes(gzip.compress(changed.encode()))

    return make


def with_all_rows(change: Callable[[str], str]) -> Callable[[SmallCase], None]:
    def make(case: SmallCase) -> None:
        for file in case.observations.iterdir():
            file.write_bytes(gzip.compress(change(gzip.decompress(file.read_bytes()).decode()).encode()))

    return make


def another_grid(case: SmallCase) -> None:
    other = small_weather(("u10", "v10"))
    other.assign_coords(longitude=other.longitude + 0.02).to_netcdf(case.meteorology / "other.nc")


def without_units(file: netCDF4.Dataset) -> None:
    file["u10"].delncattr("units")


def append(case: SmallCase, text: str) -> None:
    case.settings.write_text(case.settings.read_text(encoding="utf-8") + text, encoding="utf-8")


def kappa(case: SmallCase, value: str) -> None:
    text = case.settings.read_text(encoding="utf-8")
    assert "kappa = 0.25" in text
    case.settings.write_text(text.replace("kappa = 0.25", f"kappa = {value}"), encoding="utf-8")


def foreign_archive(case: SmallCase) -> None:
    (case.folder / "archive").mkdir()
    (case.folder / "archive" / LEDGER_NAME).write_bytes(b"another program's data " * 100)


FAULTS = (
    Fault("weather not there", lambda c: shutil.rmtree(c.meteorology), "meteorology is not there; expected files of gridded fields"),
    Fault("weather is an empty folder", lambda c: weather_file(c).unlink(), "meteorology holds none; expected files of gridded fields"),
    Fault("weather file empty", lambda c: weather_file(c).write_bytes(b""), "era5.nc is empty"),
    Fault("weather file truncated", lambda c: cut(weather_file(c)), "era5.nc cannot be read as NetCDF"),
    Fault("weather file a web page", lambda c: weather_file(c).write_bytes(b"<html>busy"), "era5.nc holds a web page or a message"),
    Fault("weather file a table", lambda c: weather_file(c).write_text("a,b\n1,2\n"), "era5.nc cannot be read as NetCDF"),
    Fault("wind lacking", with_weather(lambda f: f.renameVariable("u10", "u")), "lacks Eastward wind at 10 m"),
    Fault("wind in knots", with_weather(lambda f: f["u10"].setncattr("units", "knots")), "Eastward wind at 10 m is in 'knots'; expected"),
    Fault("wind without units", with_weather(without_units), "Eastward wind at 10 m has no units; expected one of"),
    Fault("rows of latitude not numbered", with_weather(lambda f: f.renameVariable("latitude", "y")), "lacks the axes latitude"),
    Fault("times without meaning", with_weather(lambda f: f["valid_time"].setncattr("units", "1")), "time cannot be read as times"),
    Fault("two grids in one folder", another_grid, "other.nc and era5.nc"),
    Fault(
        "observations not there", lambda c: shutil.rmtree(c.observations), "observations is not there; expected files of monitoring data"
    ),
    Fault("observations an empty folder", lambda c: emptied(c.observations), "observations holds none; expected files of monitoring data"),
    Fault("station file empty", lambda c: station_file(c).write_bytes(b""), "1003.csv.gz is not a whole CSV file"),
    Fault("station file truncated", lambda c: cut(station_file(c)), "1003.csv.gz is not a whole CSV file"),
    Fault("station file not zipped", lambda c: station_file(c).write_text(HEADER), "1003.csv.gz is not a whole CSV file"),
    Fault("station file a web page", with_rows(lambda _: "<html>\n<p>busy\n"), "1003.csv.gz lacks the columns location_id"),
    Fault("station file cut in a row", with_rows(lambda t: t[:-20]), "row 288 of 288 has no"),
    Fault("a column lacking", with_rows(lambda t: t.replace("parameter", "species")), "lacks the columns parameter"),
    Fault("times without offset", with_rows(lambda t: t.replace("+00:00", "")), "has no offset from UTC"),
    Fault("words for values", with_rows(lambda t: t.replace("36.65", "north")), "could not convert string to float: 'north'"),
    Fault("units of gases", with_rows(lambda t: t.replace("µg/m³", "ppb")), "PM2.5 is in 'ppb'; expected one of"),
    Fault("no PM2.5", with_all_rows(lambda t: t.replace("pm25", "o3")), "holds no PM2.5"),
    Fault("nothing that is known", with_all_rows(lambda t: t.replace("pm25", "radon")), "holds none of pm25"),
    Fault("headers alone", with_all_rows(lambda t: t.splitlines()[0] + "\n"), "holds no observation"),
    Fault(
        "observations of another year",
        with_all_rows(lambda t: t.replace("2019-", "2030-")),
        "no observation that had arrived by",
        both=False,
    ),
    Fault(
        "weather of another region",
        with_weather(lambda f: f["longitude"].__setitem__(slice(None), np.arange(12.0))),
        "from 0 to 11",
        both=False,
    ),
    Fault("an unknown setting", lambda c: append(c, "[vsibility]\n"), "vsibility: there is no such setting", both=False),
    Fault(
        "a setting of another kind",
        lambda c: kappa(c, "'high'"),
        "visibility.kappa: input should be a valid number (found 'high')",
        both=False,
    ),
    Fault("settings not TOML", lambda c: append(c, "kappa: 3\n"), "is not TOML", both=False),
    Fault("settings not text", lambda c: c.settings.write_bytes(b"\xff\xfe\x00"), "is not TOML", both=False),
    Fault("settings a folder", lambda c: (c.settings.unlink(), c.settings.mkdir()), "cannot be read: Is a directory", both=False),
    Fault("no settings", lambda c: c.settings.unlink(), "There is no settings file", both=False),
    Fault("archive a file", lambda c: (c.folder / "archive").write_text("x"), "archive folder", both=False),
    Fault("archive of another program", foreign_archive, "is not a ledger of hazecast", both=False),
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("sound"))
    case.settings.write_text(settings_text(small_settings(case), case.folder), encoding="utf-8")
    return case


@pytest.fixture
def case(sound: SmallCase, tmp_path: Path) -> SmallCase:
    return SmallCase(Path(shutil.copytree(sound.folder, tmp_path / "case")))


def check_message(done: Done, said: str) -> None:
    assert (done.status, done.out) == (2, "")
    problem, remedy = done.err.splitlines()
    assert problem.startswith("hazecast: ")
    assert said in problem
    assert problem.endswith((".", "?"))
    assert len(remedy.strip()) > 10


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.both], ids=lambda fault: fault.name)
def test_init_says_what_is_wrong_and_writes_nothing(fault: Fault, case: SmallCase) -> None:
    fault.make(case)
    before = files_below(case.folder)
    check_message(hazecast(*INIT_COMMAND, cwd=case.folder), fault.said)
    assert files_below(case.folder) == before


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_run_says_what_is_wrong_and_leaves_no_products(fault: Fault, case: SmallCase) -> None:
    fault.make(case)
    before = files_below(case.folder)
    check_message(hazecast(*RUN_COMMAND, cwd=case.folder), fault.said)
    after = files_below(case.folder)
    remembered = (f"archive/{LEDGER_NAME}", "archive/observations/")
    assert [name for name in after if name not in before and not name.startswith(remembered)] == []
    assert {name: content for name, content in after.items() if name in before} == before
    assert not (case.folder / "outbox").exists()


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.both], ids=lambda fault: fault.name)
def test_the_ledger_says_that_the_cycle_failed_and_why(fault: Fault, case: SmallCase) -> None:
    fault.make(case)
    hazecast(*RUN_COMMAND, cwd=case.folder)
    database = open_database(case.folder / "archive")
    (status,) = cycle_states(database)
    database.dispose()
    assert status.state is State.FAILED
    assert fault.said in str(status.error)


def test_a_file_that_may_not_be_read_is_named(case: SmallCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions: the tests may run as root, whom none are refused."""
    whole_open = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "era5.nc":
            raise PermissionError(13, "Permission denied", str(path))
        return whole_open(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    check_message(hazecast(*RUN_COMMAND, cwd=case.folder), "Permission denied")


def test_sources_the_wrong_way_round_are_told_apart(case: SmallCase) -> None:
    swapped = ("init", "--meteorology", "observations", "--observations", "meteorology", "--out", "new.toml")
    check_message(hazecast(*swapped, cwd=case.folder), "meteorology holds none; expected files of monitoring data")
    files = ("init", "--meteorology", station_file(case), "--observations", weather_file(case), "--out", "new.toml")
    check_message(hazecast(*files, cwd=case.folder), "era5.nc is in no format that hazecast knows")
    as_observations = ("init", "--meteorology", weather_file(case), "--observations", weather_file(case), "--out", "new.toml")
    check_message(hazecast(*as_observations, cwd=case.folder), "era5.nc is in no format that hazecast knows")
    assert not (case.folder / "new.toml").exists()


@pytest.mark.parametrize(
    ("cycle", "said"),
    [
        ("2018-12-01T00", "holds no weather from 2016-09-22 00:00 to 2018-12-02 00:00; it has 2019-01-01 00:00 to 2019-01-12 23:00 UTC"),
        ("2150-01-01T00", "holds no weather from 2147-10-24 00:00 to 2150-01-02 00:00; it has"),
        ("2019-02-20T00", "no weather after 2019-02-20 00:00 UTC"),
    ],
)
def test_a_cycle_outside_the_data_is_told_what_there_is(cycle: str, said: str, case: SmallCase) -> None:
    check_message(hazecast("run", "--config", "case.toml", "--cycle", cycle, cwd=case.folder), said)


def test_the_case_itself_is_sound(case: SmallCase) -> None:
    assert hazecast(*INIT_COMMAND, cwd=case.folder).status == 0
    assert (case.folder / "new.toml").is_file()
