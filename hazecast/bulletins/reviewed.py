"""What a bulletin says of the people behind it: what the forecaster changed, why, and what the forecast alone gave."""

from collections.abc import Iterator
from dataclasses import dataclass

from hazecast.bulletins.telling import Telling
from hazecast.bulletins.text_layout import plain
from hazecast.records import AreaDecision, name_in


@dataclass(frozen=True, slots=True)
class ReviewedWords:
    """What there is to say of a bulletin that waited for a person."""

    sentences: tuple[str, ...]


def reviewed_in_words(telling: Telling) -> ReviewedWords | None:
    """None for a bulletin that waited for nobody."""
    reviewed = telling.facts.reviewed
    if reviewed is None:
        return None
    said = [sentence for decision in reviewed.decisions for sentence in _sentences(decision, telling)]
    if any(decision.changes for decision in reviewed.decisions):
        said.append(telling.wording.say("The pictures show the forecast as it was computed."))
    if not reviewed.by_person:
        said.append(telling.wording.say("No forecaster released this bulletin before its time came; it went out by itself."))
    return ReviewedWords(tuple(said))


def words_of_person(area_id: str, telling: Telling) -> tuple[str, ...]:
    """What the forecaster wrote on an area, in the language or, where that lacks, the first there is."""
    decision = telling.facts.reviewed.decision_on(area_id) if telling.facts.reviewed else None
    return () if decision is None or not decision.words else (plain(name_in(telling.wording.language, decision.words)),)


def _sentences(decision: AreaDecision, telling: Telling) -> Iterator[str]:
    known = next((one for one in telling.facts.areas if one.id == decision.area_id), None)
    area = plain(decision.area_id) if known is None else telling.area(known)
    proposed, chosen = decision.proposed, decision.chosen
    if chosen.level is not proposed.level:
        levels = {"chosen": telling.level(chosen.level), "proposed": telling.level(proposed.level)}
        yield telling.wording.say("%(area)s: level set to %(chosen)s; the forecast alone gives %(proposed)s.", area=area, **levels)
    if (chosen.valid_from, chosen.valid_until) != (proposed.valid_from, proposed.valid_until):
        span = telling.clock.span(chosen.valid_from, chosen.valid_until)
        yield telling.wording.say("%(area)s: valid %(span)s.", area=area, span=span)
    if decision.changes:
        yield telling.wording.say("%(area)s, reason: %(reason)s", area=area, reason=plain(decision.reason))
    for words in words_of_person(decision.area_id, telling):
        yield telling.wording.say("%(area)s: %(words)s", area=area, words=words)
