"""`hazecast atlas`: a table and a map in each language of the settings."""

import csv
import json
from pathlib import Path

import pytest

from tests.commands import Done, files_below, hazecast
from tests.small_case import STATIONS, SmallCase, write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("atlas"))
    done = hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", cwd=case.folder)
    assert (done.status, done.err) == (0, "")
    return case


def counted(case: SmallCase, *more: str) -> Done:
    return hazecast("atlas", "--config", "case.toml", "--year", "2019", "--json", *more, cwd=case.folder)


def test_twelve_days_are_a_count_only_where_so_few_are_enough(case: SmallCase) -> None:
    done = counted(case, "--least-days", "9")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    assert (told["rule"], told["stations"], told["unknown"]) == ("pm25", len(STATIONS), 0)
    folder = case.folder / "case-atlas"
    assert set(files_below(folder)) == {
        "haze-days-2019.csv",
        *(f"haze-days-2019.{language}.{ending}" for language in ("zh", "en") for ending in ("png", "svg")),
    }
    with Path(folder / "haze-days-2019.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file) if row["kind"] == "station"}
    assert {id: int(row["haze_days"]) for id, row in rows.items()} == told["haze_days"]
    assert all(9 <= int(row["known_days"]) <= 13 for row in rows.values())
    assert json.loads(counted(case).out)["unknown"] == len(STATIONS)


def test_a_year_that_is_none_is_refused(case: SmallCase) -> None:
    done = hazecast("atlas", "--config", "case.toml", "--year", "15", cwd=case.folder)
    assert done.status == 2
    assert "--year is 15; expected one from 1700 to 2199." in done.err
