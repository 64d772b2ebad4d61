"""`hazecast backtest`: what is asked for wrongly is said before anything runs; what is done is done once."""

import json

import pytest
import xarray as xr

from hazecast.backtest.replay.folder import held
from hazecast.survey.settings_file import settings_text
from tests.backtests import quick_settings
from tests.commands import Done, files_below, hazecast
from tests.small_case import SmallCase, write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("case"))
    case.settings.write_text(settings_text(quick_settings(case), case.folder), encoding="utf-8")
    return case


def backtest(case: SmallCase, *more: object, start: str = "2019-01-09", end: str = "2019-01-11", out: str = "bt") -> Done:
    return hazecast("backtest", "--config", "case.toml", "--start", start, "--end", end, "--out", out, *more, cwd=case.folder)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "2019-01-11", "end": "2019-01-09"}, "--end is 2019-01-09 00:00 UTC, before --start, 2019-01-11 00:00 UTC."),
        ({"end": "2019-01-09"}, "no cycle lies between them."),
        ({"end": "soon"}, "--end is 'soon'; expected a time in UTC."),
        ({"start": "2019-01-09T00:30"}, "--start is 2019-01-09T00:30; expected a full hour in UTC."),
    ],
)
def test_a_period_that_is_none_is_said(options: dict[str, str], said: str, case: SmallCase) -> None:
    done = backtest(case, out="none", **options)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert not (case.folder / "none").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--every", "0h"), "--every is '0h'; expected a number of hours, one at least.\n          Give it as 24h, 12h or 6h."),
        (("--every", "-6h"), "--every is '-6h'; expected a number of hours"),
        (("--every", "daily"), "--every is 'daily'; expected a number of hours"),
        (("--workers", "-1"), "--workers is -1; expected a number of processes, or the address of a cluster."),
        (("--workers", "2", "--dask", "tcp://127.0.0.1:1"), "--workers and --dask are both given"),
        (("--cost-ratio", "8:1"), "--cost-ratio is '8:1'"),
    ],
)
def test_options_that_cannot_be_are_said(options: tuple[str, ...], said: str, case: SmallCase) -> None:
    done = backtest(case, *options, out="none")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not (case.folder / "none").exists()


@pytest.mark.parametrize(("start", "end"), [("2015-11-01", "2015-12-01"), ("2021-01-01", "2021-02-01")])
def test_a_period_without_data_is_said_with_what_there_is(start: str, end: str, case: SmallCase) -> None:
    done = backtest(case, start=start, end=end, out=f"empty-{start}")
    assert (done.status, done.out) == (2, "")
    assert f"holds no observations for cycles from {start} 00:00 to " in done.err
    assert "it holds those from 2019-01-01 00:00 to 2019-01-12 23:00 UTC." in done.err


def test_a_folder_of_something_else_is_left_alone(case: SmallCase) -> None:
    before = files_below(case.meteorology)
    done = backtest(case, out="meteorology")
    assert done.status == 2
    assert (
        "meteorology holds era5.nc and no backtest; a new or empty folder was expected.\n          Choose another with --out." in done.err
    )
    assert files_below(case.meteorology) == before


def test_a_backtest_that_runs_is_left_to_the_other_process(case: SmallCase) -> None:
    with held(case.folder / "busy"):
        done = backtest(case, out="busy")
    assert done.status == 2
    assert "Another process is running the backtest in busy." in done.err


@pytest.mark.slow
def test_a_backtest_runs_once_and_only_looks_the_second_time(case: SmallCase) -> None:
    first = backtest(case, "--workers", "1", "--json")
    assert first.status == 0, first.err
    told = json.loads(first.out)
    assert (told["cycles_planned"], told["cycles_done"], told["done_before"], told["failed"]) == (2, 2, 0, [])
    out = case.folder / "bt"
    names = {"forecasts.nc", "observed.nc", "warnings.json", "backtest.json", "settings.json", "scorecard.html", "scores.csv", "scores.nc"}
    assert names <= {p.name for p in out.iterdir()}
    with xr.open_dataset(out / "forecasts.nc", decode_timedelta=False) as forecasts:
        assert dict(forecasts["pm25"].sizes) == {"init_time": 2, "station": 5, "lead_time": 24}
        assert forecasts["pm25"].notnull().all()
        assert "perfect prognosis" in forecasts.attrs["comment"]
    record = json.loads((out / "backtest.json").read_text(encoding="utf-8"))
    assert [cycle["model"] for cycle in record["cycles"]] == [record["models"][0]["id"]] * 2
    assert not list(out.glob("cycles/*/bulletin")), "nobody is told"
    assert not (case.folder / "outbox").exists()
    before = {name: content for name, content in files_below(out).items() if not name.endswith((".html", ".lock"))}
    again = backtest(case)
    assert again.status == 0, again.err
    assert "2 of 2 from 2019-01-09 00:00 to 2019-01-11 00:00 UTC: 0 run, 2 done before, 0 without data" in again.out
    assert {name: content for name, content in files_below(out).items() if not name.endswith((".html", ".lock"))} == before
    other = backtest(case, "--every", "12h")
    assert other.status == 2
    assert "bt holds another backtest: every_hours 24 (now 12)." in other.err
    assert {name: content for name, content in files_below(out).items() if not name.endswith((".html", ".lock"))} == before
