"""The head of a bulletin: the headline, the conclusion in one sentence, and when, where, how sure and where worse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hazecast.bulletins.founding import weak_areas
from hazecast.bulletins.phrases import HEADLINES
from hazecast.bulletins.situation import AreaView, areas_on, levels_by_rank, periods, standing_warnings
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import Action, HazeWarning, Level, LevelChance


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what there is to say under it."""

    label: str
    text: str


def headline(telling: Telling) -> str:
    """What is warned of and where; without a warning, that there is none, or that it cannot be known."""
    standing = standing_warnings(telling.facts)
    if standing:
        highest = max(warning.level for warning in standing)
        return _warning_headline([warning for warning in standing if warning.level is highest], telling)
    unknown = _areas_at(Level.UNKNOWN, telling)
    if any(view.level > Level.NONE for view in telling.views):
        worst = max(view.level for view in telling.views)
        return telling.wording.say(
            "Expected in %(areas)s: %(haze)s; no warning is in force",
            haze=telling.haze(worst),
            areas=telling.areas(_areas_at(worst, telling)),
        )
    if len(unknown) == len(telling.views):
        return telling.wording.say("The level cannot be judged: inputs are lacking")
    return _calm_headline(unknown, telling)


def subject(telling: Telling) -> str:
    """The headline with from when to when, as a line that stands alone; without a warning in force, the headline."""
    standing = standing_warnings(telling.facts)
    highest = [warning for warning in standing if warning.level is max(other.level for other in standing)]
    spans = {(warning.valid_from, warning.valid_until) for warning in highest}
    said = headline(telling)
    return said if len(spans) != 1 else in_time(said, *spans.pop(), telling)


def in_time(said: str, start: datetime, end: datetime, telling: Telling) -> str:
    """What is said, and from when to when."""
    return telling.wording.say("%(sentence)s, %(span)s", sentence=said, span=telling.clock.span(start, end))


def _warning_headline(warnings: list[HazeWarning], telling: Telling) -> str:
    message_actions = {message.id: message.action for message in telling.facts.assessment.messages}
    actions = {message_actions.get(warning.id) for warning in warnings}
    action = actions.pop() if len(actions) == 1 else None
    sentence = N_("%(called)s in force: %(level)s for %(areas)s") if action is None else HEADLINES[action]
    return telling.warned(sentence, warnings[0].level, [w.area_id for w in warnings])


def _calm_headline(unknown: list[str], telling: Telling) -> str:
    wording = telling.wording
    lifted = [message.area_id for message in telling.facts.assessment.messages if message.action is Action.LIFT]
    known = [view.area.id for view in telling.views if view.level is Level.NONE]
    calm = telling.warned(HEADLINES[Action.LIFT], Level.NONE, lifted) if lifted else _no_warning(known, telling)
    if not unknown:
        return calm
    return wording.clauses([calm, wording.say("the level in %(areas)s cannot be judged", areas=telling.areas(unknown))])


def _no_warning(area_ids: list[str], telling: Telling) -> str:
    return telling.warned(N_("No %(called)s for %(areas)s"), Level.NONE, area_ids)


def _areas_at(level: Level, telling: Telling) -> list[str]:
    return [view.area.id for view in telling.views if view.level is level]


def conclusion(telling: Telling) -> str:
    """What to expect in the first window, in one sentence."""
    if telling.period is None:
        return telling.wording.say("This cycle holds no validity window, so no level can be told.")
    clauses = [_level_clause(level, telling) for level in levels_by_rank(telling.views)]
    span = telling.clock.span(telling.period.start, telling.period.end)
    return telling.wording.say("Expected from %(span)s: %(clauses)s.", span=span, clauses=telling.wording.clauses(clauses))


def _level_clause(level: Level, telling: Telling) -> str:
    areas = telling.areas(_areas_at(level, telling))
    if level is Level.UNKNOWN:
        return telling.wording.say("for lack of input the level in %(areas)s cannot be judged", areas=areas)
    if level is Level.NONE and len(_areas_at(level, telling)) == len(telling.views):
        return telling.wording.say("no warning level is reached in any area")
    if level is Level.NONE:
        return telling.wording.say("no warning level is reached in %(areas)s", areas=areas)
    clause = telling.wording.say("%(haze)s in %(areas)s", haze=telling.haze(level), areas=areas)
    worse = _locally_worse([view for view in telling.views if view.level is level], telling)
    return telling.wording.say_as("between phrases", ", ").join([clause, worse] if worse else [clause])


def _worse_places(views: Sequence[AreaView], telling: Telling) -> dict[Level, list[str]]:
    places: dict[Level, list[str]] = {}
    for view in views:
        worse = telling.worse_place(view.window) if view.window else None
        if worse is not None:
            level, station = worse
            name = telling.wording.say("%(area)s (%(station)s)", area=telling.area(view.area), station=station)
            places.setdefault(level, []).append(name)
    return dict(sorted(places.items(), reverse=True))


def _locally_worse(views: Sequence[AreaView], telling: Telling) -> str:
    clauses = [
        telling.wording.say("locally %(haze)s in %(places)s", haze=telling.haze(level), places=telling.wording.listing(names))
        for level, names in _worse_places(views, telling).items()
    ]
    return telling.wording.clauses(clauses)


