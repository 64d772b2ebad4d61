"""Why each area's level was decided: how far it is from another, what changed since the last cycle, how such warnings fared, and what
was like it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from hazecast.bulletins.headline import Fact
from hazecast.bulletins.rows import Badge, badge
from hazecast.bulletins.situation import AreaView, standing_warnings
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import Change, Driver, Level, Likeness, Margin, PastEpisode, WarningSkill, Why

DRIVERS: Mapping[Driver, str] = MappingProxyType(
    {
        Driver.OBSERVATIONS: N_("newer observations"),
        Driver.WEATHER: N_("newer weather forecast"),
        Driver.BASE: N_("newer base forecast"),
    }
)


HOURS_SCORED = N_(
    "%(level)s or higher, %(first)d to %(last)d hours ahead, %(start)s to %(end)s: %(pod)s of what came was forecast, "
    "%(far)s of what was forecast did not come, CSI %(csi)s "
    "(station hours: %(hits)d hits, %(misses)d misses, %(false_alarms)d false alarms)"
)
DAYS_SCORED = N_(
    "%(level)s or higher, %(first)d to %(last)d hours ahead, %(start)s to %(end)s: %(pod)s of what came was forecast, "
    "%(far)s of what was forecast did not come, CSI %(csi)s "
    "(station days: %(hits)d hits, %(misses)d misses, %(false_alarms)d false alarms)"
)
QUIET_HOURS_SCORED = N_(
    "%(level)s or higher not forecast, %(first)d to %(last)d hours ahead, %(start)s to %(end)s: "
    "it came all the same in %(share)s of these station hours (%(misses)d of %(hours)d)"
)
QUIET_DAYS_SCORED = N_(
    "%(level)s or higher not forecast, %(first)d to %(last)d hours ahead, %(start)s to %(end)s: "
    "it came all the same in %(share)s of these station days (%(misses)d of %(hours)d)"
)


@dataclass(frozen=True, slots=True)
class WhyCard:
    """The reasons for one area's level; `number` counts the cards from 1, `episodes` are past ones like the present."""

    number: int
    area: str
    level: Badge
    facts: tuple[Fact, ...]
    episodes: tuple[str, ...]


def why_cards(telling: Telling) -> tuple[WhyCard, ...]:
    """A card for each area of which there is something to say, in the order of the areas; without what `untested` says of all."""
    cards = (_card(view, telling, without_skill=_is_untested(telling)) for view in telling.views)
    return tuple(replace(card, number=number) for number, card in enumerate((one for one in cards if one is not None), start=1))


def why_card(view: AreaView, telling: Telling) -> WhyCard | None:
    """The card of one area by itself; None where there is nothing to say of it."""
    return _card(view, telling, without_skill=False)


def untested(telling: Telling) -> str:
    """That no backtest tells of any area that is warned or to be warned; empty where one tells of some, or where there is none such."""
    say = telling.wording.say
    warned = {view.area.id for view in telling.views if _is_warned(view, telling)}
    if not _is_untested(telling) or not any(why.area_id in warned for why in telling.facts.assessment.reasons):
        return ""
    return say("%(sentence)s: %(detail)s.", sentence=say("Such forecasts in a backtest"), detail=_skill(None, telling))


def _is_untested(telling: Telling) -> bool:
    return all(why.skill is None for why in telling.facts.assessment.reasons)


def _card(view: AreaView, telling: Telling, *, without_skill: bool) -> WhyCard | None:
    why = next((one for one in telling.facts.assessment.reasons if one.area_id == view.area.id), None)
    facts = _facts(view, why, telling, without_skill=without_skill)
    return WhyCard(1, telling.area(view.area), badge(view.level, telling), facts, _episodes(view, why, telling)) if facts else None


def why_in_short(area_id: str, telling: Telling) -> tuple[str, ...]:
    """The same in sentences for a message: how likely the next level up is, what changed of the chances, and the input that changed them.

    What a person decided is not the forecast's to explain: of such an area there is only what changed.
    """
    why = next((one for one in telling.facts.assessment.reasons if one.area_id == area_id), None)
    if why is None:
        return ()
    say, said = telling.wording.say, []
    if why.above is not None and not _is_by_person(area_id, telling):
        said.append((say("Up to %(level)s", level=telling.level(why.above.level)), _short_of(why.above, telling)))
    if why.change is not None:
        said.append((say("Since the last cycle"), telling.wording.clauses([_chances(why.change, telling), *_driver(why.change, telling)])))
    return tuple(say("%(sentence)s: %(detail)s.", sentence=label, detail=text) for label, text in said)


