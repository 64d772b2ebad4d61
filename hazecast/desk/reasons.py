"""Why an area's level is what the engine says, and where its haze comes from: as the bulletin tells it, of one area."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hazecast.archive.bulletin_facts import load_told_facts
from hazecast.bulletins.source_sentences import clause, source_sentence, sources_basis, sources_of
from hazecast.bulletins.sources import PeakSources
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.why import WhyCard, why_card
from hazecast.bulletins.wording import SOURCE_LANGUAGE
from hazecast.desk.words import desk_words
from hazecast.records import Area


@dataclass(frozen=True, slots=True)
class SharePart:
    """One source's part of PM2.5 at the peak, in whole percent and in words."""

    percent: int
    said: str


@dataclass(frozen=True, slots=True)
class AreaReasons:
    """Of one area: the card of reasons with past episodes like it, and the sources of its peak in a sentence and in parts.

    `card` is None where there is nothing to say; `parts` are empty where sources are not known, which `sources` then says.
    """

    card: WhyCard | None
    sources: str
    parts: tuple[SharePart, ...]
    basis: str


def reasons_of(folder: Path, area_id: str, language: str) -> AreaReasons:
    """What the cycle in a folder has to say of one of its areas. Raises ArchiveError where it cannot be read."""
    telling = _telling(folder, language)
    view = next(view for view in telling.views if view.area.id == area_id)
    return AreaReasons(why_card(view, telling), source_sentence(view.area, telling), _parts(view.area, telling), sources_basis(telling))


def peak_of(folder: Path, area_id: str) -> PeakSources | None:
    """Where PM2.5 of an area comes from at its peak; None where that is not known. Raises ArchiveError as `reasons_of`."""
    telling = _telling(folder, SOURCE_LANGUAGE)
    return _peak(next(area for area in telling.facts.areas if area.id == area_id), telling)


def _peak(area: Area, telling: Telling) -> PeakSources | None:
    attribution = telling.facts.attribution
    return None if attribution is None else sources_of(area, attribution, telling)


def _parts(area: Area, telling: Telling) -> tuple[SharePart, ...]:
    peak = _peak(area, telling)
    return () if peak is None else tuple(SharePart(share.percent, clause(share, area, telling)) for share in peak.shares)


@lru_cache(maxsize=12)
def _telling(folder: Path, language: str) -> Telling:
    return Telling(load_told_facts(folder), desk_words(language))
