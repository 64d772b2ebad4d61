"""What stands at the head of a bulletin, for each situation it can meet."""

from dataclasses import replace

import pytest

from hazecast.bulletins.headline import conclusion, glance, headline, second_glance
from hazecast.bulletins.page import page
from hazecast.bulletins.situation import expiry, periods, shown_level
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import Action, BulletinFacts, HazeWarning, Level, WindowAssessment
from tests.bulletin_facts import LONDON, blind_facts, calm_facts, episode_facts


def english(facts: BulletinFacts) -> Telling:
    return Telling(facts, wording("en"))


def with_levels(facts: BulletinFacts, levels: dict[str, Level]) -> BulletinFacts:
    windows = tuple(replace(w, level=levels.get(w.area_id, w.level)) for w in facts.assessment.windows)
    return replace(facts, assessment=replace(facts.assessment, windows=windows))


def warning(window: WindowAssessment, action: Action, level: Level) -> HazeWarning:
    return HazeWarning(
        id=f"{action}-{window.area_id}",
        area_id=window.area_id,
        edition="cma-haze-2013",
        action=action,
        level=level,
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        issued_at=window.valid_from,
        cycle_key="20300330T06Z",
        condition="",
        probability=None,
        replaces=(),
    )


def with_warnings(facts: BulletinFacts, messages: dict[str, tuple[Action, Level]], standing: dict[str, Level]) -> BulletinFacts:
    first = {w.area_id: w for w in reversed(facts.assessment.windows)}
    sent = tuple(warning(first[area], *message) for area, message in messages.items())
    held = tuple(warning(first[area], Action.ISSUE, level) for area, level in standing.items())
    in_force = (*(m for m in sent if m.action is not Action.LIFT), *(replace(w, id=f"old-{w.area_id}") for w in held))
    return replace(facts, assessment=replace(facts.assessment, messages=sent, in_force=in_force))


def test_nothing_expected_anywhere_is_said_plainly() -> None:
    telling = english(calm_facts())
    assert headline(telling) == "No haze warning for Inner London, West London and South London"
    assert conclusion(telling).endswith("no warning level is reached in any area.")
    assert shown_level(telling.facts) is Level.NONE


@pytest.mark.parametrize("unknown", [["inner"], ["inner", "west"], ["inner", "west", "south"]])
def test_an_unknown_area_is_never_counted_as_free_of_haze(unknown: list[str]) -> None:
    facts = with_levels(calm_facts(), dict.fromkeys(unknown, Level.UNKNOWN))
    told = page(facts, wording("en"))
    assert shown_level(facts) is Level.UNKNOWN
    assert told.head.css == "unknown"
    assert "cannot be judged" in told.headline
    assert "cannot be judged" in told.conclusion
    assert "in any area" not in told.conclusion
    assert any("no all-clear" in sentence for sentence in told.guidance)
    assert not any("Nothing special" in sentence for sentence in told.guidance)


def test_an_area_that_was_not_assessed_is_unknown() -> None:
    facts = calm_facts()
    windows = tuple(w for w in facts.assessment.windows if w.area_id != "west")
    facts = replace(facts, assessment=replace(facts.assessment, windows=windows))
    rows = {row.area: row for row in page(facts, wording("en")).rows}
    assert rows["West London"].level.css == "unknown"
    assert rows["West London"].remarks == ("not assessed",)
    assert shown_level(facts) is Level.UNKNOWN


def test_without_any_window_nothing_is_claimed_and_the_bulletin_lasts_as_long_as_the_forecast() -> None:
    facts = calm_facts()
    facts = replace(facts, assessment=replace(facts.assessment, windows=()))
    telling = english(facts)
    assert headline(telling) == "The level cannot be judged: inputs are lacking"
    assert conclusion(telling) == "This cycle holds no validity window, so no level can be told."
    assert expiry(facts) == facts.cycle.end_time
    assert page(facts, wording("en")).outlook_rows == ()


@pytest.mark.parametrize(
    ("messages", "standing", "expected"),
    [
        ({"inner": (Action.ISSUE, Level.YELLOW)}, {}, "Haze warning issued: yellow for Inner London"),
        ({"inner": (Action.CONTINUE, Level.ORANGE)}, {}, "Haze warning continued: orange for Inner London"),
        ({"inner": (Action.UPGRADE, Level.RED)}, {}, "Haze warning upgraded to red for Inner London"),
        ({"inner": (Action.DOWNGRADE, Level.YELLOW)}, {}, "Haze warning downgraded to yellow for Inner London"),
        ({"inner": (Action.LIFT, Level.NONE)}, {}, "Haze warning lifted for Inner London"),
        ({}, {"west": Level.YELLOW}, "Haze warning in force: yellow for West London"),
        (
            {"inner": (Action.ISSUE, Level.ORANGE), "west": (Action.UPGRADE, Level.ORANGE), "south": (Action.ISSUE, Level.YELLOW)},
            {},
            "Haze warning in force: orange for Inner London and West London",
        ),
        ({"inner": (Action.LIFT, Level.NONE)}, {"west": Level.YELLOW}, "Haze warning in force: yellow for West London"),
    ],
)
def test_the_headline_tells_what_became_of_the_highest_warning(
    messages: dict[str, tuple[Action, Level]], standing: dict[str, Level], expected: str
) -> None:
    assert headline(english(with_warnings(calm_facts(), messages, standing))) == expected


def test_a_warning_in_force_shows_at_the_head_even_where_less_is_expected() -> None:
    facts = with_warnings(calm_facts(), {}, {"west": Level.ORANGE})
    assert shown_level(facts) is Level.ORANGE
    assert any("schools and kindergartens" in sentence for sentence in page(facts, wording("en")).guidance)
    assert page(facts, wording("en")).warnings[0].startswith("Haze warning still in force: orange for West London, Sat 30 Mar 08:00")


