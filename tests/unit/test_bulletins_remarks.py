"""What a cycle lacked, in sentences."""

from dataclasses import replace

import pytest

from hazecast.bulletins.page import page
from hazecast.bulletins.phrases import RUNG_REMARKS, RUNGS
from hazecast.bulletins.remarks import all_notes, note_in_words, rungs_in_words
from hazecast.bulletins.wording import languages, wording
from hazecast.records import Note, NoteCode, Rung
from hazecast.vocabulary import EASTWARD_WIND
from tests.bulletin_facts import calm_facts, episode_facts


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", NoteCode)
def test_every_note_has_a_sentence_with_and_without_a_count(code: NoteCode, language: str) -> None:
    for note in (Note(code), Note(code, 0), Note(code, 1, "x"), Note(code, 7, "North, East")):
        sentence = note_in_words(note, wording(language))
        assert sentence.endswith(("。", "."))
        assert "%" not in sentence
        assert note.detail in sentence


def test_a_note_counts_in_the_singular_and_the_plural() -> None:
    assert note_in_words(Note(NoteCode.STATIONS_SILENT, 1, "North"), wording("en")) == "1 station delivered nothing usable: North."
    assert note_in_words(Note(NoteCode.STATIONS_SILENT, 2), wording("en")) == "2 stations delivered nothing usable."
    assert note_in_words(Note(NoteCode.STATIONS_SILENT, 2), wording("zh")) == "2个监测站没有可用数据。"


@pytest.mark.parametrize("detail", ["mixing_height, eastward_wind", f"mixing_height, {EASTWARD_WIND.long_name}"])
def test_variables_in_a_note_are_named_in_the_language(detail: str) -> None:
    assert note_in_words(Note(NoteCode.VARIABLE_LACKING, 2, detail), wording("zh")).endswith("：混合层高度, 纬向风。")


def test_notes_of_the_forecast_are_told_once_and_the_perfect_prognosis_first() -> None:
    facts = episode_facts()
    more = (Note(NoteCode.SHORT_HISTORY, 3), *facts.notes)
    codes = [note.code for note in all_notes(replace(facts, forecast=replace(facts.forecast, notes=more)))]
    assert codes[0] is NoteCode.PERFECT_PROGNOSIS
    assert sorted(codes) == sorted({note.code for note in more})


def test_the_perfect_prognosis_stands_apart_from_what_was_lacking() -> None:
    told = page(episode_facts(), wording("en"))
    assert told.perfect_prognosis.startswith("Made with the weather that came (perfect prognosis)")
    assert not any("erfect prognosis" in sentence for sentence in told.lacks)
    assert page(calm_facts(), wording("en")).perfect_prognosis == ""


def test_every_rung_below_the_best_is_named_with_its_stations_and_hours() -> None:
    assert rungs_in_words(episode_facts(), wording("en")) == (
        "Forecast from observations alone, without weather: Handan Centre and Handan North (38 of 98 h).",
        "No forecast but the usual values of the season and hour: Tangshan Centre and Tangshan North (98 of 98 h).",
        "No forecast: Taiyuan Centre (98 of 98 h).",
    )


def test_there_are_words_for_every_rung_below_the_best() -> None:
    assert set(RUNGS) == set(RUNG_REMARKS) == set(Rung) - {Rung.CORRECTED}


def test_nothing_lacking_is_said_too() -> None:
    assert page(calm_facts(), wording("en")).lacks == ("Nothing that was expected.",)
