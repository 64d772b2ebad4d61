"""A page and its trace through the templates: HTML for people with a screen or paper, text for everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from hazecast.bulletins import text_layout, text_tables
from hazecast.bulletins.page import Page
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.reviewed import ReviewedWords
from hazecast.bulletins.trace import Trace
from hazecast.bulletins.wording import SOURCE_LANGUAGE, Wording, wording


def _escapes(template: str | None) -> bool:
    return template is None or not template.endswith((".txt.j2", ".css.j2"))


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("hazecast", "templates"),
        undefined=StrictUndefined,
        autoescape=_escapes,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
    )
    environment.install_gettext_translations(wording(language).catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        styles=tuple(STYLES.values()),
        width=text_layout.width,
        wrapped=text_layout.wrapped,
        bulleted=text_layout.bulleted,
        area_table=text_tables.area_table,
        outlook_table=text_tables.outlook_table,
        input_table=text_tables.input_table,
    )
    return environment


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture beside the bulletin: its files, what it shows in words, and the area that it is of, if it is of one."""

    png: str
    svg: str
    alt: str
    area: str


@dataclass(frozen=True, slots=True)
class Fonts:
    """Where the fonts of paper are found: their addresses, as `url()` has them."""

    chinese: str
    japanese: str


def html(page: Page, trace: Trace, language: Wording, pictures: Mapping[str, Shown], reviewed: ReviewedWords | None = None) -> bytes:
    """The bulletin as one HTML file; `pictures` by their names, or none."""
    return _rendered("bulletin.html.j2", page, trace, language, pictures, reviewed)


def text(page: Page, trace: Trace, language: Wording, reviewed: ReviewedWords | None = None) -> bytes:
    """The bulletin as plain text in UTF-8."""
    return _rendered("bulletin.txt.j2", page, trace, language, {}, reviewed)


def style_sheet_of_paper(fonts: Fonts) -> str:
    """What the page's own style sheet lacks on paper: fonts, running heads, page numbers, and levels that grey print shows."""
    return _environment(SOURCE_LANGUAGE).get_template("paper.css.j2").render(fonts=fonts)


def _rendered(
    template: str, page: Page, trace: Trace, language: Wording, pictures: Mapping[str, Shown], reviewed: ReviewedWords | None
) -> bytes:
    told = {"page": page, "trace": trace, "language": language, "pictures": pictures, "reviewed": reviewed}
    return _environment(language.language).get_template(template).render(told).encode("utf-8")