def test_each_colour_has_guidance_of_its_own_and_is_told_where_it_holds() -> None:
    told = page(episode_facts(), wording("en"))
    assert [(advice.level.word, advice.areas) for advice in told.advice_elsewhere] == [
        ("orange", "Beijing and Hebei (Langfang and Handan)"),
        ("yellow", "Tianjin and Hebei (Cangzhou and Tangshan)"),
    ]
    lists = [told.guidance, *(advice.sentences for advice in told.advice_elsewhere)]
    assert len(set().union(*lists)) == sum(len(sentences) for sentences in lists), "no sentence is in two lists"
    assert page(calm_facts(), wording("en")).advice_elsewhere == ()


def test_an_area_that_is_warned_has_the_guidance_of_its_warning_though_less_is_expected() -> None:
    facts = with_warnings(with_levels(calm_facts(), {"inner": Level.RED}), {}, {"west": Level.ORANGE})
    assert [(advice.level.word, advice.areas) for advice in page(facts, wording("en")).advice_elsewhere] == [("orange", "West London")]


def test_haze_without_a_warning_is_still_told() -> None:
    telling = english(with_levels(calm_facts(), {"west": Level.YELLOW}))
    assert headline(telling) == "Expected in West London: moderate haze (yellow); no warning is in force"


def test_nothing_is_locally_worse_than_the_only_station_of_an_area() -> None:
    facts = episode_facts()
    window = next(w for w in facts.assessment.windows if w.worst_station_id and w.worst_station_level > w.level > Level.NONE)
    assert english(facts).worse_place(window) is not None
    areas = tuple(replace(a, station_ids=(window.worst_station_id,)) if a.id == window.area_id else a for a in facts.areas)
    assert english(replace(facts, areas=areas)).worse_place(window) is None


def test_the_conclusion_goes_from_the_worst_to_the_best_with_what_is_locally_worse() -> None:
    told = conclusion(english(episode_facts()))
    order = [
        "(red) in Hebei (Shijiazhuang",
        "(orange) in Beijing and Hebei (Langfang",
        "locally extremely",
        "(yellow) in Tianjin",
        "Taiyuan cannot",
        "no warning level is reached",
    ]
    places = [told.index(part) for part in order]
    assert places == sorted(places)
    assert told.startswith("Expected from Mon 14 Jan 08:00 to Tue 15 Jan 08:00 (UTC+08:00): ")


def test_at_a_glance_there_is_when_where_how_sure_and_then_where_worse() -> None:
    first, second = glance(english(episode_facts())), second_glance(english(episode_facts()))
    assert [fact.label for fact in first] == ["When", "Where", "How sure", "Weakly founded", "Unknown"]
    assert [fact.label for fact in second] == ["Locally worse", "Later", "Peak"]
    facts = {fact.label: fact.text for fact in (*first, *second)}
    assert facts["When"] == "Mon 14 Jan 08:00 to Tue 15 Jan 08:00 (UTC+08:00)"
    assert facts["Where"].startswith("red: Hebei (Shijiazhuang and Baoding); orange: ")
    assert facts["Locally worse"].startswith("extremely severe haze (red) in Beijing (Beijing North); ")
    assert facts["How sure"] == "chance that the level is reached: red 63%; orange 68%; yellow 74%; elsewhere yellow at most 11%"
    assert facts["Peak"].startswith("PM2.5 548 µg/m³ (90% band ")
    assert facts["Unknown"] == "Taiyuan"


def test_without_haze_the_highest_chance_of_any_is_told() -> None:
    sure = {fact.label: fact.text for fact in glance(english(calm_facts()))}["How sure"]
    assert sure == "chance of yellow or higher at most 11%"
    assert "How sure" not in {fact.label for fact in glance(english(blind_facts()))}


def test_chances_that_differ_are_told_as_a_range_and_unknown_ones_as_unknown() -> None:
    facts = episode_facts()
    changed = []
    for window in facts.assessment.windows:
        chances = window.chances
        if window.area_id == "baoding":
            chances = tuple(replace(c, probability=0.81) for c in chances)
        if window.area_id in ("tianjin", "tangshan", "cangzhou"):
            chances = tuple(replace(c, probability=None) for c in chances)
        changed.append(replace(window, chances=chances))
    facts = replace(facts, assessment=replace(facts.assessment, windows=tuple(changed)))
    sure = {fact.label: fact.text for fact in glance(english(facts))}["How sure"]
    assert "red 63% to 81%; orange 68%; yellow unknown" in sure


def test_areas_with_clocks_of_their_own_still_share_the_first_window() -> None:
    facts = calm_facts()
    windows = tuple(
        replace(w, valid_from=w.valid_from.replace(hour=5), valid_until=w.valid_until.replace(hour=5)) if w.area_id == "west" else w
        for w in facts.assessment.windows
    )
    facts = replace(facts, assessment=replace(facts.assessment, windows=windows))
    assert len(periods(facts)) == len(LONDON[0].days)
    assert shown_level(facts) is Level.NONE
    assert expiry(facts).hour == 5


def test_a_blind_cycle_says_so_in_both_languages() -> None:
    assert headline(Telling(blind_facts(), wording("zh"))) == "缺少输入资料，预警等级无法判定"
    told = page(blind_facts(), wording("en"))
    assert {fact.text for card in told.why for fact in card.facts} == {"too much of the input is lacking to judge the level"}
    assert "none" not in {row.level.css for row in told.rows}
