"""One warning as the evening news tells it: what, where, from when to when, since when, where worse, how sure, why, and what changed."""

from dataclasses import dataclass

from hazecast.bulletins.headline import in_time
from hazecast.bulletins.phrases import HEADLINES
from hazecast.bulletins.reviewed import words_of_person
from hazecast.bulletins.standing import standing_in_words
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.why import why_in_short
from hazecast.records import Action, HazeWarning, WindowAssessment


@dataclass(frozen=True, slots=True)
class AreaWarning:
    """The headline of a warning with from when to when, and what there is to say of it in sentences."""

    headline: str
    sentences: tuple[str, ...]


def area_warning(warning: HazeWarning, telling: Telling) -> AreaWarning:
    """What one message says in one language."""
    headline = telling.warned(HEADLINES[warning.action], warning.level, [warning.area_id])
    if warning.action is Action.LIFT:
        lifted = telling.wording.say("%(sentence)s.", sentence=headline)
        return AreaWarning(headline, (lifted, *why_in_short(warning.area_id, telling), *words_of_person(warning.area_id, telling)))
    in_full = in_time(headline, warning.valid_from, warning.valid_until, telling)
    window = next((view.window for view in telling.views if view.area.id == warning.area_id), None)
    said = (
        _expected(warning, telling),
        *(_sentence(phrase, telling) for phrase in standing_in_words(warning.area_id, telling)),
        _worse(window, telling),
        _peak(window, telling),
        _how_sure(warning, telling),
        _condition(warning, telling),
        *why_in_short(warning.area_id, telling),
        *words_of_person(warning.area_id, telling),
    )
    return AreaWarning(in_full, tuple(sentence for sentence in said if sentence))


def _expected(warning: HazeWarning, telling: Telling) -> str:
    clause = telling.wording.say("%(haze)s in %(areas)s", haze=telling.haze(warning.level), areas=telling.areas([warning.area_id]))
    span = telling.clock.span(warning.valid_from, warning.valid_until)
    return telling.wording.say("Expected from %(span)s: %(clauses)s.", span=span, clauses=clause)


def _worse(window: WindowAssessment | None, telling: Telling) -> str:
    worse = None if window is None else telling.worse_place(window)
    if worse is None:
        return ""
    level, station = worse
    return _sentence(telling.wording.say("locally %(haze)s: %(station)s", haze=telling.haze(level), station=station), telling)


def _sentence(phrase: str, telling: Telling) -> str:
    return telling.wording.say("%(sentence)s.", sentence=phrase[:1].upper() + phrase[1:])


def _peak(window: WindowAssessment | None, telling: Telling) -> str:
    if window is None or window.peak_pm25 is None:
        return ""
    said = telling.wording.say(
        "PM2.5 up to %(peak)s µg/m³ (90%% band %(low)s to %(high)s), %(moment)s; visibility down to %(visibility)s",
        peak=telling.concentration(window.peak_pm25),
        low=telling.concentration(window.peak_pm25_low),
        high=telling.concentration(window.peak_pm25_high),
        moment=telling.moment(window.peak_time),
        visibility=telling.visibility(window.lowest_visibility),
    )
    return telling.wording.say("%(sentence)s.", sentence=said)


def _how_sure(warning: HazeWarning, telling: Telling) -> str:
    said = telling.wording.say("Chance that the level is reached: %(chance)s", chance=telling.chance(warning.probability))
    return telling.wording.say("%(sentence)s.", sentence=said)


def _condition(warning: HazeWarning, telling: Telling) -> str:
    if not warning.condition:
        return ""
    condition = telling.condition(warning.condition)
    return telling.wording.say("%(sentence)s.", sentence=telling.wording.say("Condition of the rules: %(condition)s", condition=condition))
