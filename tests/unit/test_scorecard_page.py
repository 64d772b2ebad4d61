"""The scorecard of a made-up backtest, as the command writes it."""

import base64
import dataclasses
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from hazecast.archive.netcdf import read_dataset, write_dataset
from hazecast.backtest.scorecard import write_scorecard
from hazecast.errors import MissingExtra
from tests.backtest_folder import Made, write_backtest
from tests.commands import hazecast

MADE = Made(days=12, stations=2, leads=48)
FILES = {"scorecard.html", "scores.csv", "scores.nc", "events.csv", "value.csv"}
SECTIONS = ["versus", "skill", "levels", "probabilities", "events", "value", "where", "counts", "provenance"]


class Outline(HTMLParser):
    """What a reader without eyes, and a browser without a network, find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.anchors: list[str] = []
        self.alts: list[str] = []
        self.sources: list[str] = []
        self.links: list[str] = []
        self.scopes: list[str | None] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
            self.anchors += [found["id"]] if found.get("id") else []
        if tag == "img":
            self.alts.append(found.get("alt") or "")
            self.sources.append(found.get("src") or "")
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "th":
            self.scopes.append(found.get("scope"))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backtest held against an older one, with two days of emission control."""
    base = tmp_path_factory.mktemp("backtests")
    write_backtest(base / "new", MADE)
    write_backtest(base / "old", dataclasses.replace(MADE, error=0.8, forecast_seed=3))
    (base / "control.csv").write_text("first,last,where\n2015-11-24,2015-11-25,\n")
    done = hazecast("scorecard", "new", "--compare", "old", "--cost-ratio", "1:5", "--control-days", "control.csv", cwd=base)
    assert (done.status, done.err) == (0, "")
    assert {Path(line.split()[-1]).name for line in done.out.splitlines()} == FILES
    return base / "new"


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "scorecard.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_it_asks_for_nothing_from_elsewhere(page: str, outline: Outline) -> None:
    assert all(source.startswith("data:image/svg+xml;base64,") for source in outline.sources)
    assert not outline.tags & {"script", "link", "iframe", "object", "video"}
    assert "url(" not in page
    assert "@import" not in page
    drawn = [base64.b64decode(source.partition(",")[2]).decode() for source in outline.sources]
    assert not [svg for svg in drawn if re.search(r'(?:href|src)="(?!#)', svg)]


def test_it_can_be_read_without_eyes(outline: Outline) -> None:
    assert len(outline.sources) > 15
    assert all(len(alt) > 40 for alt in outline.alts)
    assert set(outline.scopes) == {"col", "row"}
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_every_section_can_be_jumped_to(outline: Outline) -> None:
    assert outline.anchors == SECTIONS
    assert outline.links == [f"#{anchor}" for anchor in SECTIONS]


def test_the_first_sentences_say_how_good_it_is(outline: Outline) -> None:
    assert "At 1–48 h the forecast cannot be told from persistence" in outline.text  # two blocks of days cannot tell more
    assert re.search(r"(new is better than old at|No difference between new and old can be told from chance)", outline.text)
    assert "Perfect prognosis" in outline.text


def test_baselines_stand_beside_everywhere(page: str) -> None:
    for caption in ("Scores by group of lead times", "Each warning level, hour by hour", "Events at stations", "By station;"):
        table = page[page.index(f"<caption><span>{caption}") :].partition("</table>")[0]
        assert all(baseline in table for baseline in ("persistence", "diurnal persistence", "uncorrected")), caption


def test_what_is_missing_is_told(outline: Outline) -> None:
    assert "12 cycles of 13 planned were run; 1 cycle could not be." in outline.text
    assert "20151220T0000Z No weather for 24 hours." in outline.text
    possible = MADE.days * MADE.stations * MADE.leads
    assert f"Possible pairs of cycle, station and lead time {possible:,} 100.0 %" in outline.text


def test_the_dial_says_what_would_have_been_warned_and_missed(outline: Outline) -> None:
    said = r"reaches 1:5, a day ahead: [\d,]+ of [\d,]+ station hours at the level would have been warned, [\d,]+ missed"
    assert re.search(said, outline.text)


def test_days_of_control_are_scored_both_ways(outline: Outline) -> None:
    assert "The same without days of emission control" in outline.text
    assert "on control days" in outline.text


def test_it_says_where_it_comes_from(folder: Path, outline: Outline) -> None:
    record = json.loads((folder / "backtest.json").read_text())
    for key in ("command", "settings_sha256", "edition"):
        assert record[key] in outline.text


def test_the_lists_of_events_and_values_can_be_read_back(folder: Path) -> None:
    events = pd.read_csv(folder / "events.csv", parse_dates=["observed_start", "observed_end", "forecast_start", "forecast_end"])
    assert set(events["outcome"]) <= {"hit", "near hit", "missed", "false alarm"}
    assert (events["observed_end"] > events["observed_start"])[events["observed_start"].notna()].all()
    assert events.loc[events["outcome"] == "missed", "forecast_start"].isna().all()
    assert events["control_day"].any()
    value = pd.read_csv(folder / "value.csv")
    assert value["value_of_level"].max() <= 1.0
    assert set(value["forecast"]) >= {"hazecast", "persistence"}


def test_the_same_backtest_gives_the_same_page(tmp_path: Path) -> None:
    made = write_backtest(tmp_path / "short", Made(days=3, stations=1, leads=24))
    write_scorecard(made)
    first = (made / "scorecard.html").read_bytes()
    write_scorecard(made)
    assert (made / "scorecard.html").read_bytes() == first


def test_a_forecast_of_one_number_in_clean_air_is_scored_too(tmp_path: Path) -> None:
    """No quantiles, no warnings kept, no level ever reached."""
    made = write_backtest(tmp_path / "clean", Made(days=4, stations=1, leads=24, level=0.05))
    forecasts = read_dataset(made / "forecasts.nc").drop_vars(["pm25_quantile", "visibility_quantile", "quantile"])
    write_dataset(forecasts, made / "forecasts.nc")
    (made / "warnings.json").unlink()
    write_scorecard(made)
    found = Outline((made / "scorecard.html").read_text(encoding="utf-8"))
    assert "No hour at any warning level was observed" in found.text
    assert "the dial cannot be turned" in found.text
    assert "probabilities" not in found.anchors


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    done = hazecast("scorecard", "nowhere", cwd=tmp_path)
    assert done.status == 2
    assert "backtest.json cannot be read" in done.err


def test_a_backtest_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    made = write_backtest(tmp_path / "half", Made(days=1, stations=1, leads=24))
    (made / "forecasts.nc").unlink()
    done = hazecast("scorecard", "half", cwd=tmp_path)
    assert done.status == 2
    assert "not finished" in done.err


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    made = write_backtest(tmp_path / "half", Made(days=1, stations=1, leads=24))
    (made / "settings.json").write_text("{}")
    done = hazecast("scorecard", "half", cwd=tmp_path)
    assert done.status == 2
    assert "settings.json" in done.err


def test_a_ratio_that_is_none_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    done = hazecast("scorecard", "nowhere", "--cost-ratio", "8:1", cwd=tmp_path)
    assert done.status == 2
    assert "--cost-ratio is '8:1'" in done.err


def test_without_the_optional_part_it_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.startswith("hazecast.backtest.scorecard.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match="'backtest'"):
        write_scorecard(tmp_path)