def _is_by_person(area_id: str, telling: Telling) -> bool:
    decision = telling.facts.reviewed.decision_on(area_id) if telling.facts.reviewed else None
    return decision is not None and decision.changes


def _facts(view: AreaView, why: Why | None, telling: Telling, *, without_skill: bool) -> tuple[Fact, ...]:
    say = telling.wording.say
    facts = [] if view.level is Level.NONE else [Fact(say("Condition"), _condition(view, telling))]
    if why is None:
        return tuple(facts)
    if why.above is not None:
        facts.append(Fact(say("Up to %(level)s", level=telling.level(why.above.level)), _above(why.above, telling)))
    if why.below is not None:
        facts.append(Fact(say("Down from %(level)s", level=telling.level(why.below.level)), _below(why.below, telling)))
    if why.change is not None:
        facts.append(Fact(say("Since the last cycle"), _changed(why.change, telling)))
    if _is_warned(view, telling):
        if not without_skill:
            facts.append(Fact(say("Such forecasts in a backtest"), _skill(why.skill, telling)))
        if why.likeness is not None and not why.likeness.episodes:
            facts.append(Fact(say("Past situations like it"), _too_few(why.likeness, telling)))
    elif view.level is Level.NONE and why.skill is not None:
        facts.append(Fact(say("Such forecasts in a backtest"), _skill_of_none(why.skill, telling)))
    return tuple(facts)


def _is_warned(view: AreaView, telling: Telling) -> bool:
    return view.level > Level.NONE or any(warning.area_id == view.area.id for warning in standing_warnings(telling.facts))


def _condition(view: AreaView, telling: Telling) -> str:
    if view.window is None or view.level is Level.UNKNOWN:
        return telling.wording.say("too much of the input is lacking to judge the level")
    return telling.wording.say("%(haze)s: %(condition)s", haze=telling.haze(view.level), condition=telling.condition(view.window.condition))


def _above(margin: Margin, telling: Telling) -> str:
    say, chance = telling.wording.say, _short_of(margin, telling)
    if margin.chance is None:
        return chance
    if margin.factor is None:
        return telling.wording.clauses([chance, say("no rise of PM2.5 within reach would bring it")])
    more = say("%(factor)s times the PM2.5 would bring it", factor=telling.wording.number(margin.factor, 2))
    return telling.wording.clauses([chance, more, *_at_peak(margin, telling)])


def _short_of(margin: Margin, telling: Telling) -> str:
    if margin.chance is None:
        return telling.wording.say("not known: input lacks")
    points, bar = _points(margin), telling.chance(margin.probability)
    return telling.wording.say("its chance is %(points)s points short of %(bar)s", points=points, bar=bar)


def _below(margin: Margin, telling: Telling) -> str:
    say, bar = telling.wording.say, telling.chance(margin.probability)
    if margin.chance is None:
        return say("not known: input lacks")
    if margin.chance < 0.0:
        return say("its chance is %(points)s points below the %(bar)s that ends it", points=_points(margin), bar=bar)
    chance = say("its chance is %(points)s points above the %(bar)s that ends it", points=_points(margin), bar=bar)
    if margin.factor is None:
        return telling.wording.clauses([chance, say("no fall of PM2.5 within reach would end it")])
    less = say("%(factor)s times the PM2.5 would end it", factor=telling.wording.number(margin.factor, 2))
    return telling.wording.clauses([chance, less, *_at_peak(margin, telling)])


def _points(margin: Margin) -> str:
    """Of a hundred, whole; less than one is not nothing."""
    points = abs(100 * (margin.chance or 0.0))
    return "<1" if 0.0 < points < 0.5 else f"{points:.0f}"


def _at_peak(margin: Margin, telling: Telling) -> list[str]:
    """What the margin is at the peak, in µg/m³, and at the lowest visibility, in km."""
    say, parts = telling.wording.say, []
    if margin.pm25 is not None:
        parts.append(say("at the peak %(pm25)s µg/m³", pm25=_signed(margin.pm25, telling)))
    if margin.visibility is not None:
        parts.append(say("at the lowest visibility %(visibility)s km", visibility=_signed(margin.visibility / 1000, telling, 1)))
    return parts


def _signed(value: float, telling: Telling, decimals: int = 0) -> str:
    size = telling.wording.number(abs(value), decimals)
    return size if round(value, decimals) == 0 else ("+" if value > 0 else "−") + size


