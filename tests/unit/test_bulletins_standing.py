"""Since when a warning and its level last, and why it stays where the forecast alone would not have it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hazecast.bulletins.area_warning import area_warning
from hazecast.bulletins.page import page
from hazecast.bulletins.standing import GROUNDS, standing_in_words
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import languages, wording
from hazecast.records import AreaStatus, BulletinFacts, Ground, Level, Status
from tests.bulletin_facts import calm_facts, episode_facts

FIRST, LAST = datetime(2030, 3, 28, 6, tzinfo=UTC), datetime(2030, 3, 29, 6, tzinfo=UTC)
STANDING = AreaStatus("west", "cma-haze-2013", Status.STANDS, Ground.FORECAST, Level.ORANGE, FIRST, LAST)


@pytest.fixture(scope="module")
def calm() -> BulletinFacts:
    return calm_facts()


def said(facts: BulletinFacts, status: AreaStatus, language: str = "en") -> tuple[str, ...]:
    told = replace(facts, assessment=replace(facts.assessment, statuses=(status,)))
    return standing_in_words("west", Telling(told, wording(language)))


@pytest.mark.parametrize(
    ("language", "both", "one"),
    [
        ("en", "in force since Thu 28 Mar 06:00, at this level since Fri 29 Mar 06:00", "in force since Thu 28 Mar 06:00"),
        ("zh", "自3月28日06时起生效，现等级自3月29日06时起", "自3月28日06时起生效"),
        ("ja", "3月28日(木)06時から発表中、現在のレベルは3月29日(金)06時から", "3月28日(木)06時から発表中"),
    ],
)
def test_the_episode_and_the_level_are_dated(calm: BulletinFacts, language: str, both: str, one: str) -> None:
    assert said(calm, STANDING, language) == (both,)
    assert said(calm, replace(STANDING, level_since=FIRST), language) == (one,)


@pytest.mark.parametrize("ground", list(Ground))
def test_what_keeps_a_warning_is_told_in_every_language(calm: BulletinFacts, ground: Ground) -> None:
    told = {said(calm, replace(STANDING, ground=ground), language)[1:] for language in languages()}
    assert len(told) == (len(languages()) if ground in GROUNDS else 1)
    assert (() in told) == (ground not in GROUNDS)


def test_a_warning_only_now_issued_and_an_area_without_one_have_no_past(calm: BulletinFacts) -> None:
    assert said(calm, replace(STANDING, status=Status.ISSUED, level_since=FIRST)) == ()
    assert said(calm, replace(STANDING, level=Level.NONE, since=None, level_since=None, ground=Ground.LACKING)) == ()
    assert said(calm, replace(STANDING, area_id="inner")) == ()


def test_an_area_that_was_not_assessed_still_has_its_warning(calm: BulletinFacts) -> None:
    windows = tuple(window for window in calm.assessment.windows if window.area_id != "west")
    status = replace(STANDING, status=Status.UNKNOWN, ground=Ground.LACKING)
    facts = replace(calm, assessment=replace(calm.assessment, windows=windows, statuses=(status,)))
    row = next(row for row in page(facts, wording("en")).rows if row.area == "West London")
    assert row.remarks[1:] == ("level kept for want of input: what lacks could bear it out", "not assessed")


def test_the_message_of_an_area_tells_it_too() -> None:
    facts = episode_facts()
    message = next(message for message in facts.assessment.messages if message.area_id == "handan")
    told = area_warning(message, Telling(facts, wording("en"))).sentences
    assert "In force since Sun 13 Jan 06:30." in told
    assert "Level kept for want of input: what lacks could bear it out." in told
