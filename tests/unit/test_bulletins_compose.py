"""A bulletin as a whole: its documents, its identity, and what must never go wrong in any of them."""

import sys
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hazecast.bulletins.compose import compose
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.trace import MOST_FILES_OF_A_ROLE
from hazecast.bulletins.wording import languages
from hazecast.records import Area, BulletinFacts, InputFile, Level, PlaceName
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts
from tests.pictures import draw_nothing, names_of

EMPTY_ELEMENTS = {"meta", "img", "br", "link", "hr"}


class Outline(HTMLParser):
    """Elements with their attributes; fails on an element that is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def written(facts: BulletinFacts) -> dict[str, str]:
    """The documents in words."""
    return {d.name: d.content.decode() for d in compose(facts).documents if d.name.startswith("bulletin.")}


@pytest.fixture(autouse=True)
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take their time and have tests of their own."""
    draw_nothing(monkeypatch)


@pytest.fixture
def no_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the optional part 'maps' were not installed."""
    for module in [name for name in sys.modules if name.startswith("hazecast.bulletins.pictures")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr("hazecast.bulletins.pictures", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def test_each_language_has_its_html_text_and_pictures() -> None:
    bulletin = compose(calm_facts(), ["en", "zh", "en"])
    words = [("bulletin", "html"), ("bulletin", "txt")]
    pictures = [(name, ending) for ending in ("png", "svg") for name in names_of(calm_facts())]
    for_machines = ["facts.json", "areas.geojson", "cities.en.csv", "feed.en.xml", "cities.zh.csv", "feed.zh.xml"]
    assert [document.name for document in bulletin.documents] == [
        *(f"{name}.{language}.{ending}" for language in ("en", "zh") for name, ending in (*words, *pictures)),
        *for_machines,
    ]
    assert {document.language for document in bulletin.documents} == {"en", "zh", ""}


def test_the_same_facts_give_the_same_bytes() -> None:
    assert compose(calm_facts()) == compose(calm_facts())


def test_the_bulletin_expires_with_its_first_window() -> None:
    facts = episode_facts()
    assert compose(facts, []).expires_at == facts.cycle.init_time + timedelta(hours=26)


def test_the_identity_follows_what_is_said_and_not_who_says_it() -> None:
    facts = calm_facts()
    same = replace(facts, software_version="9.9.9", settings_sha256="0" * 64)
    windows = tuple(replace(w, peak_pm25=100.0) for w in facts.assessment.windows)
    other = replace(facts, assessment=replace(facts.assessment, windows=windows))
    identities = [compose(f, []).id for f in (facts, same, other)]
    assert identities[0] == identities[1] != identities[2]
    assert all(identity.startswith("20300330T06Z-") for identity in identities)


@pytest.mark.usefixtures("no_maps")
def test_without_the_optional_part_there_are_no_pictures_and_the_html_says_so() -> None:
    bulletin = compose(calm_facts())
    documents = {d.name: d.content.decode() for d in bulletin.documents if d.name.startswith("bulletin.")}
    assert not [d.name for d in bulletin.documents if d.media_type.startswith("image/")]
    assert documents.keys() == {f"bulletin.{language}.{ending}" for language in languages() for ending in ("html", "txt")}
    for language in languages():
        assert "pip install 'hazecast[maps]'" in documents[f"bulletin.{language}.html"]
        assert Outline(documents[f"bulletin.{language}.html"]).all("img") == []


@pytest.mark.usefixtures("no_maps")
def test_the_identity_does_not_depend_on_pictures() -> None:
    assert compose(calm_facts(), []).id == "20300330T06Z-" + compose(calm_facts()).id.rpartition("-")[2]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("facts", [episode_facts, calm_facts, blind_facts])
def test_the_html_is_accessible(facts: object, language: str) -> None:
    assert callable(facts)
    outline = Outline(written(facts())[f"bulletin.{language}.html"])
    assert outline.all("html")[0]["lang"] == {"en": "en", "ja": "ja", "zh": "zh-Hans-CN"}[language]
    pictures = outline.all("img")
    names = ["map", "stations", "pm25", "visibility", "sources"][: 4 if facts is blind_facts else 5]
    assert [picture["src"] for picture in pictures] == [f"{name}.{language}.png" for name in names]
    assert all(len(str(picture["alt"])) > 20 for picture in pictures)
    assert all(heading.get("scope") in ("col", "row") for heading in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table")) >= 2
    scrolling = [part for part in outline.all("div") if part.get("class") == "sideways"]
    assert len(scrolling) == len(outline.all("table"))
    assert all(part["tabindex"] == "0" and part["aria-labelledby"] for part in scrolling), "what scrolls can be reached by keyboard"
    assert len(outline.all("h1")) == 1
    identities = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    named = [attributes["aria-labelledby"] for part in ("section", "article") for attributes in outline.all(part)]
    cards = [attributes["id"] for attributes in outline.all("article")]
    assert sorted(identities) == sorted([*named, *cards])
    links = [str(attributes["href"])[1:] for attributes in outline.all("a") if str(attributes["href"]).startswith("#")]
    elsewhere = ["elsewhere"] if "elsewhere" in identities else []
    assert links == [*elsewhere, *(f"why-{number}" for number in range(1, len(cards) + 1))]


def test_the_html_fetches_nothing_but_its_pictures() -> None:
    outline = Outline(written(episode_facts())["bulletin.en.html"])
    assert {tag for tag, _ in outline.elements} & {"script", "link", "iframe", "object"} == set()
    addresses = [a[key] for _, a in outline.elements for key in ("src", "href") if key in a and str(a[key])[0] != "#"]
    assert {address.partition(".")[0] for address in addresses} == set(names_of(episode_facts()))
    assert {address.partition(".")[2] for address in addresses} == {"en.png", "en.svg"}
    assert "url(" not in written(episode_facts())["bulletin.en.html"]


def test_names_stay_text() -> None:
    facts = episode_facts()
    hostile = '</title><script>alert("1")</script>\n& %(x)s {{ 7 * 7 }}'
    areas = tuple(Area(a.id, (PlaceName("en", hostile),), a.station_ids, a.time_zone) if a.id == "beijing" else a for a in facts.areas)
    facts = replace(facts, areas=areas, titles=(PlaceName("en", hostile),), inputs=(InputFile(Path(hostile), "ab" * 32, 1, hostile),))
    for name, content in written(facts).items():
        if name.endswith("html"):
            assert not {"script"} & {tag for tag, _ in Outline(content).elements}
            assert "&lt;script&gt;" in content
        else:
            assert "<script>" in content
        assert "{{ 7 * 7 }}" in content
        assert "%(x)s" in content


def test_a_station_called_script_is_named_where_it_is_the_worst() -> None:
    facts = episode_facts()
    windows = tuple(
        replace(w, worst_station_level=Level.RED, level=Level.YELLOW) if w.area_id == "baoding" else w for w in facts.assessment.windows
    )
    windows = tuple(replace(w, worst_station_id="baoding-1") if w.area_id == "baoding" else w for w in windows)
    documents = written(replace(facts, assessment=replace(facts.assessment, windows=windows)))
    assert "&lt;script&gt;alert(&#39;$x$&#39;)&lt;/script&gt;" in documents["bulletin.en.html"]
    assert "<script>alert('$x$')</script>" in documents["bulletin.zh.txt"]


def test_an_exercise_is_marked_everywhere() -> None:
    bulletin = compose(blind_facts())
    assert bulletin.id.endswith("-exercise")
    for language, mark, banner in (
        ("en", "EXERCISE", "not a real warning"),
        ("zh", "演练", "不是真实预警"),
        ("ja", "訓練", "実際の警報ではありません"),
    ):
        documents = {d.name: d.content.decode() for d in bulletin.documents if d.name.startswith(f"bulletin.{language}.")}
        for content in documents.values():
            assert content.count(banner) == 2
            assert content.count(mark) >= 4
        assert f"<title>{mark}" in documents[f"bulletin.{language}.html"]
    assert not any("EXERCISE" in content or "演练" in content for content in written(replace(blind_facts(), exercise=False)).values())


def test_the_perfect_prognosis_stands_before_everything_but_the_head() -> None:
    for content in written(episode_facts()).values():
        place = max(content.find(mark) for mark in ("(perfect prognosis)", "（完美预报假定）", "（完全予報の仮定）"))
        later = [content.find(heading) for heading in ("What to do", "防御指南", "とるべき行動") if heading in content]
        assert 0 < place < min(later)
    assert not any("erfect prognosis" in content or "完美预报" in content for content in written(calm_facts()).values())


def test_everything_can_be_traced() -> None:
    facts = episode_facts()
    for content in written(facts).values():
        for figure in (
            "20300113T22Z",
            "2030-01-13 22:00 UTC",
            "2030-01-13 22:30 UTC",
            "cma-haze-2013",
            "hazecast 1.2.3",
            facts.settings_sha256[:12],
            compose(facts, []).id,
            *(file.sha256[:12] for file in facts.inputs),
            *(file.path.name for file in facts.inputs),
            *(message.id for message in facts.assessment.messages),
        ):
            assert figure in content
        assert "/data/" not in content


def test_many_input_files_of_a_role_are_told_as_one_line_that_any_change_alters() -> None:
    facts = calm_facts()
    files = tuple(InputFile(Path(f"{i}.csv"), f"{i:064x}", 10, "observations") for i in range(MOST_FILES_OF_A_ROLE + 1))
    told = written(replace(facts, inputs=files))["bulletin.en.txt"]
    changed = written(replace(facts, inputs=(*files[:-1], replace(files[-1], sha256="f" * 64))))["bulletin.en.txt"]
    turned = written(replace(facts, inputs=files[::-1]))["bulletin.en.txt"]
    assert "13 files; SHA-256 of their list" in told
    assert "130" in told
    assert told == turned != changed


def relative_luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("level", Level)
def test_the_word_on_a_badge_can_be_read(level: Level) -> None:
    light, dark = sorted((relative_luminance(STYLES[level].fill), relative_luminance(STYLES[level].ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.1, contrast (minimum)


def test_levels_can_be_told_apart_without_colour() -> None:
    assert len({style.hatch for level, style in STYLES.items() if level >= Level.YELLOW or level is Level.UNKNOWN} | {""}) == 5
    assert len({style.marker for style in STYLES.values()}) == len(STYLES)
