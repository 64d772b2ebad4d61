"""What a refused file leaves as it was: the products of earlier cycles, the observations kept; and that no name becomes a path."""

import gzip
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hazecast.archive.database import LEDGER_NAME
from hazecast.archive.observations.store import close_observations, open_observations, verify
from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring.taking_in import TakenIn, take_in
from hazecast.records import Arrivals
from hazecast.survey.settings_file import settings_text
from tests.commands import files_below, hazecast
from tests.mutations import HTML
from tests.small_case import INIT, STATIONS, SmallCase, small_settings, station_csv, write_small_case

LATER = "2019-01-12T06"
ODD_ID = "../../../1001"
NOW = datetime(2019, 1, 13, tzinfo=UTC)
DAMAGES: Mapping[str, bytes] = {
    "cut off": station_csv(0)[:-20].encode(),
    "a page": HTML,
    "words for values": station_csv(0).replace("36.75", "north").encode(),
    "empty": b"",
    "noise": bytes(range(256)) * 20,
}


def kept(archive: Path) -> dict[str, bytes]:
    """Every file but the ledger, which tells of the failure."""
    return {name: content for name, content in files_below(archive).items() if not name.startswith(LEDGER_NAME)}


def rows_of(catalogue: Path) -> list[str]:
    with sqlite3.connect(catalogue) as connection:
        rows = list(connection.iterdump())
    connection.close()
    return rows


def taken_in(folder: Path, observations: Path) -> TakenIn:
    store = open_observations(folder)
    try:
        done = take_in(store, observations, None, Arrivals.RECORDED, lambda: NOW)
        assert verify(store) > 0
        return done
    finally:
        close_observations(store)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    """The small case with a first station and an area whose ids would lead out of every folder, and one cycle run."""
    case = write_small_case(tmp_path_factory.mktemp("odd") / "inside" / "deep" / "case")
    first = case.observations / f"{STATIONS[0][0]}.csv.gz"
    first.write_bytes(gzip.compress(station_csv(0).replace("\n1001,", f"\n{ODD_ID},").encode()))
    text = settings_text(small_settings(case), case.folder)
    text = text.replace("learning_rows = 3000", "learning_rows = 2000")  # too few for a correction, which takes longest
    text = text.replace('"1001"', f'"{ODD_ID}"').replace('id = "jinan"', 'id = "../../../jinan"')
    case.settings.write_text(text, encoding="utf-8")
    done = hazecast("run", "--config", "case.toml", "--cycle", INIT, cwd=case.folder)
    assert (done.status, done.err) == (0, "")
    return case


def test_ids_that_look_like_paths_lead_nowhere(case: SmallCase) -> None:
    top = case.folder.parents[2]
    inside = case.folder.relative_to(top).as_posix()
    places = {"/".join(name.removeprefix(f"{inside}/").split("/")[:1]) for name in files_below(top)}
    assert places == {"meteorology", "observations", "case.toml", "archive", "outbox"}
    assert not any("1001" in name or "jinan" in name for name in files_below(case.folder / "archive"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_refused_run_leaves_earlier_cycles_as_they_were(damage: str, case: SmallCase) -> None:
    station = case.observations / f"{STATIONS[2][0]}.csv.gz"
    good, before, sent = station.read_bytes(), kept(case.folder / "archive"), files_below(case.folder / "outbox")
    assert before
    station.write_bytes(DAMAGES[damage])
    done = hazecast("run", "--config", "case.toml", "--cycle", LATER, cwd=case.folder)
    station.write_bytes(good)
    assert done.status == 2
    assert station.name in done.err
    assert kept(case.folder / "archive") == before
    assert files_below(case.folder / "outbox") == sent


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_refused_file_leaves_the_observations_as_they_were(damage: str, tmp_path: Path) -> None:
    observations = tmp_path / "observations"
    observations.mkdir()
    for number in (0, 1):
        (observations / f"{number}.csv").write_text(station_csv(number), encoding="utf-8")
    taken_in(tmp_path / "store", observations)
    segments, rows = files_below(tmp_path / "store" / "segments"), rows_of(tmp_path / "store" / "catalogue.sqlite")
    (observations / "0.csv").write_bytes(DAMAGES[damage])
    done = taken_in(tmp_path / "store", observations)
    assert [type(error) for error in done.refused] == [UnreadableInput]
    assert "0.csv" in done.refused[0].problem
    assert files_below(tmp_path / "store" / "segments") == segments
    assert rows_of(tmp_path / "store" / "catalogue.sqlite") == rows


def test_what_is_whole_is_not_kept_waiting_for_what_is_not(tmp_path: Path) -> None:
    observations = tmp_path / "observations"
    observations.mkdir()
    (observations / "0.csv").write_bytes(HTML)
    (observations / "1.csv").write_text(station_csv(1), encoding="utf-8")
    done = taken_in(tmp_path / "store", observations)
    assert (done.read, len(done.refused)) == (1, 1)
