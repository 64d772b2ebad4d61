"""The HTML page on paper: A4 as PDF, by WeasyPrint. Importing this module needs the optional part 'pdf'.

Without Pango, a library of the machine, importing it raises OSError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import SubElement

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from hazecast.bulletins.render import Fonts, style_sheet_of_paper

MEDIA_TYPE = "application/pdf"
_PLACE = "https://bulletin.invalid/"  # where the page would lie, for relative addresses; nothing is fetched from there
_CHINESE, _JAPANESE = f"{_PLACE}chinese.otf", f"{_PLACE}japanese.otf"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a PDF says of itself beside its title: who speaks, of what, under which number, since when, and what made it."""

    author: str
    subject: str
    number: str
    software: str
    issued_at: datetime


def printed(html: bytes, pictures: Mapping[str, bytes], imprint: Imprint) -> bytes:
    """The page as a tagged PDF (PDF/UA-1); the same page, pictures and imprint give the same bytes.

    `pictures` are the files that the page shows, by name. Fonts are embedded as far as they are used, and nothing is fetched.
    Raises ValueError for a page that shows another file.
    """
    fonts = FontConfiguration()
    page = HTML(string=html.decode("utf-8"), base_url=_PLACE, url_fetcher=_Enclosed(pictures))
    _dress(page)
    try:
        document = page.render(font_config=fonts, pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as lacking:
        raise ValueError(f"{lacking}: expected one of {', '.join(sorted(pictures))}.") from lacking
    about = document.metadata
    about.authors, about.description, about.generator = [imprint.author], imprint.subject, imprint.software
    about.created = about.modified = f"{imprint.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    pdf = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=imprint.number.encode())
    if not isinstance(pdf, bytes):
        raise TypeError(f"WeasyPrint gave {type(pdf).__name__}; expected bytes.")
    return pdf


def _dress(page: HTML) -> None:
    """Put the style sheet of paper behind the page's own, where the later rule counts; links to files beside the page lead nowhere."""
    for anchor in page.etree_element.iter("a"):
        if not anchor.get("href", "").startswith("#"):
            anchor.attrib.pop("href", None)
    SubElement(page.etree_element.find("head"), "style").text = style_sheet_of_paper(Fonts(_CHINESE, _JAPANESE))


class _Enclosed(URLFetcher):  # type: ignore[misc]
    """Gives what the bulletin itself holds, and the fonts; whatever else a page would fetch stops it."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(fail_on_errors=True)
        self._held = {f"{_PLACE}{name}": content for name, content in pictures.items()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        del headers
        fonts = {_CHINESE: pylopdf_fonts_zh_cn.sans_path, _JAPANESE: pylopdf_fonts_jp.sans_path}
        return URLFetcherResponse(url, Path(fonts[url]()).read_bytes() if url in fonts else self._held[url])
