"""All that one bulletin says in one language, in the order of its parts. The formats arrange it and add nothing but labels."""

from dataclasses import dataclass, replace

from hazecast.bulletins.advice import Advice, advice_elsewhere
from hazecast.bulletins.day_before import changes, hindsight
from hazecast.bulletins.founding import is_weak
from hazecast.bulletins.headline import Fact, conclusion, glance, headline, second_glance, subject
from hazecast.bulletins.phrases import BADGES, HEADLINES, guidance
from hazecast.bulletins.remarks import all_notes, is_perfect_prognosis, note_in_words, rungs_in_words
from hazecast.bulletins.rows import AreaRow, Badge, OutlookDay, OutlookEntry, area_rows, badge, outlook
from hazecast.bulletins.situation import shown_level, standing_warnings, told_levels
from hazecast.bulletins.source_sentences import no_sources, source_sentences, sources_basis
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.why import WhyCard, untested, why_cards
from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Action, BulletinFacts, HazeWarning, Level, Note, NoteCode


@dataclass(frozen=True, slots=True)
class Page:
    """One bulletin in one language, without the trace of where it came from."""

    title: str
    subject: str
    exercise_mark: str
    issued: str
    zone: str
    head: Badge
    head_label: str
    headline: str
    conclusion: str
    glance: tuple[Fact, ...]
    guidance: tuple[str, ...]
    second_glance: tuple[Fact, ...]
    advice_elsewhere: tuple[Advice, ...]
    perfect_prognosis: str
    warnings: tuple[str, ...]
    period: str
    rows: tuple[AreaRow, ...]
    sources: tuple[str, ...]
    sources_basis: str
    outlook: tuple[OutlookDay, ...]
    changes: tuple[str, ...]
    hindsight: tuple[str, ...]
    why: tuple[WhyCard, ...]
    untested: str
    lacks: tuple[str, ...]

    @property
    def chance_levels(self) -> tuple[str, ...]:
        """The levels whose chances the rows give, in their order."""
        return tuple(chance.level for row in self.rows[:1] for chance in row.chances)

    @property
    def outlook_rows(self) -> tuple[tuple[OutlookEntry, ...], ...]:
        """The outlook by area instead of by day."""
        return tuple(zip(*(day.entries for day in self.outlook), strict=True))


def page(facts: BulletinFacts, wording: Wording) -> Page:
    """What `facts` say in one language."""
    telling = Telling(facts, wording)
    level = shown_level(facts)
    return Page(
        title=telling.title,
        subject=subject(telling),
        exercise_mark=telling.exercise_mark,
        issued=telling.clock.stamp(facts.issued_at),
        zone=_zone(telling),
        head=_head(level, telling),
        head_label=_head_label(level, telling),
        headline=headline(telling),
        conclusion=conclusion(telling),
        glance=glance(telling),
        guidance=guidance({view.level for view in telling.views} | {level}, facts.assessment, wording),
        second_glance=second_glance(telling),
        advice_elsewhere=advice_elsewhere(telling),
        perfect_prognosis=note_in_words(Note(NoteCode.PERFECT_PROGNOSIS), wording) if is_perfect_prognosis(facts) else "",
        warnings=_warnings(telling),
        period=telling.clock.span(telling.period.start, telling.period.end) if telling.period else wording.unknown(),
        rows=area_rows(telling),
        sources=source_sentences(telling),
        sources_basis=sources_basis(telling),
        outlook=outlook(telling),
        changes=changes(telling),
        hindsight=hindsight(telling),
        why=why_cards(telling),
        untested=untested(telling),
        lacks=_lacks(telling),
    )


def _zone(telling: Telling) -> str:
    offset = telling.clock.offset(telling.facts.cycle.init_time)
    return telling.wording.say("Times are local: %(zone)s, %(offset)s", zone=telling.facts.time_zone, offset=offset)


def _head(level: Level, telling: Telling) -> Badge:
    """The highest level; weakly founded where that of no area is firm that has it."""
    told = told_levels(telling.facts)
    at_it = [is_weak(view, telling.facts) for view in telling.views if told[view.area.id] is level is not Level.UNKNOWN]
    return replace(badge(level, telling), weak=telling.wording.say("weakly founded") if at_it and all(at_it) else "")


def _head_label(level: Level, telling: Telling) -> str:
    if level is Level.UNKNOWN and any(view.level is not Level.UNKNOWN for view in telling.views):
        return telling.wording.say("Partly unknown")
    return telling.wording.say(BADGES[level])


def _warnings(telling: Telling) -> tuple[str, ...]:
    """One sentence for all messages of this cycle that say the same, then those in force that it leaves as they are."""
    messages = telling.facts.assessment.messages
    told = {message.id for message in messages}
    still = [warning for warning in standing_warnings(telling.facts) if warning.id not in told]
    groups: dict[tuple[str, int, str], list[HazeWarning]] = {}
    for sentence, warnings in ((None, messages), (N_("%(called)s still in force: %(level)s for %(areas)s"), still)):
        for warning in sorted(warnings, key=lambda w: -w.level):
            span = "" if warning.action is Action.LIFT else telling.clock.span(warning.valid_from, warning.valid_until)
            groups.setdefault((sentence or HEADLINES[warning.action], warning.level, span), []).append(warning)
    return tuple(_warning_sentence(*key, group, telling) for key, group in groups.items())


def _warning_sentence(sentence: str, level: int, span: str, warnings: list[HazeWarning], telling: Telling) -> str:
    said = telling.warned(sentence, Level(level), [w.area_id for w in warnings])
    return (
        telling.wording.say("%(sentence)s, %(span)s.", sentence=said, span=span)
        if span
        else telling.wording.say("%(sentence)s.", sentence=said)
    )


def _lacks(telling: Telling) -> tuple[str, ...]:
    notes = (note for note in all_notes(telling.facts) if note.code is not NoteCode.PERFECT_PROGNOSIS)
    sentences = (
        *(note_in_words(note, telling.wording) for note in notes),
        *rungs_in_words(telling.facts, telling.wording),
        *([no_sources(telling.wording)] if telling.facts.attribution is None else []),
    )
    return sentences or (telling.wording.say("Nothing that was expected."),)
