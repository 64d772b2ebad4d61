"""Bulletins as PDF: all that the page says can be read in them, in fonts that they bring along, and the same facts give the same bytes."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, TypeVar

import pytest
import time_machine
from pypdf import PdfReader

from hazecast.bulletins.compose import compose, require_pdf
from hazecast.bulletins.page import Page, page
from hazecast.bulletins.wording import languages, wording
from hazecast.cli import compiling, run, serve
from hazecast.config import load_settings
from hazecast.errors import MissingExtra
from hazecast.records import BulletinFacts
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts
from tests.pictures import blank_png, draw_nothing
from tests.unit.test_config import TEXT

Test = TypeVar("Test", bound=Callable[..., Any])
RECIPIENT = '\n[channels.hook]\nkind = "folder"\npath = "x"\n\n[[recipients]]\nid = "epb"\nchannels = "hook"\n'


def made_here(test: Test) -> Test:
    """Needs the libraries by which a PDF is made."""
    return pytest.mark.debian("libpangoft2-1.0-0")(pytest.mark.debian("libharfbuzz-subset0")(test))


@dataclass(frozen=True)
class Paper:
    """A PDF, read back; `text` is without spaces, for a line may be broken anywhere."""

    content: bytes
    reader: PdfReader
    text: str
    said: Page
    number: str


@cache
def paper(facts: Callable[[], BulletinFacts], language: str) -> Paper:
    """One bulletin in one language, made once a session."""
    with pytest.MonkeyPatch.context() as blank:
        draw_nothing(blank)
        bulletin = compose(facts(), [language], pdf_languages=[language])
    (document,) = (d for d in bulletin.documents if d.media_type == "application/pdf")
    assert document.name == f"bulletin.{language}.pdf"
    reader = PdfReader(io.BytesIO(document.content))
    text = squeezed("".join(sheet.extract_text() for sheet in reader.pages))
    return Paper(document.content, reader, text, page(facts(), wording(language)), bulletin.id)


def squeezed(text: str) -> str:
    return "".join(text.split())


def reads_in_full(made: Paper) -> None:
    said = made.said
    sentences = (said.headline, said.conclusion, *said.guidance, *said.changes, *said.hindsight, *said.warnings, *said.lacks, *said.sources)
    cells = [cell for row in said.rows for cell in (row.area, row.level.word, row.warning, row.peak, row.visibility, row.air_quality)]
    lacking = [told for told in (*sentences, *cells, made.number) if squeezed(told) not in made.text]
    assert lacking == []
    fonts = {str(font["/BaseFont"]) for sheet in made.reader.pages for font in resolved(sheet["/Resources"]["/Font"])}  # type: ignore[index]
    assert fonts
    assert [name for name in fonts if "+hazecast-" not in name] == []  # another font stood in, or none: a sign is lacking
    assert "\ufffd" not in made.text


def resolved(objects: Any) -> list[dict[str, Any]]:
    found = objects if isinstance(objects, list) else objects.get_object()
    return [one.get_object() for one in (found.values() if isinstance(found, dict) else found)]


@made_here
@pytest.mark.parametrize(
    ("facts", "language"), [(episode_facts, "zh"), (blind_facts, "ja"), pytest.param(calm_facts, "en", marks=pytest.mark.slow)]
)
def test_all_that_the_page_says_stands_in_the_pdf(facts: Callable[[], BulletinFacts], language: str) -> None:
    reads_in_full(paper(facts, language))


@made_here
def test_the_pdf_says_of_itself_what_it_is_and_shows_the_way() -> None:
    made = paper(episode_facts, "zh")
    about, catalogue = made.reader.metadata, made.reader.root_object
    assert about is not None
    assert about.title is not None
    assert about.title.startswith(made.said.headline)
    assert about.title.endswith(f" – {made.said.title}")
    assert (about.author, about.subject, about.creator) == (made.said.title, made.said.conclusion, "hazecast 1.2.3")
    assert about.creation_date == episode_facts().issued_at
    assert catalogue["/Lang"] == "zh-Hans-CN"
    assert catalogue["/MarkInfo"]["/Marked"]  # type: ignore[index]
    (headline, parts) = made.reader.outline
    assert headline["/Title"] == made.said.headline  # type: ignore[index, call-overload]
    assert len(parts) > 8  # type: ignore[arg-type]


@made_here
def test_every_sheet_is_a4_and_has_its_number_and_that_of_the_bulletin() -> None:
    made = paper(episode_facts, "zh")
    count = len(made.reader.pages)
    assert count > 1
    for i, sheet in enumerate(made.reader.pages):
        text = squeezed(sheet.extract_text())
        assert f"{i + 1}/{count}" in text
        assert made.number in text
        assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]


@made_here
def test_pictures_are_inside_and_nothing_leads_out_of_the_sheet() -> None:
    made = paper(episode_facts, "zh")
    assert len({image.name for sheet in made.reader.pages for image in sheet.images}) == 5
    links = [link for sheet in made.reader.pages for link in resolved(sheet.get("/Annots", []))]
    assert {*(key for link in links for key in link)} & {"/A", "/AA"} == set()
    assert b"bulletin.invalid" not in made.content


@made_here
def test_every_sheet_of_an_exercise_says_so() -> None:
    made = paper(blind_facts, "ja")
    mark = squeezed(wording("ja").say("EXERCISE – this is not a real warning"))
    assert [mark in squeezed(sheet.extract_text()) for sheet in made.reader.pages] == [True] * len(made.reader.pages)


@made_here
def test_the_same_facts_give_the_same_bytes_at_another_time() -> None:
    with time_machine.travel(datetime(2031, 5, 6, tzinfo=UTC), tick=True):
        again = paper.__wrapped__(blind_facts, "ja")
    assert again.content == paper(blind_facts, "ja").content


@made_here
@pytest.mark.parametrize("address", ["other.png", "https://example.org/x.png", "file:///etc/hostname"])
def test_a_page_cannot_show_what_is_not_of_the_bulletin(address: str) -> None:
    from hazecast.bulletins.paper import Imprint, printed

    html = f'<html><head><title>x</title></head><body><img src="map.png" alt="x"><img src="{address}" alt="x"></body></html>'
    with pytest.raises(ValueError, match=r"expected one of map\.png"):
        printed(html.encode(), {"map.png": blank_png()}, Imprint("a", "b", "c", "d", datetime(2030, 1, 1, tzinfo=UTC)))


def test_no_pdf_is_made_that_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert not [d.name for d in compose(calm_facts()).documents if d.name.endswith(".pdf")]


class NoPango(MetaPathFinder):
    """WeasyPrint is there, and on being imported finds no Pango: it prints advice and raises OSError."""

    def find_spec(self, fullname: str, *_more: object) -> ModuleSpec | None:
        if fullname == "weasyprint":
            print("advice")
            raise OSError("cannot load library 'libpango-1.0-0'")
        return None


@pytest.fixture(params=["the package", "the library"])
def lacking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the optional part 'pdf', or Pango, were not installed."""
    for name in [name for name in sys.modules if name == "hazecast.bulletins.paper" or name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("hazecast.bulletins.paper", raising=False)
    if request.param == "the package":
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    else:
        monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])


