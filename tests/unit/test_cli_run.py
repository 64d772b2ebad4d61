"""The way of a user, from data to bulletin: `hazecast init`, `hazecast run`, and `hazecast run` again."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xarray as xr

from hazecast.archive.database import open_database
from hazecast.archive.decisions import load_decisions
from hazecast.archive.ledger import Claim, State, claim_cycle, cycle_status
from hazecast.archive.manifest import verify_products
from hazecast.records import Cycle, Driver, Rung
from tests.commands import Done, files_below, hazecast
from tests.small_case import INIT, SmallCase, write_small_case

KEY = "20190112T00Z"
CYCLE = Cycle(datetime(2019, 1, 12, tzinfo=UTC), datetime(2019, 1, 12, tzinfo=UTC), timedelta(hours=24))
QUICK = {"learning_rows": "2000", "horizon_hours": "24", "languages": '["en"]'}  # too few rows for a correction, which takes longest
CORRECTED = {"learning_rows": "3000"}


def set_to(file: Path, **values: str) -> None:
    """Change settings of the file that `init` wrote; each must be there."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for key, value in values.items():
        (at,) = (i for i, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[at] = f"{key} = {value}"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def init(case: SmallCase, *more: str) -> Done:
    return hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", *more, cwd=case.folder)


def run(case: SmallCase, *more: str, config: str = "case.toml", cycle: str = INIT) -> Done:
    return hazecast("run", "--config", config, "--cycle", cycle, *more, cwd=case.folder)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    """A case whose settings are written and made quick."""
    case = write_small_case(tmp_path_factory.mktemp("case"))
    done = init(case)
    assert (done.status, done.err) == (0, "")
    set_to(case.settings, **QUICK)
    return case


@pytest.fixture(scope="module")
def first(case: SmallCase) -> Done:
    """The first run of the cycle."""
    return run(case)


@pytest.fixture(scope="module")
def archive(case: SmallCase, first: Done) -> Path:
    assert first.status == 0, first.err
    return case.folder / "case-archive" / KEY


def another(case: SmallCase, name: str, **values: str) -> str:
    """Settings of the same case that keep their results elsewhere."""
    file = case.folder / f"{name}.toml"
    file.write_bytes(case.settings.read_bytes())
    set_to(file, archive=f'"{name}-archive"', outbox=f'"{name}-bulletins"', **values)
    return file.name


def test_init_says_what_it_found_and_where_the_settings_are(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    done = init(case)
    assert (done.status, done.err) == (0, "")
    assert "Stations      5 in 1 area (Jinan)" in done.out.splitlines()
    assert done.out.endswith("Written       case.toml\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case.toml", "meteorology", "observations"]


def test_init_for_a_program_prints_one_json_object(tmp_path: Path) -> None:
    done = init(write_small_case(tmp_path), "--json")
    assert json.loads(done.out)["settings_file"] == "case.toml"
    assert done.err == ""


def test_init_makes_the_folder_that_the_settings_are_to_stand_in(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    out = tmp_path / "new" / "folder" / "case.toml"
    assert hazecast("init", "--meteorology", case.meteorology, "--observations", case.observations, "--out", out, cwd=Path("/")).status == 0
    assert 'path = "../../meteorology"' in out.read_text(encoding="utf-8")


def test_settings_that_are_there_are_replaced_only_when_asked(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    case.settings.write_text("mine", encoding="utf-8")
    refused = init(case)
    assert refused.status == 2
    assert refused.err == "hazecast: case.toml is there already.\n          Choose another name, or replace it with --force.\n"
    assert case.settings.read_text(encoding="utf-8") == "mine"
    assert init(case, "--force").status == 0
    assert "[site]" in case.settings.read_text(encoding="utf-8")


def test_run_tells_what_it_forecast_how_right_it_was_and_where_it_is(first: Done, archive: Path) -> None:
    assert first.err == ""
    lines = first.out.splitlines()
    assert lines[0] == f"Haze forecast for Jinan: cycle {KEY}"
    assert (
        "known by 2019-01-12 08:00 UTC+08:00; made with the weather that came (perfect prognosis), not with a forecast of it." in lines[1]
    )
    assert any(line.startswith("Jinan  ") for line in lines)
    assert "Against observations (µg/m³)" in lines
    scores = lines[lines.index("Against observations (µg/m³)") :]
    assert [line.split()[0] for line in scores if line.startswith("  ") and "–" in line] == ["1–6", "7–12", "13–24"]
    sources = lines[lines.index("Where it comes from") + 1]
    assert sources.startswith("  Jinan, ")
    assert "Jinan (own)" in sources
    assert f"Products   {archive}" in lines
    assert lines[-1].startswith("Delivered  ")


def test_the_products_are_whole_and_delivered_once(archive: Path, case: SmallCase) -> None:
    names = {p.name for p in verify_products(archive)}
    assert {"grid.nc", "stations.nc", "draws.nc", "decisions.json", "origin.json", "bulletin/bulletin.en.html"} <= names
    assert len(list((case.folder / "case-bulletins").iterdir())) == 1
    assert not [name for name in files_below(case.folder) if "partial" in name or "/." in name]


def test_a_forecast_on_an_analysis_is_called_a_perfect_prognosis_in_every_product(archive: Path) -> None:
    for name in ("grid.nc", "stations.nc", "draws.nc"):
        with xr.open_dataset(archive / name) as product:
            assert "perfect prognosis" in product.attrs["comment"]
    assert '"perfect-prognosis"' in (archive / "origin.json").read_text(encoding="utf-8")
    for name in ("bulletin.en.html", "bulletin.en.txt"):
        assert "perfect prognosis" in (archive / "bulletin" / name).read_text(encoding="utf-8")


def test_weather_called_a_forecast_is_not_called_a_perfect_prognosis(case: SmallCase) -> None:
    done = run(case, config=another(case, "forecast", kind='"forecast"'))
    assert done.status == 0
    assert "perfect prognosis" not in done.out
    for name, content in files_below(case.folder / "forecast-archive" / KEY).items():
        if not name.endswith(".nc"):
            assert b"erfect" not in content, name


def test_cycles_before_one_that_is_done_are_kept_and_announced_to_nobody_and_tell_what_changed(case: SmallCase, archive: Path) -> None:
    delivered = files_below(case.folder / "case-bulletins")
    done = run(case, cycle="2019-01-11T00")
    assert done.status == 0
    assert "Not delivered to anybody: a later cycle is done" in done.out
    verify_products(archive.parent / "20190111T00Z")
    assert run(case, cycle="2019-01-11T01").status == 0
    assert files_below(case.folder / "case-bulletins") == delivered
    change = load_decisions(archive.parent / "20190111T01Z").reasons[0].change
    assert change is not None
    assert (change.cycle_key, [part.driver for part in change.parts]) == ("20190111T00Z", list(Driver))
    assert {part.driver: part.pm25 for part in change.parts}[Driver.WEATHER] == 0.0, "an analysis stands in for both cycles' forecast"
    facts = json.loads((archive.parent / "20190111T01Z" / "bulletin" / "facts.json").read_text(encoding="utf-8"))
    assert facts["areas"][0]["windows"][0]["why"]["change"]["parts"]["weather"] == 0.0


def test_the_same_cycle_again_changes_and_sends_nothing(case: SmallCase, archive: Path) -> None:
    before = files_below(archive), files_below(case.folder / "case-bulletins")
    again = run(case)
    assert again.status == 0
    assert again.out.splitlines()[0].endswith(f"cycle {KEY} (done before; nothing was sent again)")
    assert "Delivered" not in again.out
    assert "Against observations (µg/m³)" in again.out
    assert (files_below(archive), files_below(case.folder / "case-bulletins")) == before


@pytest.mark.slow
def test_another_archive_gets_the_same_products_byte_by_byte_the_learnt_correction_too(case: SmallCase) -> None:
    told = [json.loads(run(case, "--json", config=another(case, name, **CORRECTED)).out) for name in ("one", "two")]
    assert [t["standing"] for t in told] == ["claimed", "claimed"]
    with xr.open_dataset(case.folder / "one-archive" / KEY / "stations.nc") as stations:
        assert set(stations["rung"].values[:, :-1].ravel().tolist()) == {Rung.CORRECTED}
        assert set(stations["rung"].values[:, -1].tolist()) == {Rung.WITHOUT_WEATHER}, "the weather ends an hour early"
    assert files_below(case.folder / "one-archive" / KEY) == files_below(case.folder / "two-archive" / KEY)
    assert files_below(case.folder / "one-bulletins") == files_below(case.folder / "two-bulletins")


def test_the_data_may_lie_elsewhere_and_only_their_paths_differ(case: SmallCase, archive: Path, tmp_path: Path) -> None:
    moved = write_small_case(tmp_path)
    moved.settings.write_bytes(case.settings.read_bytes())
    assert run(moved).status == 0
    ours, theirs = files_below(archive), files_below(tmp_path / "case-archive" / KEY)
    assert {name for name in ours if ours[name] != theirs[name]} <= {"origin.json", "manifest.json"}
    assert ours["origin.json"].replace(os.fsencode(case.folder), b"") == theirs["origin.json"].replace(os.fsencode(tmp_path), b"")


def test_other_settings_do_not_change_a_cycle_that_is_done_and_that_is_said(case: SmallCase, archive: Path) -> None:
    before, kept = files_below(archive), case.settings.read_bytes()
    set_to(case.settings, kappa="0.3")
    again = run(case)
    case.settings.write_bytes(kept)
    assert "(done before with other settings; nothing was sent again)" in again.out
    assert files_below(archive) == before


def test_as_of_takes_the_clock_back(case: SmallCase, archive: Path) -> None:
    done = run(case, "--as-of", "2019-01-11T18", "--json", config=another(case, "earlier"))
    assert json.loads(done.out)["as_of"] == "2019-01-11T18:00:00+00:00"
    earlier = case.folder / "earlier-archive" / KEY
    assert json.loads((earlier / "origin.json").read_text(encoding="utf-8"))["as_of"] == "2019-01-11T18:00:00+00:00"
    assert files_below(earlier)["stations.nc"] != files_below(archive)["stations.nc"]


def test_run_for_a_program_prints_one_json_object(case: SmallCase, archive: Path) -> None:
    done = run(case, "--json")
    told = json.loads(done.out)
    assert (told["standing"], told["delivered"], told["undelivered"], done.err) == ("done", [], [], "")
    assert [s["first_lead"] for s in told["scores"]] == [1, 7, 13]
    assert told["folder"] == str(archive)


def test_a_cycle_that_somebody_else_runs_is_left_to_him(case: SmallCase, archive: Path) -> None:
    config = another(case, "busy")
    database = open_database(case.folder / "busy-archive")
    claim = claim_cycle(database, CYCLE, "somebody else", "settings", datetime.now(UTC))
    database.dispose()
    assert isinstance(claim, Claim)
    done = run(case, config=config)
    assert (done.status, done.out) == (0, f"Cycle {KEY} is being run by somebody else; nothing was done.\n")
    assert not (case.folder / "busy-archive" / KEY).exists()
    assert archive.exists()


def test_a_bulletin_that_cannot_be_delivered_does_not_lose_the_cycle_and_is_told(case: SmallCase) -> None:
    config = another(case, "barred")
    (case.folder / "barred-bulletins").write_text("a file where a folder should be", encoding="utf-8")
    done = run(case, config=config)
    assert done.status == 0
    assert "Not delivered to outbox (pending): " in done.out
    assert len(verify_products(case.folder / "barred-archive" / KEY)) > 4
    (case.folder / "barred-bulletins").unlink()


def test_a_product_that_was_changed_afterwards_is_an_error(case: SmallCase) -> None:
    config = another(case, "changed")
    assert run(case, config=config).status == 0
    product = case.folder / "changed-archive" / KEY / "stations.nc"
    product.write_bytes(product.read_bytes()[:-1])
    done = run(case, config=config)
    assert (done.status, done.out) == (2, "")
    assert "is not as it was stored; these files changed, are lacking or were added: stations.nc." in done.err


@pytest.mark.parametrize("text", ["2019-01-12", "20190112T00Z", "2019-01-12T08:00+08:00", " 2019-01-12 00:00 "])
def test_a_cycle_may_be_written_in_several_ways(text: str, case: SmallCase, archive: Path) -> None:
    assert f"Products   {archive}" in run(case, cycle=text).out


def test_an_interrupt_in_the_middle_ends_without_a_traceback_and_leaves_no_products(case: SmallCase) -> None:
    config = another(case, "interrupted", **CORRECTED)
    command = [sys.executable, "-m", "hazecast", "run", "--config", config, "--cycle", INIT]
    ledger = case.folder / "interrupted-archive" / "ledger.sqlite"
    with subprocess.Popen(command, cwd=case.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        until = time.monotonic() + 60
        while not ledger.exists() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert (out, "Traceback" in err) == ("", False)
    assert not [name for name in files_below(ledger.parent) if not name.startswith(("ledger.sqlite", "observations/"))]
    database = open_database(ledger.parent)
    status = cycle_status(database, KEY)
    database.dispose()
    assert status is None or status.state is State.FAILED


def test_an_interrupt_while_forecasting_is_recorded_with_the_cycle(case: SmallCase, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hazecast.forecast.predict.emission_of", interrupt)
    done = run(case, config=another(case, "stopped"))
    assert (done.status, done.out) == (130, "")
    database = open_database(case.folder / "stopped-archive")
    status = cycle_status(database, KEY)
    database.dispose()
    assert status is not None
    assert (status.state, status.error) == (State.FAILED, "KeyboardInterrupt: ")


def test_a_cycle_that_failed_is_run_when_its_input_is_mended(case: SmallCase, archive: Path) -> None:
    config = another(case, "mended")
    broken = case.observations / "broken.csv"
    broken.write_text("half a file", encoding="utf-8")
    failed = run(case, config=config)
    broken.unlink()
    assert failed.status == 2
    assert run(case, config=config).status == 0
    assert files_below(case.folder / "mended-archive" / KEY) == files_below(archive)


def test_a_bulletin_is_traced_back_to_each_file_and_made_again_byte_for_byte(case: SmallCase, archive: Path) -> None:
    (bulletin,) = {json.loads((archive / "bulletin" / "bulletin.json").read_text())["id"]}
    done = hazecast("trace", bulletin, "--config", "case.toml", "--reproduce", "--json", cwd=case.folder)
    told = json.loads(done.out)
    assert (done.status, told["bulletin"], told["whole"]) == (0, bulletin, True), done.err
    assert {i["role"] for i in told["inputs"]} == {"meteorology", "observations"}
    assert told["reproduced"]["exact"], told["reproduced"]["different"]
    assert len(told["reproduced"]["same"]) == len(told["products"]) > 5


def test_a_cycle_that_was_run_after_a_later_one_is_made_again_as_silent_as_it_was(case: SmallCase, archive: Path) -> None:
    assert archive.is_dir()
    assert run(case, cycle="2019-01-11T00").status == 0
    done = hazecast("trace", "20190111T00Z", "--config", "case.toml", "--reproduce", "--json", cwd=case.folder)
    assert json.loads(done.out)["reproduced"]["different"] == [], done.err
    assert done.status == 0


def test_a_sentence_leads_to_its_area_and_one_that_nobody_said_to_an_error(case: SmallCase, archive: Path) -> None:
    done = hazecast("trace", archive.name, "--config", "case.toml", "--sentence", "jinan", cwd=case.folder)
    assert done.status == 0, done.err
    assert "bulletin.en.txt, line " in done.out
    assert "  area     jinan" in done.out
    wrong = hazecast("trace", archive.name, "--config", "case.toml", "--sentence", "sunny", cwd=case.folder)
    assert (wrong.status, "No line of bulletin" in wrong.err) == (2, True)


def test_a_damaged_file_and_a_bulletin_that_there_is_none_of_are_told(case: SmallCase, archive: Path) -> None:
    file = archive / "stations.nc"
    content = file.read_bytes()
    try:
        file.write_bytes(content[:-1])
        done = hazecast("trace", archive.name, "--config", "case.toml", cwd=case.folder)
    finally:
        file.write_bytes(content)
    assert done.status == 1
    assert "stations.nc" in done.out
    assert "A link is broken" in done.out
    wrong = hazecast("trace", "20190113T00Z", "--config", "case.toml", cwd=case.folder)
    assert wrong.status == 2
    assert "There is no bulletin '20190113T00Z'; the newest is of cycle 20190112T00Z." in wrong.err
