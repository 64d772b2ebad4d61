"""What readers are told about the edition that was decided by: what its own file has in their language.

What the file lacks there is shown by the key and the codes alone, as is everything where facts are older than what files tell.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Assessment, ConditionFacts, Level, LevelFacts, PlaceName, StandardFacts

SENTENCE_ENDS = (".", "!", "。", "！")


def edition_in_words(assessment: Assessment, wording: Wording) -> str:
    """The title of the edition with its key, or the key alone."""
    title = _said(assessment.standard.title, wording) if assessment.standard else ""
    return wording.say("%(title)s (%(key)s)", title=title, key=assessment.edition) if title else assessment.edition


def called_in_words(assessment: Assessment, wording: Wording) -> str:
    """What the edition calls a warning in the middle of a sentence, such as "haze warning" or "PM2.5 advisory"."""
    standard = assessment.standard
    if standard and (called := _said(standard.called, wording)):
        return called
    event = _said(standard.cap_event, wording) if standard else ""
    return wording.say("%(event)s warning", event=event) if event else wording.say_as("what is sent", "warning")


def event_in_words(assessment: Assessment, wording: Wording) -> str:
    """What is warned of, as CAP names it."""
    event = _said(assessment.standard.cap_event, wording) if assessment.standard else ""
    return event or wording.say("haze")


def grade_in_words(assessment: Assessment, level: Level, wording: Wording) -> str:
    """What `level` means in the air, such as "moderate haze"; empty where the file does not say."""
    facts = level_facts(assessment.standard, level)
    return _said(facts.grade, wording) if facts else ""


def guidance_in_words(assessment: Assessment, level: Level, wording: Wording) -> tuple[str, ...]:
    """What to do at `level`, a sentence a line; empty where the file does not say."""
    facts = level_facts(assessment.standard, level)
    lines = next((g.lines for g in facts.guidance if g.language == wording.language), ()) if facts else ()
    return tuple(line if line.endswith(SENTENCE_ENDS) else wording.say("%(sentence)s.", sentence=line) for line in lines)


def condition_in_words(assessment: Assessment, code: str, wording: Wording) -> str:
    """The condition of that code in its own words, or by its bounds, or the code alone."""
    levels = assessment.standard.levels if assessment.standard else ()
    condition = next((c for level in levels for c in level.conditions if c.code == code), None)
    said = (_said(condition.said, wording) or _bounds_in_words(condition, wording)) if condition else ""
    return said or wording.say("condition %(code)s of %(edition)s", code=code, edition=assessment.edition)


def level_facts(standard: StandardFacts | None, level: Level) -> LevelFacts | None:
    """What the file tells of a level; None where it does not have it."""
    return next((facts for facts in standard.levels if facts.level is level), None) if standard else None


def pm25_limits(standard: StandardFacts | None) -> Mapping[Level, float]:
    """The PM2.5 (µg m-3) worth drawing for each level: the least above which a condition can hold at any humidity."""
    limits: dict[Level, float] = {}
    for facts in standard.levels if standard else ():
        bounds = [condition.pm25_above_ug_m3 for condition in facts.conditions if _at_any_humidity(condition)]
        if known := [bound for bound in bounds if bound is not None]:
            limits[facts.level] = min(known)
    return MappingProxyType(limits)


def _at_any_humidity(condition: ConditionFacts) -> bool:
    return condition.humidity_from is None and condition.humidity_below is None


def _bounds_in_words(condition: ConditionFacts, wording: Wording) -> str:
    bounds = (
        (N_("visibility below %(value)s m"), condition.visibility_below_m),
        (N_("humidity below %(value)s%%"), condition.humidity_below),
        (N_("humidity of %(value)s%% or more"), condition.humidity_from),
        (N_("PM2.5 above %(value)s µg/m³"), condition.pm25_above_ug_m3),
    )
    said = [wording.say(sentence, value=f"{value:g}") for sentence, value in bounds if value is not None]
    if len(said) < 2:
        return "".join(said)
    comma, last = wording.say_as("between conditions", ", "), wording.say_as("before the last condition", " and ")
    return comma.join(said[:-1]) + last + said[-1]


def _said(names: Sequence[PlaceName], wording: Wording) -> str:
    """The text in the language; empty where there is none."""
    return next((name.text for name in names if name.language == wording.language), "")
