"""Every text of the desk is said in each language, with the same fields, and in no other words than its own."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from hazecast.bulletins import wording as bulletins
from hazecast.desk.words import LOCALES, desk_words, language_of

KEYWORDS = {"_": None, "N_": None, "say": None, "ngettext": (1, 2), "Refusal": (2,)}
FIELD = re.compile(r"%(?:\(\w+\)0?\d?[sd]|%)")


def said(desk: Path) -> Catalog:
    catalog = Catalog()
    methods = {".py": "python", ".j2": "jinja2.ext:babel_extract"}
    for file in (one for one in desk.rglob("*") if one.suffix in methods):
        with file.open("rb") as opened:
            for line, message, _, context in extract(methods[file.suffix], opened, KEYWORDS):
                catalog.add(message, locations=[(file.name, line)], context=context)
    return catalog


def ids(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


def read(folder: object, language: str) -> Catalog:
    with (Path(str(folder)) / f"{language}.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_every_text_is_translated_and_no_translation_is_left_over(language: str, repository: Path) -> None:
    wanted, own, borrowed = said(repository / "hazecast" / "desk"), read(LOCALES, language), read(bulletins.LOCALES, language)
    assert len(ids(own)) > 120
    assert ids(wanted) - ids(own) - ids(borrowed) == set(), "texts without a translation"
    assert ids(own) - ids(wanted) == set(), "translations of what is no longer said"
    for message in own:
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not source or all(sorted(FIELD.findall(form)) == sorted(FIELD.findall(source)) for form in forms), source


def test_what_the_bulletins_say_too_is_said_as_they_say_it() -> None:
    assert desk_words("zh").say("Today") == "今日"
    assert desk_words("zh").say("unknown") == bulletins.wording("zh").say("unknown") != "unknown"
    assert desk_words("en").say("Today") == "Today"


@pytest.mark.parametrize(
    ("cookie", "accepted", "expected"),
    [("ja", "zh", "ja"), ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("xx", "fr, ja;q=0.5", "ja"), ("", "", "zh"), ("../x", "*", "zh")],
)
def test_the_language_is_the_chosen_the_browsers_or_the_sites(cookie: str, accepted: str, expected: str) -> None:
    assert language_of(cookie, accepted, "zh") == expected
