"""What came of a cycle, told to a person and to a program."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.decisions import DECISIONS_FILE, ORIGIN_FILE, decisions_json, origin_json
from hazecast.archive.ledger import Standing
from hazecast.backtest.scores import LeadScore
from hazecast.config import Settings
from hazecast.config.places import AreaSettings
from hazecast.cycle import Outcome
from hazecast.errors import ArchiveError
from hazecast.records import (
    Action,
    Assessment,
    Cycle,
    HazeWarning,
    Level,
    LevelChance,
    Note,
    NoteCode,
    Receipt,
    WindowAssessment,
)
from hazecast.report import cycle_facts, cycle_lines, demo_lines
from tests.small_case import SmallCase, small_settings

INIT = datetime(2019, 1, 12, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
CHANCES = (LevelChance(Level.YELLOW, 0.74), LevelChance(Level.ORANGE, 0.22), LevelChance(Level.RED, None))
WINDOW = WindowAssessment(
    "jinan", INIT, INIT + timedelta(hours=24), Level.YELLOW, "yellow-3", CHANCES, 178.4, 67.0, 244.0, INIT + timedelta(hours=22),
    2100.0, "1001", Level.ORANGE, hours=24, hours_known=24, values=120,
)  # fmt: skip
UNKNOWN = replace(
    WINDOW, level=Level.UNKNOWN, condition="", chances=(), peak_pm25=None, peak_pm25_low=None, peak_pm25_high=None, peak_time=None
)
NONE = replace(WINDOW, level=Level.NONE, condition="", peak_pm25=40.0)
MESSAGE = HazeWarning(
    "w1", "jinan", "cma-haze-2013", Action.ISSUE, Level.YELLOW, INIT, INIT + timedelta(hours=24), INIT, CYCLE.key, "yellow-3", 0.74, ()
)
SCORE = LeadScore(1, 6, 30, 2, 94.0, 5.4, 9.2, 17.1, 82.4, 0.9)
RECEIPT = Receipt("k", "b", "outbox", "folder", INIT, "/outbox/b")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_settings(SmallCase(tmp_path))


def outcome_of(
    folder: Path,
    settings: Settings,
    windows: tuple[WindowAssessment, ...] = (WINDOW,),
    messages: tuple[HazeWarning, ...] = (MESSAGE,),
    notes: tuple[Note, ...] = (Note(NoteCode.PERFECT_PROGNOSIS),),
    standing: Standing = Standing.CLAIMED,
    receipts: tuple[Receipt, ...] = (RECEIPT,),
) -> Outcome:
    nothing = np.zeros(0)
    told = Assessment(CYCLE, "cma-haze-2013", nothing, nothing, windows, messages, messages)  # type: ignore[arg-type]
    (folder / DECISIONS_FILE).write_bytes(decisions_json(told))
    (folder / ORIGIN_FILE).write_bytes(origin_json(CYCLE, "1", settings.sha256(), (), notes))
    return Outcome(standing, CYCLE, folder, None, None, receipts)


def lines_of(folder: Path, settings: Settings, **changes: object) -> str:
    return "\n".join(cycle_lines(outcome_of(folder, settings, **changes), (SCORE,), (), settings))  # type: ignore[arg-type]


def test_a_cycle_is_told_in_a_few_lines(tmp_path: Path, settings: Settings) -> None:
    assert cycle_lines(outcome_of(tmp_path, settings), (SCORE,), (), settings) == [
        "Haze forecast for Jinan: cycle 20190112T00Z",
        "From 2019-01-12 08:00 UTC+08:00 for 24 h; known by 2019-01-12 08:00 UTC+08:00; "
        "made with the weather that came (perfect prognosis), not with a forecast of it.",
        "",
        "Area   24 h     Highest   Chance  Peak PM2.5 (90 % band)  at              Lead  of values",
        "Jinan  yellow   yellow       74%  178 (67–244) µg/m³      13 Jan 06:00    22 h        120",
        "",
        "Warning issued: yellow Jinan, 2019-01-12 08:00 UTC+08:00 to 2019-01-13 08:00 UTC+08:00, chance 74%",
        "",
        "Against observations (µg/m³)",
        "  lead h    pairs  lacking  observed   bias   RMSE  persistence  uncorrected  in 90 % band",
        "   1–6         30        2        94     +5      9           17           82           90%",
        f"Products   {tmp_path}",
        "Delivered  /outbox/b",
    ]


def test_what_stands_in_for_an_inventory_is_told_to_a_person_and_to_a_program(tmp_path: Path, settings: Settings) -> None:
    proxy = (Note(NoteCode.EMISSIONS_ARE_PROXY, detail="cities-by-population"),)
    said = "Emissions are a proxy, not an inventory: the population of large cities, and evenly between them."
    assert lines_of(tmp_path, settings, notes=proxy).splitlines()[2] == said
    assert cycle_facts(outcome_of(tmp_path, settings, notes=proxy), (), ())["emission_proxy"] == "cities-by-population"
    assert "proxy" not in lines_of(tmp_path, settings)
    assert cycle_facts(outcome_of(tmp_path, settings), (), ())["emission_proxy"] is None


def test_a_forecast_of_the_weather_is_no_perfect_prognosis(tmp_path: Path, settings: Settings) -> None:
    assert "perfect prognosis" not in lines_of(tmp_path, settings, notes=())


def test_the_highest_level_is_that_of_the_worst_window(tmp_path: Path, settings: Settings) -> None:
    worse = replace(WINDOW, valid_from=INIT + timedelta(days=1), valid_until=INIT + timedelta(days=2), level=Level.RED, peak_pm25=170.0)
    text = lines_of(tmp_path, settings, windows=(NONE, worse, WINDOW))
    assert "Jinan  none     red            –  178" in text


def test_unknown_stands_above_none_and_below_every_level(tmp_path: Path, settings: Settings) -> None:
    assert "Jinan  none     unknown  " in lines_of(tmp_path, settings, windows=(NONE, UNKNOWN))
    assert "Jinan  unknown  unknown        –  unknown" in lines_of(tmp_path, settings, windows=(UNKNOWN,))
    assert "Jinan  unknown  yellow  " in lines_of(tmp_path, settings, windows=(UNKNOWN, WINDOW, NONE))


def test_a_peak_without_a_band_is_told_with_question_marks(tmp_path: Path, settings: Settings) -> None:
    bare = replace(WINDOW, peak_pm25_low=None, peak_pm25_high=None)
    assert "178 (?–?) µg/m³" in lines_of(tmp_path, settings, windows=(bare,))


@pytest.mark.parametrize(("probability", "told"), [(0.999, ">99%"), (0.996, ">99%"), (0.99, "99%"), (0.001, "<1%"), (0.0, "<1%")])
def test_no_chance_is_told_as_certain(probability: float, told: str, tmp_path: Path, settings: Settings) -> None:
    window = replace(WINDOW, chances=(LevelChance(Level.YELLOW, probability),))
    text = lines_of(tmp_path, settings, windows=(window,), messages=(replace(MESSAGE, probability=probability),))
    assert f"Jinan  yellow   yellow   {told:>7}  178" in text
    assert f"UTC+08:00, chance {told}\n" in text


def test_a_warning_without_a_known_chance_is_told_without(tmp_path: Path, settings: Settings) -> None:
    text = lines_of(tmp_path, settings, messages=(replace(MESSAGE, probability=None),))
    assert "to 2019-01-13 08:00 UTC+08:00\n" in text


@pytest.mark.parametrize(
    ("action", "level", "word"),
    [
        (Action.UPGRADE, Level.RED, "upgraded: red"),
        (Action.LIFT, Level.NONE, "lifted: none"),
        (Action.CONTINUE, Level.BLUE, "continued: blue"),
    ],
)
def test_every_action_has_its_word(action: Action, level: Level, word: str, tmp_path: Path, settings: Settings) -> None:
    assert f"Warning {word}" in lines_of(tmp_path, settings, messages=(replace(MESSAGE, action=action, level=level),))


def test_what_waits_for_a_person_is_called_proposed(tmp_path: Path, settings: Settings) -> None:
    reviewed = settings.model_copy(update={"desk": settings.desk.model_copy(update={"review": True})})
    text = lines_of(tmp_path, reviewed)
    assert "Proposed to the desk, issued: yellow Jinan" in text
    assert "Warning issued" not in text


def test_no_message_is_said(tmp_path: Path, settings: Settings) -> None:
    assert "No warning is issued, changed or lifted in this cycle." in lines_of(tmp_path, settings, messages=())


def test_a_cycle_done_before_says_so_and_under_which_settings(tmp_path: Path, settings: Settings) -> None:
    done = outcome_of(tmp_path, settings, standing=Standing.DONE, receipts=())
    assert cycle_lines(done, (), (), settings)[0].endswith("(done before; nothing was sent again)")
    other = settings.model_copy(update={"visibility": settings.visibility.model_copy(update={"kappa": 0.3})})
    assert cycle_lines(done, (), (), other)[0].endswith("(done before with other settings; nothing was sent again)")
    retried = replace(done, receipts=(RECEIPT,))
    assert cycle_lines(retried, (), (), settings)[0].endswith("(done before)")


def test_areas_that_the_settings_have_no_more_are_told_by_their_id(tmp_path: Path, settings: Settings) -> None:
    renamed = settings.model_copy(update={"areas": (AreaSettings(id="new", names={"en": "New"}, stations=("1001",)),)})
    text = "\n".join(cycle_lines(outcome_of(tmp_path, settings), (), (), renamed))
    assert "jinan  yellow" in text
    assert "yellow jinan," in text
    assert "New" not in text


def test_what_is_not_delivered_is_told(tmp_path: Path, settings: Settings) -> None:
    lines = cycle_lines(outcome_of(tmp_path, settings, receipts=()), (), ("outbox (pending): disk\nfull",), settings)
    assert lines[-1] == "Not delivered to outbox (pending): disk full"


def test_without_scores_that_is_said(tmp_path: Path, settings: Settings) -> None:
    assert "No observations of the forecast hours yet: no scores." in cycle_lines(outcome_of(tmp_path, settings), (), (), settings)


def test_a_score_that_is_lacking_is_shown_as_such(tmp_path: Path, settings: Settings) -> None:
    lines = cycle_lines(outcome_of(tmp_path, settings), (replace(SCORE, uncorrected_rmse=float("nan")),), (), settings)
    assert any(line.split()[-2:] == ["nan", "90%"] for line in lines)


def test_a_busy_cycle_is_said_in_one_line(tmp_path: Path, settings: Settings) -> None:
    busy = Outcome(Standing.BUSY, CYCLE, tmp_path / "absent", None, None, ())
    assert cycle_lines(busy, (), (), settings) == ["Cycle 20190112T00Z is being run by somebody else; nothing was done."]
    assert cycle_facts(busy, (), ()) == {"cycle": "20190112T00Z", "standing": "busy"}


def test_products_that_cannot_be_read_are_an_error(tmp_path: Path, settings: Settings) -> None:
    outcome = outcome_of(tmp_path, settings)
    (tmp_path / ORIGIN_FILE).write_text("{")
    with pytest.raises(ArchiveError, match=r"origin\.json cannot be read"):
        cycle_lines(outcome, (), (), settings)


def test_a_program_gets_the_same_as_plain_values(tmp_path: Path, settings: Settings) -> None:
    score = replace(SCORE, uncorrected_rmse=float("nan"))
    told = json.loads(json.dumps(cycle_facts(outcome_of(tmp_path, settings), (score,), ("x",)), allow_nan=False))
    assert told["cycle"] == "20190112T00Z"
    assert told["as_of"] == "2019-01-12T00:00:00+00:00"
    assert told["standing"] == "claimed"
    assert told["perfect_prognosis"] is True
    assert told["levels"] == [{"area": "jinan", "valid_from": "2019-01-12T00:00:00+00:00", "level": "yellow"}]
    assert told["messages"] == [{"area": "jinan", "action": "issue", "level": "yellow", "id": "w1"}]
    assert told["scores"][0]["uncorrected_rmse"] is None
    assert (told["delivered"], told["undelivered"]) == (["/outbox/b"], ["x"])


def test_the_demo_ends_with_where_its_files_are_and_how_right_it_was(tmp_path: Path, settings: Settings) -> None:
    for name in ("a.html", "b.png", "c.txt", "d.json"):
        (tmp_path / name).touch()
    outcome = outcome_of(tmp_path, settings, receipts=(replace(RECEIPT, place=str(tmp_path)),))
    last = demo_lines(outcome, (SCORE, replace(SCORE, pairs=10, rmse=20.0, coverage=0.5)), settings)[-1]
    assert last.startswith(
        f"In {tmp_path}: a.html, b.png, c.txt. Against the 40 values that then came: RMSE 13 µg/m³ (persistence 17), 80%"
    )
    assert demo_lines(outcome, (), settings)[-1].endswith("Nothing has been observed of the forecast hours.")
