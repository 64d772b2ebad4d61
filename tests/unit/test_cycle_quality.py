"""What the checks reject reaches no forecast, no score and no bulletin: with it in the files all is as if it had never been measured."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.archive.netcdf import read_dataset
from tests.commands import hazecast
from tests.small_case import HOURS, INIT, STATIONS, SmallCase, hours_from_first, write_small_case

KEY = "20190112T00Z"
QUICK = {"learning_rows": "3000", "horizon_hours": "24", "languages": '["en"]'}
START = int((np.datetime64(INIT, "h") - hours_from_first(1)[0]) / np.timedelta64(1, "h"))
# (station, hour): in what is learned from, in the last hours before the forecast, and in the hours that it is scored on
ABSURD: Mapping[tuple[int, int], str] = {
    (0, 60): "99999", (1, 61): "-999", (2, 120): "9999", (3, START - 1): "99999", (4, START): "-9999", (0, START): "999999",
    (2, START + 5): "99999", (1, START + 12): "-999",
}  # fmt: skip


def with_values(case: SmallCase, written: Mapping[tuple[int, int], str | None]) -> SmallCase:
    """With other values in some hours; None for a row that is not there."""
    for number, (id, *_) in enumerate(STATIONS):
        file = case.observations / f"{id}.csv.gz"
        header, *rows = gzip.decompress(file.read_bytes()).decode().splitlines()
        changed = {at: value for (station, at), value in written.items() if station == number}
        kept = [
            f"{row.rsplit(',', 1)[0]},{changed[at]}" if at in changed else row
            for at, row in enumerate(rows)
            if changed.get(at, "") is not None
        ]
        file.write_bytes(gzip.compress("\n".join([header, *kept, ""]).encode(), mtime=0))
    return case


def ran(case: SmallCase) -> Mapping[str, object]:
    """`init` and `run` of a case, and what was printed."""
    settings = case.settings
    done = hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", cwd=case.folder)
    assert done.status == 0, done.err
    lines = settings.read_text(encoding="utf-8").splitlines()
    for key, value in QUICK.items():
        (at,) = (i for i, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[at] = f"{key} = {value}"
    settings.write_text("\n".join([*lines, ""]), encoding="utf-8")
    run = hazecast("run", "--config", "case.toml", "--cycle", INIT, "--json", cwd=case.folder)
    assert run.status == 0, run.err
    facts: Mapping[str, object] = json.loads(run.out)
    return facts


@pytest.fixture(scope="module")
def absurd(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return with_values(write_small_case(tmp_path_factory.mktemp("absurd")), ABSURD)


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return with_values(write_small_case(tmp_path_factory.mktemp("lacking")), dict.fromkeys(ABSURD))


@pytest.fixture(scope="module")
def facts(absurd: SmallCase, lacking: SmallCase) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Of the cycle with absurd values, and of the one where these were never measured."""
    return ran(absurd), ran(lacking)


def product(case: SmallCase, name: str) -> Path:
    return case.folder / "case-archive" / KEY / name


@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("name", ["grid.nc", "stations.nc"])
def test_the_forecast_is_the_same_as_without_them(absurd: SmallCase, lacking: SmallCase, name: str) -> None:
    one, other = (read_dataset(product(case, name)) for case in (absurd, lacking))
    assert set(one.variables) == set(other.variables)
    xr.testing.assert_equal(one, other)


def test_the_scores_and_levels_are_the_same_as_without_them(facts: tuple[Mapping[str, object], ...]) -> None:
    one, other = facts
    assert one["scores"]
    for key in ("scores", "levels", "messages"):
        assert one[key] == other[key]


@pytest.mark.usefixtures("facts")
def test_the_bulletin_shows_none_of_them_and_says_how_many_there_were(absurd: SmallCase, lacking: SmallCase) -> None:
    text = product(absurd, "bulletin/bulletin.en.txt").read_text(encoding="utf-8")
    before = sum(1 for _, at in ABSURD if at <= START)
    assert f"{before} " in " ".join(line for line in text.splitlines() if "reject" in line)
    assert not any(number in text for number in ABSURD.values())
    curves = [f.name for f in product(absurd, "bulletin").iterdir() if f.suffix == ".png"]
    assert curves
    for name in curves:
        assert product(absurd, f"bulletin/{name}").read_bytes() == product(lacking, f"bulletin/{name}").read_bytes()


@pytest.mark.usefixtures("facts")
def test_they_are_kept_beside_the_products_with_their_reasons(absurd: SmallCase) -> None:
    kept = pd.read_csv(product(absurd, "rejected.csv"), dtype={"station": str})
    times = np.datetime_as_string(hours_from_first(HOURS), unit="m")
    expected = {(times[at], STATIONS[station][0], float(value)) for (station, at), value in ABSURD.items() if at <= START}
    assert set(kept[["time", "station", "value"]].itertuples(index=False, name=None)) == expected
    assert set(kept["trust"]) == {"rejected"}
