"""What axe-core finds on a page that stands in a real browser."""

from importlib.resources import files

from playwright.sync_api import Page

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_SERIOUS = """() => axe.run(document, {iframes: false}).then(found => found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.target + " " + node.html).slice(0, 3).join(" | ")}`))"""


def serious_findings(page: Page) -> list[str]:
    """The rules broken in a serious or critical way, each with the first elements that break it."""
    page.evaluate(_AXE)
    found: list[str] = page.evaluate(_SERIOUS)
    return found
