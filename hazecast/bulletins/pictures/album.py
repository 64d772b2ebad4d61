"""All pictures of one bulletin, in every language."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hazecast.beside.process import beside
from hazecast.bulletins.page import Page
from hazecast.bulletins.pictures import curves, level_map, source_stacks, value_maps
from hazecast.bulletins.pictures.meteogram import Contents, contents, draw_contents
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts

METEOGRAMS_WORTH_A_PROCESS = 24  # with fewer it takes longer to begin one than to draw them


def draw_all(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The level map, the maps of PM2.5 and visibility, the curves, the sources where they are known, and a meteogram of each area.

    Where there are many, the meteograms are drawn beside the others.
    """
    pages = {copy.telling.wording.language: copy.page for copy in copies}
    worth_it = len(facts.areas) * len(copies) >= METEOGRAMS_WORTH_A_PROCESS
    with beside(_meteograms, contents(facts, copies[0].telling), _without_fields(facts), pages, worth_it=worth_it) as meteograms:
        yield from level_map.draw(facts, copies)
        yield from value_maps.draw(facts, copies)
        yield from curves.draw(facts, copies)
        if facts.attribution is not None:
            yield from source_stacks.draw(facts, copies)
        yield from meteograms()


def _meteograms(shown: Sequence[Contents], facts: BulletinFacts, pages: dict[str, Page]) -> list[Picture]:
    copies = [Copy(page, Telling(facts, wording(language))) for language, page in pages.items()]
    return list(draw_contents(shown, facts, copies))


def _without_fields(facts: BulletinFacts) -> BulletinFacts:
    """The same with fields in one cell alone, and without what no meteogram shows: it would take long to hand over."""
    corner = {"latitude": slice(1), "longitude": slice(1)}
    grid = facts.forecast.grid.isel(corner)
    forecast = replace(facts.forecast, grid=grid, sources=None, draws=None, drivers=None, exchanged=None)
    assessment = replace(facts.assessment, grid_level=facts.assessment.grid_level.isel(corner))
    return replace(facts, forecast=forecast, assessment=assessment, attribution=None)