def _changed(change: Change, telling: Telling) -> str:
    say, parts = telling.wording.say, [_chances(change, telling)]
    if change.pm25 is not None and change.pm25_then is not None:
        now, then = telling.concentration(change.pm25), telling.concentration(change.pm25_then)
        parts.append(say("PM2.5 at the hour of the peak %(now)s µg/m³, then %(then)s", now=now, then=then))
    known = [(part.driver, part.pm25) for part in change.parts if part.pm25 is not None]
    if known:
        each = [say("%(driver)s %(pm25)s", driver=say(DRIVERS[driver]), pm25=_signed(pm25, telling)) for driver, pm25 in known]
        if change.pm25 is not None and change.pm25_then is not None:
            left = change.pm25 - change.pm25_then - sum(pm25 for _, pm25 in known)
            each.append(say("left open %(pm25)s", pm25=_signed(left, telling)))
        parts.append(say("each input by itself: %(parts)s", parts=telling.wording.listing(each)))
    return telling.wording.clauses([*parts, *_driver(change, telling)])


def _chances(change: Change, telling: Telling) -> str:
    values = {"level": telling.level(change.level), "now": telling.chance(change.chance), "cycle": change.cycle_key}
    if change.former_level is None:
        return telling.wording.say("chance of %(level)s or higher %(now)s; cycle %(cycle)s spoke of other hours", **values)
    then = telling.chance(change.chance_then)
    return telling.wording.say("chance of %(level)s or higher %(now)s, in cycle %(cycle)s %(then)s", then=then, **values)


def _driver(change: Change, telling: Telling) -> tuple[str, ...]:
    """The input that changed the forecast; nothing where it hardly changed."""
    say = telling.wording.say
    if change.driver is not None:
        return (say("driven by: %(driver)s", driver=say(DRIVERS[change.driver])),)
    if change.pm25 is None or change.pm25_then is None or abs(change.pm25 - change.pm25_then) >= 1.0:
        return (say("which input changed it cannot be told"),)
    return ()


def _skill(skill: WarningSkill | None, telling: Telling) -> str:
    if skill is None:
        return telling.wording.say("not known, for no backtest tells of it")
    return telling.wording.say(
        DAYS_SCORED if skill.of_days else HOURS_SCORED,
        level=telling.level(skill.level),
        first=skill.first_lead,
        last=skill.last_lead,
        start=_day(skill.start, telling),
        end=_day(skill.end, telling),
        pod=telling.chance(skill.pod),
        far=telling.chance(skill.far),
        csi=telling.wording.unknown() if skill.csi is None else telling.wording.number(skill.csi, 2),
        hits=skill.hits,
        misses=skill.misses,
        false_alarms=skill.false_alarms,
    )


def _skill_of_none(skill: WarningSkill, telling: Telling) -> str:
    """How far it can be relied on that none is forecast; as of a warning where the scores do not tell."""
    say, share = telling.wording.say, skill.came_unforecast
    if share is None or skill.correct_negatives is None:
        return _skill(skill, telling)
    came = say(
        QUIET_DAYS_SCORED if skill.of_days else QUIET_HOURS_SCORED,
        level=telling.level(skill.level),
        first=skill.first_lead,
        last=skill.last_lead,
        start=_day(skill.start, telling),
        end=_day(skill.end, telling),
        share=telling.chance(share),
        misses=skill.misses,
        hours=skill.misses + skill.correct_negatives,
    )
    caught = [] if skill.pod is None else [say("%(pod)s of what came was forecast", pod=telling.chance(skill.pod))]
    return telling.wording.clauses([came, *caught])


def _too_few(likeness: Likeness, telling: Telling) -> str:
    if likeness.past < likeness.needed:
        return telling.wording.say(
            "not looked for: the outcome of %(past)d is known, and it takes %(needed)d", past=likeness.past, needed=likeness.needed
        )
    return telling.wording.say("none can be told: too little is known of the present one")


def _episodes(view: AreaView, why: Why | None, telling: Telling) -> tuple[str, ...]:
    if why is None or why.likeness is None or not (view.level is Level.NONE or _is_warned(view, telling)):
        return ()
    return tuple(_episode(one, telling) for one in why.likeness.episodes)


def _episode(one: PastEpisode, telling: Telling) -> str:
    warned = one.situation.warned_level
    return telling.wording.say(
        "%(day)s: warning %(warned)s; peak PM2.5 %(peak)s µg/m³ expected, %(came)s came",
        day=_day(one.situation.valid_from, telling),
        warned=telling.wording.say_as("warning", "none") if warned is Level.NONE else telling.level(warned),
        peak=telling.concentration(one.situation.peak_pm25),
        came=telling.concentration(one.came.pm25),
    )


def _day(moment: datetime, telling: Telling) -> str:
    return f"{moment.astimezone(telling.clock.zone):%Y-%m-%d}"
