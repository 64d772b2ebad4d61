"""Bulletins in a real browser: as they were approved, wide and on a phone, and a map where its fonts are not at hand."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hazecast.bulletins.pictures import level_map
from tests.accessibility import serious_findings
from tests.bulletin_facts import calm_facts
from tests.pictures import first_picture

APPROVED = Path(__file__).parents[1] / "golden" / "bulletins"
PHONE = 390
BEYOND = """() => [...document.querySelectorAll("text")].filter(one => {
    const box = one.getBoundingClientRect(), sheet = document.documentElement.getBoundingClientRect();
    return box.left < sheet.left || box.right > sheet.right; }).map(one => one.textContent)"""
pytestmark = pytest.mark.debian("chromium")


@pytest.mark.parametrize(
    ("case", "language", "width"), [("episode", "en", 1280), ("episode", "zh", PHONE), ("episode", "ja", PHONE), ("blind", "zh", 1280)]
)
def test_a_page_with_its_reasons_is_accessible_and_fits(browser: Browser, case: str, language: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((APPROVED / case / f"bulletin.{language}.html").as_uri())
    cards = page.locator("article.card")
    assert cards.count() > 3
    assert {link.get_attribute("href") for link in page.locator("td a.remark").all()} == {
        f"#{card.get_attribute('id')}" for card in cards.all()
    }
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_findings(page) == []
    page.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (PHONE, 844)])
@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_what_to_do_is_seen_without_scrolling(browser: Browser, language: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto((APPROVED / "episode" / f"bulletin.{language}.html").as_uri())
    first = page.locator(".todo li").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] < height
    page.close()


def test_no_text_of_a_map_runs_over_its_edge_in_a_font_that_is_wider(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    drawn = first_picture(level_map.draw, calm_facts()).svg.decode()
    wide = drawn.replace("'Noto Sans SC'", "monospace")
    assert wide != drawn
    page.set_content(wide)
    sheet = "document.documentElement.replaceWith(document.querySelector('svg'))"
    page.evaluate(sheet)
    assert page.evaluate(BEYOND) == []
    page.evaluate("document.querySelectorAll('text').forEach(one => one.removeAttribute('textLength'))")
    assert page.evaluate(BEYOND) != [], "the font is wider"
    page.close()