def _where_worse(telling: Telling) -> str:
    clauses = [
        telling.wording.say("%(haze)s in %(areas)s", haze=telling.haze(level), areas=telling.wording.listing(names))
        for level, names in _worse_places(telling.views, telling).items()
    ]
    return telling.wording.clauses(clauses)


def _later_worse(telling: Telling) -> str:
    """Which areas reach a level above those before, and from when on; the highest level first."""
    reached = {view.area.id: max(view.level, Level.NONE) for view in telling.views}
    risen: dict[tuple[Level, datetime], list[str]] = {}
    for number, period in list(enumerate(periods(telling.facts)))[1:]:
        for view in areas_on(telling.facts, number):
            if view.level > reached[view.area.id]:
                reached[view.area.id] = view.level
                risen.setdefault((view.level, period.start), []).append(view.area.id)
    told = sorted(risen.items(), key=lambda item: (-item[0][0], item[0][1]))
    return telling.wording.clauses(
        [
            telling.wording.say(
                "%(level)s: %(areas)s from %(moment)s", level=telling.level(level), areas=telling.areas(ids), moment=telling.moment(start)
            )
            for (level, start), ids in told
        ]
    )


def glance(telling: Telling) -> tuple[Fact, ...]:
    """When, where, how sure, and where little or nothing is known: one line each, those with nothing to say left out."""
    say = telling.wording.say
    return _told(
        Fact(say("When"), _when(telling)),
        Fact(say("Where"), _where(telling)),
        Fact(say("How sure"), _how_sure(telling)),
        Fact(say("Weakly founded"), weak_areas(telling)),
        Fact(say("Unknown"), telling.areas(_areas_at(Level.UNKNOWN, telling))),
    )


def second_glance(telling: Telling) -> tuple[Fact, ...]:
    """What comes after knowing what to do: where it is worse, where it will be later, and the peak."""
    say = telling.wording.say
    return _told(
        Fact(say("Locally worse"), _where_worse(telling)),
        Fact(say("Later"), _later_worse(telling)),
        Fact(say("Peak"), _peak(telling)),
    )


def _told(*facts: Fact) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.text)


def _when(telling: Telling) -> str:
    spans = dict.fromkeys((warning.valid_from, warning.valid_until) for warning in standing_warnings(telling.facts))
    if not spans and telling.period is not None:
        spans = {(telling.period.start, telling.period.end): None}
    return telling.wording.clauses([telling.clock.span(start, end) for start, end in sorted(spans)])


def _where(telling: Telling) -> str:
    levels = [level for level in levels_by_rank(telling.views) if level > Level.NONE]
    return telling.wording.clauses(
        [
            telling.wording.say("%(level)s: %(areas)s", level=telling.level(level), areas=telling.areas(_areas_at(level, telling)))
            for level in levels
        ]
    )


def _how_sure(telling: Telling) -> str:
    calm = _highest_chance_of_haze([view for view in telling.views if view.level is Level.NONE], telling)
    reached = list(_chances_reached(telling))
    if not reached:
        sentence = N_("chance of %(level)s or higher at most %(chance)s")
        return telling.wording.say(sentence, level=calm[0], chance=calm[1]) if calm else ""
    elsewhere = [telling.wording.say("elsewhere %(level)s at most %(chance)s", level=calm[0], chance=calm[1])] if calm else []
    return telling.wording.say("chance that the level is reached: %(chances)s", chances=telling.wording.clauses([*reached, *elsewhere]))


def _chances_reached(telling: Telling) -> Iterable[str]:
    """For each level that is expected, the chance of it in the areas that expect it."""
    for level in (level for level in levels_by_rank(telling.views) if level > Level.NONE):
        windows = [view.window for view in telling.views if view.level is level and view.window]
        chances = [chance.probability for window in windows for chance in window.chances if chance.level is level]
        text = _chance_range([c for c in chances if c is not None], telling)
        yield telling.wording.say("%(level)s %(chance)s", level=telling.level(level), chance=text)


def _highest_chance_of_haze(calm: Sequence[AreaView], telling: Telling) -> tuple[str, str] | None:
    """The lowest level and its highest chance where no haze is expected; None where no chance is known."""
    lowest = [min(view.window.chances, key=_by_level) for view in calm if view.window and view.window.chances]
    known = [chance.probability for chance in lowest if chance.probability is not None]
    return (telling.level(lowest[0].level), telling.chance(max(known))) if known else None


def _by_level(chance: LevelChance) -> Level:
    return chance.level


def _chance_range(chances: list[float], telling: Telling) -> str:
    if not chances:
        return telling.wording.unknown()
    low, high = telling.chance(min(chances)), telling.chance(max(chances))
    return low if low == high else telling.wording.say("%(low)s to %(high)s", low=low, high=high)


def _peak(telling: Telling) -> str:
    known = [(window.peak_pm25, view.area, window) for view in telling.views if (window := view.window) and window.peak_pm25 is not None]
    if not known:
        return ""
    _, area, window = max(known, key=lambda item: item[0])
    return telling.wording.say(
        "PM2.5 %(peak)s µg/m³ (90%% band %(low)s to %(high)s) in %(area)s, %(moment)s",
        peak=telling.concentration(window.peak_pm25),
        low=telling.concentration(window.peak_pm25_low),
        high=telling.concentration(window.peak_pm25_high),
        area=telling.area(area),
        moment=telling.moment(window.peak_time),
    )
