"""The languages: every text that the bulletins can say is said in each of them, with the same fields."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from hazecast.bulletins import wording as words
from hazecast.bulletins.compose import compose
from hazecast.bulletins.wording import LocalTime, languages, wording
from hazecast.errors import SettingsError
from tests.bulletin_facts import calm_facts
from tests.pictures import draw_nothing

KEYWORDS = {"_": None, "N_": None, "say": None, "N_many": (1, 2), "say_many": (1, 2), "say_as": ((1, "c"), 2)}
FIELD = re.compile(r"%(?:\(\w+\)[sd]|%)")


def sources(package: Path) -> Iterator[tuple[Path, str]]:
    yield from ((file, "python") for file in (package / "bulletins").rglob("*.py"))
    yield from ((file, "jinja2.ext:babel_extract") for file in (package / "templates").glob("*.j2"))


def said(package: Path) -> Catalog:
    """Every text that is marked for translation."""
    catalog = Catalog()
    for file, method in sources(package):
        with file.open("rb") as opened:
            for line, message, _, context in extract(method, opened, KEYWORDS):
                catalog.add(message, locations=[(file.name, line)], context=context)
    return catalog


def translated(language: str) -> Catalog:
    with (words.LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file)


def keys(catalog: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


TRANSLATIONS = [language for language in languages() if language != "en"]


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated_and_no_translation_is_left_over(language: str, repository: Path) -> None:
    wanted, found = said(repository / "hazecast"), translated(language)
    assert len(wanted) > 150
    assert keys(wanted) - keys(found) == set(), "texts without a translation"
    assert keys(found) - keys(wanted) == set(), "translations of what is no longer said"
    assert [message.id for message in found if message.id and (message.fuzzy or not all(forms(message)))] == []


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    for message in translated(language):
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        wrong = [form for form in forms(message) if message.id and sorted(FIELD.findall(form)) != sorted(FIELD.findall(source))]
        assert wrong == [], source


def test_a_new_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = 'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    (tmp_path / "fr.po").write_text(f'{header}\nmsgid "Areas"\nmsgstr "Zones couvertes"\n', encoding="utf-8")
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    draw_nothing(monkeypatch)
    for cached in (languages, wording):
        cached.cache_clear()
    try:
        documents = {d.name: d.content.decode() for d in compose(calm_facts(), ["fr"]).documents if d.name.startswith("bulletin.")}
    finally:
        for cached in (languages, wording):
            cached.cache_clear()
    assert documents.keys() == {"bulletin.fr.html", "bulletin.fr.txt"}
    assert '<html lang="fr">' in documents["bulletin.fr.html"]
    assert "Zones couvertes" in documents["bulletin.fr.txt"]


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"'xx'.*Choose from: ja, zh, en"):
        wording("xx")


@pytest.mark.parametrize(
    ("language", "names", "listed"),
    [
        ("en", [], ""),
        ("en", ["A"], "A"),
        ("en", ["A", "B", "C"], "A, B and C"),
        ("en", list("ABCDEFGHIJ"), "A, B, C, D, E, F, G and 3 more"),
        ("ja", ["甲", "乙", "丙"], "甲、乙、丙"),
        ("ja", list("ABCDEFGHIJ"), "A、B、C、D、E、F、G、ほか3"),
        ("zh", ["甲", "乙", "丙"], "甲、乙、丙"),
        ("zh", list("ABCDEFGHIJ"), "A、B、C、D、E、F、G、另外3个"),
    ],
)
def test_names_are_listed_and_the_many_counted(language: str, names: list[str], listed: str) -> None:
    assert wording(language).listing(names) == listed


def test_times_are_local_with_the_offset_written() -> None:
    clock = LocalTime(wording("zh"), ZoneInfo("Asia/Shanghai"))
    start, end = datetime(2030, 1, 14, tzinfo=UTC), datetime(2030, 1, 15, tzinfo=UTC)
    assert clock.span(start, end) == "1月14日08时至1月15日08时（UTC+08:00）"
    assert clock.stamp(start) == "2030-01-14 08:00（UTC+08:00）"


def test_japanese_times_have_the_day_of_the_week_and_one_offset() -> None:
    clock = LocalTime(wording("ja"), ZoneInfo("Asia/Tokyo"))
    start, end = datetime(2030, 1, 14, tzinfo=UTC), datetime(2030, 1, 15, tzinfo=UTC)
    assert clock.span(start, end) == "1月14日(月)09時から1月15日(火)09時まで（UTC+09:00）"
    assert clock.stamp(start) == "2030-01-14 09:00（UTC+09:00）"


def test_both_offsets_are_written_where_the_clocks_change_in_between() -> None:
    clock = LocalTime(wording("en"), ZoneInfo("Europe/London"))
    start, end = datetime(2030, 3, 30, 8, tzinfo=UTC), datetime(2030, 3, 31, 7, tzinfo=UTC)
    assert clock.span(start, end) == "Sat 30 Mar 08:00 (UTC+00:00) to Sun 31 Mar 08:00 (UTC+01:00)"


def test_a_zone_with_odd_minutes_shows_them() -> None:
    moment = datetime(2030, 1, 14, tzinfo=UTC)
    assert LocalTime(wording("zh"), ZoneInfo("Asia/Kathmandu")).moment(moment) == "1月14日05时45分"
    assert LocalTime(wording("en"), ZoneInfo("Asia/Kathmandu")).with_offset(moment) == "Mon 14 Jan 05:45 (UTC+05:45)"