@pytest.mark.usefixtures("lacking")
def test_what_lacks_for_a_pdf_is_named_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        MissingExtra, match=r"pip install 'hazecast\[pdf\]'; and on Debian or Ubuntu: apt-get install libpangoft2-1\.0-0 "
    ) as told:
        require_pdf()
    assert "\n" not in str(told.value)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("lacking")
@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_command_that_is_to_make_pdfs_says_what_lacks_before_its_work(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(_progress: object) -> bool:
        raise AssertionError("The work began.")

    monkeypatch.setattr(compiling, "compile_ahead", begin)
    file = tmp_path / "hazecast.toml"
    file.write_text(TEXT.replace('outbox = "../outbox"', 'outbox = "../outbox"\npdf = true'))
    with pytest.raises(MissingExtra, match="A bulletin as PDF"):
        run.run(file, "2018-04-27T00") if command == "run" else serve.serve(file)
    assert [left.name for left in tmp_path.iterdir()] == ["hazecast.toml"]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", ()),
        ("pdf = true", ("zh", "en", "ja")),
        (RECIPIENT + 'formats = ["html"]\n', ()),
        (RECIPIENT, ()),
        (RECIPIENT + 'formats = ["text", "pdf"]\nlanguages = ["ja", "zh"]\n', ("zh", "ja")),
        (RECIPIENT + 'formats = ["pdf"]\n', ("zh", "en", "ja")),
    ],
)
def test_pdfs_are_made_in_the_languages_of_those_who_want_them(more: str, wanted: tuple[str, ...], tmp_path: Path) -> None:
    sites = TEXT.replace('time_zone = "Asia/Shanghai"', 'time_zone = "Asia/Shanghai"\nlanguages = ["zh", "en", "ja"]')
    text = sites.replace('outbox = "../outbox"', f'outbox = "../outbox"\n{more}') if more.startswith("pdf") else sites + more
    (file := tmp_path / "hazecast.toml").write_text(text)
    assert load_settings(file).pdf_languages == wanted
    assert set(wanted) <= set(languages())
