"""What the cards of a bulletin say of backtests: each what differs, the bulletin once what holds of all."""

from dataclasses import replace

from hazecast.bulletins.page import page
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.why import why_card
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts

UNTESTED = "not known, for no backtest tells of it"


def without_skill(facts: BulletinFacts) -> BulletinFacts:
    reasons = tuple(replace(why, skill=None) for why in facts.assessment.reasons)
    return replace(facts, assessment=replace(facts.assessment, reasons=reasons))


def test_that_no_backtest_tells_of_any_area_is_said_once() -> None:
    told = page(without_skill(episode_facts()), wording("en"))
    assert told.untested == f"Such forecasts in a backtest: {UNTESTED}."
    assert not any(UNTESTED in fact.text for card in told.why for fact in card.facts)


def test_where_a_backtest_tells_of_some_the_others_say_that_none_does() -> None:
    told = page(episode_facts(), wording("en"))
    assert told.untested == ""
    without = {card.area for card in told.why for fact in card.facts if UNTESTED in fact.text}
    assert {"Shijiazhuang", "Tianjin"} <= without
    assert not {"Beijing", "Zhangjiakou"} & without


def test_nothing_is_said_of_backtests_where_nothing_is_warned_of() -> None:
    for facts in (calm_facts(), blind_facts()):
        assert page(without_skill(facts), wording("en")).untested == ""


def test_a_card_by_itself_says_that_no_backtest_tells_of_it() -> None:
    telling = Telling(without_skill(episode_facts()), wording("en"))
    card = why_card(telling.views[0], telling)
    assert card is not None
    assert any(UNTESTED in fact.text for fact in card.facts)
