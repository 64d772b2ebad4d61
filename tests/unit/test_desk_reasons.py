"""An area's reasons and sources at the desk are those of its bulletin, though no field is read for them."""

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hazecast.archive.attribution_file import AREA_SOURCES_FILE, attribution_data
from hazecast.archive.bulletin_facts import facts_files, load_stored_facts
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.products import FileWriter
from hazecast.bulletins.page import page
from hazecast.bulletins.wording import LocalTime, wording
from hazecast.desk.cases import lacking
from hazecast.desk.reasons import reasons_of
from hazecast.desk.rendering import Speaking
from hazecast.records import BulletinFacts
from tests.bulletin_facts import episode_facts


@pytest.fixture(scope="module")
def facts() -> BulletinFacts:
    return episode_facts()


@pytest.fixture(scope="module")
def folder(facts: BulletinFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reasons")
    assert facts.attribution is not None
    sources: dict[str, FileWriter] = {AREA_SOURCES_FILE: partial(write_dataset, attribution_data(facts.attribution))}
    for name, write in (facts_files(facts) | sources).items():
        (made / name).parent.mkdir(exist_ok=True)
        write(made / name)
    return made


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_they_are_those_of_the_bulletin(language: str, facts: BulletinFacts, folder: Path) -> None:
    told = page(facts, wording(language))
    assert len(told.why) > 3
    found = [reasons_of(folder, area.id, language) for area in facts.areas]
    cards = {one.card.area: (one.card.facts, one.card.episodes) for one in found if one.card}
    assert cards == {card.area: (card.facts, card.episodes) for card in told.why}
    assert any(episodes for _, episodes in cards.values())
    assert {one.sources for one in found if one.parts} <= set(told.sources)
    assert {one.basis for one in found} == {told.sources_basis}


def test_parts_make_up_the_whole_and_what_is_not_known_has_none(folder: Path, facts: BulletinFacts) -> None:
    parts = {area.id: reasons_of(folder, area.id, "en").parts for area in facts.areas}
    assert parts["handan"] == ()
    assert "cannot be told" in reasons_of(folder, "handan", "en").sources
    assert {sum(part.percent for part in own) for own in parts.values() if own} == {100}


def test_the_desk_says_too_that_the_weather_is_what_came(folder: Path, facts: BulletinFacts) -> None:
    speaking = Speaking(wording("en"), LocalTime(wording("en"), ZoneInfo(facts.time_zone)), facts.issued_at)
    assert page(facts, wording("en")).perfect_prognosis in lacking(load_stored_facts(folder), speaking)
