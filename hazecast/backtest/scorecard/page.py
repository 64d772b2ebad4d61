"""The page: its sections in order, and the HTML."""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from hazecast.backtest.scorecard.blocks import Page, Section
from hazecast.backtest.scorecard.evidence import Evidence, Progress
from hazecast.backtest.scorecard.headline import headline, sentences, tiles
from hazecast.backtest.scorecard.provenance import cautions, provenance
from hazecast.backtest.scorecard.sections.counts import counts_section
from hazecast.backtest.scorecard.sections.events import events_section
from hazecast.backtest.scorecard.sections.places import places_section
from hazecast.backtest.scorecard.sections.probabilities import probabilities_section
from hazecast.backtest.scorecard.sections.skill import skill_section
from hazecast.backtest.scorecard.sections.value import value_section
from hazecast.backtest.scorecard.sections.versus import versus_section
from hazecast.backtest.scorecard.sections.warnings import warnings_section
from hazecast.backtest.scorecard.tables import ScoreTable
from hazecast.backtest.scorecard.wording import counted

TEMPLATE = "scorecard.html.j2"


def page_of(evidence: Evidence, progress: Progress) -> Page:
    """Everything that the template shows, pictures drawn."""
    scores = ScoreTable(evidence.verification)
    makers: tuple[Callable[[], Section | None], ...] = (
        lambda: versus_section(evidence),
        lambda: skill_section(evidence, scores),
        lambda: warnings_section(evidence, scores),
        lambda: probabilities_section(evidence, scores),
        lambda: events_section(evidence),
        lambda: value_section(evidence),
        lambda: places_section(evidence, scores),
        lambda: counts_section(evidence),
    )
    sections: list[Section] = []
    for at, make in enumerate(makers):
        progress("scorecard", at / len(makers))
        section = make()
        if section is not None:
            sections.append(section)
    verification, record = evidence.verification, evidence.backtest.record
    first, last = (str(t)[:10] for t in (verification.first_cycle, verification.last_cycle))
    return Page(
        title=str(record.get("title") or evidence.backtest.name),
        subtitle=f"{counted(verification.cycles, 'cycle')}, {first} to {last}, {counted(len(verification.stations), 'station')}, "
        f"{scores.score('rmse').n:,} pairs",
        exercise=bool(record.get("exercise", False)),
        headline=headline(scores),
        sentences=sentences(evidence, scores),
        cautions=cautions(evidence),
        tiles=tiles(evidence, scores),
        sections=tuple(sections),
        provenance=provenance(evidence),
    )


def html_of(page: Page) -> str:
    """The page as one HTML file that asks for nothing from elsewhere."""
    environment = Environment(
        loader=PackageLoader("hazecast"), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(TEMPLATE).render(page=page)
