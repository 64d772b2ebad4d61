"""What was decided and from what, written as JSON and read back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hazecast.archive.decisions import DECISIONS_FILE, Decisions, decisions_json, load_decisions, load_origin, origin_json
from hazecast.errors import ArchiveError
from hazecast.records import Action, Cycle, InputFile, Level, Note, NoteCode
from tests.bulletin_facts import blind_facts, episode_facts

INIT = datetime(2020, 2, 29, 18, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT + timedelta(minutes=45), timedelta(hours=36))
INPUTS = (InputFile(Path("/data/era5 霾.nc"), "ab" * 32, 12345, "meteorology"),)
NOTES = (Note(NoteCode.PERFECT_PROGNOSIS), Note(NoteCode.VALUES_REJECTED, 3, "PM2.5"))


def stored(folder: Path, content: bytes) -> Path:
    (folder / DECISIONS_FILE).write_bytes(content)
    return folder


@pytest.mark.parametrize("facts", [episode_facts, blind_facts])
def test_decisions_are_read_back_as_they_were(facts: Callable[[], Any], tmp_path: Path) -> None:
    assessment = facts().assessment
    read = load_decisions(stored(tmp_path, decisions_json(assessment)))
    assert read == Decisions(assessment.windows, assessment.messages, assessment.in_force, assessment.statuses, assessment.reasons)


def test_a_reader_finds_levels_and_actions_by_name_and_times_with_their_offset() -> None:
    assessment = episode_facts().assessment
    told = json.loads(decisions_json(assessment))
    assert (told["cycle"], told["edition"]) == (assessment.cycle.key, assessment.edition)
    assert {w["level"] for w in told["windows"]} == {w.level.name.lower() for w in assessment.windows}
    assert {m["action"] for m in told["messages"]} <= {a.value for a in Action}
    assert told["windows"][0]["valid_from"].endswith("+00:00")
    assert told["windows"][0]["chances"][0]["level"] in {level.name.lower() for level in Level}


def test_unknown_is_written_as_unknown() -> None:
    told = json.loads(decisions_json(blind_facts().assessment))
    assert "unknown" in {w["level"] for w in told["windows"]}


def test_the_same_decisions_give_the_same_bytes() -> None:
    assert decisions_json(episode_facts().assessment) == decisions_json(episode_facts().assessment)


def test_the_origin_names_inputs_software_settings_and_remarks(tmp_path: Path) -> None:
    content = origin_json(CYCLE, "1.2.3", "cd" * 32, INPUTS, NOTES)
    told = json.loads(content)
    assert told["init_time"] == "2020-02-29T18:00:00+00:00"
    assert told["as_of"] == "2020-02-29T18:45:00+00:00"
    assert told["horizon_hours"] == 36
    assert told["software_version"] == "1.2.3"
    assert told["inputs"] == [{"path": "/data/era5 霾.nc", "sha256": "ab" * 32, "size_bytes": 12345, "role": "meteorology"}]
    assert told["notes"][0] == {"code": "perfect-prognosis", "count": None, "detail": ""}
    (tmp_path / "origin.json").write_bytes(content)
    origin = load_origin(tmp_path / "origin.json")
    assert (origin.settings_sha256, origin.notes) == ("cd" * 32, NOTES)


def test_json_products_hold_nothing_that_is_not_json() -> None:
    with pytest.raises(TypeError, match="has no place in a JSON product"):
        origin_json(CYCLE, {1, 2}, "", (), ())  # type: ignore[arg-type]


def _without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda told: {k: v for k, v in told.items() if k != key}


def _with_window(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda told: told | {"windows": [told["windows"][0] | changes]}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_without("windows"), id="a part lacking"),
        pytest.param(lambda told: [told], id="a list"),
        pytest.param(lambda told: told | {"windows": 3}, id="a number for a list"),
        pytest.param(lambda told: told | {"messages": [3]}, id="a number for a message"),
        pytest.param(_with_window(level="purple"), id="a level that is not known"),
        pytest.param(_with_window(level=3), id="a level as a number"),
        pytest.param(_with_window(valid_from="soon"), id="no time"),
        pytest.param(_with_window(valid_until="2000-01-01T00:00:00+00:00"), id="a window that ends before it begins"),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_archive(damage: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    told = json.loads(decisions_json(episode_facts().assessment))
    with pytest.raises(ArchiveError, match=r"decisions\.json cannot be read"):
        load_decisions(stored(tmp_path, json.dumps(damage(told)).encode()))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"{}"])
def test_a_damaged_file_is_an_error_of_the_archive(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"decisions\.json cannot be read"):
        load_decisions(stored(tmp_path, content))
    with pytest.raises(ArchiveError, match=r"decisions\.json cannot be read"):
        load_origin(tmp_path / DECISIONS_FILE)


def test_an_absent_file_is_an_error_of_the_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="Restore it from a backup"):
        load_decisions(tmp_path)


def test_an_assessment_without_messages_is_read_back_too(tmp_path: Path) -> None:
    assessment = replace(episode_facts().assessment, messages=(), in_force=())
    assert load_decisions(stored(tmp_path, decisions_json(assessment))).messages == ()
