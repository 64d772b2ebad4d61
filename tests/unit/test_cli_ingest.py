"""`hazecast ingest` and `hazecast inputs`: what is remembered, and what a cycle used, read back bit for bit."""

import gzip
import json
from pathlib import Path

import pytest
import xarray as xr

from hazecast.archive.database import LEDGER_NAME
from tests.commands import Done, files_below, hazecast
from tests.small_case import HEADER, INIT, SmallCase, write_small_case
from tests.unit.test_cli_run import QUICK, set_to

KEY = "20190112T00Z"
CORRECTION = f"{HEADER}\n1001,1,Jinan North,2019-01-03T05:00:00Z,36.75,117.0,pm25,µg/m³,700\n"


def command(case: SmallCase, *arguments: object) -> Done:
    return hazecast(*arguments, "--config", "case.toml", cwd=case.folder)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("case"))
    init = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml")
    assert hazecast(*init, cwd=case.folder).status == 0
    set_to(case.settings, **QUICK)
    return case


@pytest.fixture(scope="module")
def ran(case: SmallCase) -> SmallCase:
    """A cycle was run, and since then its inputs were corrected, added to and removed, and taken in."""
    done = command(case, "run", "--cycle", INIT)
    assert done.status == 0, done.err
    (case.observations / "1002.csv.gz").unlink()
    kept = gzip.decompress((case.observations / "1003.csv.gz").read_bytes()).decode().splitlines()
    (case.observations / "1003.csv.gz").write_bytes(gzip.compress("\n".join([kept[0], *kept[40:]]).encode()))
    (case.observations / "zz.csv").write_text(CORRECTION, encoding="utf-8")
    assert command(case, "ingest").status == 0
    return case


def test_ingest_says_what_came_and_what_there_is(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    case.settings.write_text("", encoding="utf-8")
    init = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", "--force")
    assert hazecast(*init, cwd=case.folder).status == 0
    lines = command(case, "ingest").out.splitlines()
    assert lines[0].startswith("Observations  5 new or changed files, 0 as before, 0 refused; values: 1,440 new, 0 late, 0 corrected")
    assert lines[1] == "Meteorology   1 files: 1 new, 0 changed, 0 gone"
    assert lines[2] == "In the archive: pm25 of 5 stations, 2019-01-01 00:00 to 2019-01-12 23:00 UTC;"
    told = json.loads(command(case, "ingest", "--json").out)
    assert told["files"] == {"read": 0, "unchanged": 5, "refused": []}
    assert told["archive"]["values"] == 1440
    assert told["archive"]["watched_since"] is not None


def test_ingest_names_what_it_refuses_and_ends_with_status_2(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    init = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml")
    assert hazecast(*init, cwd=case.folder).status == 0
    (case.observations / "bad.csv").write_text("half a file", encoding="utf-8")
    done = command(case, "ingest", "--backfill")
    assert done.status == 2
    assert "1,440 new" in done.out
    assert any(line.startswith("Refused       ") and "bad.csv" in line for line in done.out.splitlines())
    assert "all arrivals are assumed" in done.out


def test_inputs_of_a_cycle_are_read_back_after_all_that_came_since(ran: SmallCase) -> None:
    done = command(ran, "inputs", INIT)
    assert (done.status, done.err) == (0, ""), done.out
    lines = done.out.splitlines()
    assert lines[0] == f"Cycle {KEY} was made from"
    assert [line.split()[0] for line in lines[1:8]] == ["meteorology", *["observations"] * 5, "answer"]
    states = {Path(line.split()[3].rstrip(";")).name: line.split()[2] for line in lines[1:7]}
    assert states == {
        "era5.nc": "same",
        "1001.csv.gz": "same",
        "1002.csv.gz": "gone",
        "1003.csv.gz": "changed",
        "1004.csv.gz": "same",
        "1005.csv.gz": "same",
    }
    assert lines[7].endswith("  same")
    assert lines[-1] == "All of it can be read as it was."


def test_inputs_writes_the_values_that_were_used(ran: SmallCase) -> None:
    told = json.loads(command(ran, "inputs", KEY, "--json", "--out", "used.nc").out)
    assert (told["whole"], told["observations"]["same"], told["written"]) == (True, True, "used.nc")
    with xr.open_dataset(ran.folder / "used.nc") as used:
        assert float(used["pm25"].sel(time="2019-01-03T05", station="1001")) != 700.0
        assert int(used["pm25"].notnull().sum()) == 5 * (11 * 24 + 1)
    stored = json.loads((ran.folder / "case-archive" / KEY / "origin.json").read_text(encoding="utf-8"))["observations"]
    assert stored["sha256"] == told["observations"]["sha256"]
    assert stored["question"]["newest_batch"] == told["observations"]["newest_batch"]


def test_a_gridded_file_that_changed_is_told_with_status_1(ran: SmallCase) -> None:
    weather = ran.meteorology / "era5.nc"
    content = weather.read_bytes()
    weather.write_bytes(content + b"\0")
    try:
        done = command(ran, "inputs", INIT)
    finally:
        weather.write_bytes(content)
    assert done.status == 1
    assert "CHANGED" in done.out
    assert done.out.splitlines()[-1] == "Not all of it can be read as it was: restore it from a backup."


def test_inputs_of_no_cycle_are_refused(ran: SmallCase) -> None:
    done = command(ran, "inputs", "2019-01-11T00")
    assert done.status == 2
    assert "20190111T00Z is not in the ledger" in done.err


def test_looking_for_inputs_makes_no_archive(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    init = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml")
    assert hazecast(*init, cwd=case.folder).status == 0
    before = files_below(tmp_path)
    done = command(case, "inputs", INIT)
    assert (done.status, "There is no archive" in done.err) == (2, True)
    assert files_below(tmp_path) == before
    assert LEDGER_NAME not in {Path(name).name for name in before}
