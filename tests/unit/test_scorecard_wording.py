"""What the scorecard is made of, and how it writes numbers."""

import math
from pathlib import Path

import numpy as np
import pytest

from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Table
from hazecast.backtest.scorecard.options import ScorecardOptions
from hazecast.backtest.scorecard.wording import (
    counted,
    fixed,
    interval,
    lead_hours,
    level_in_words,
    listed,
    p_value,
    percent,
    ratio_in_words,
    signed,
)
from hazecast.cli.scorecard import ratio_of, scorecard_options
from hazecast.errors import SettingsError
from hazecast.records import Level


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (fixed(1234.56), "1,234.6"),
        (fixed(-0.04), "0.0"),
        (fixed(-1234.5, 0), "\u22121,234"),
        (fixed(math.nan), "–"),
        (signed(3.0), "+3.0"),
        (signed(-3.0), "\u22123.0"),
        (signed(0.01), "0.0"),
        (signed(math.nan), "–"),
        (percent(0.915), "92 %"),
        (percent(0.915, 1), "91.5 %"),
        (percent(math.nan), "–"),
        (interval(1.0, 2.0), "1.0 to 2.0"),
        (interval(math.nan, 2.0), ""),
        (counted(1, "false alarm"), "1 false alarm"),
        (counted(1200, "hour"), "1,200 hours"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (listed(["a"]), "a"),
        (listed([]), ""),
        (lead_hours(["1-6", "7-12", "25-48"]), "1–12 and 25–48 h"),
        (ratio_in_words(1 / 8), "1:8"),
        (ratio_in_words(0.3), "0.3"),
        (level_in_words(Level.YELLOW), "yellow or above"),
        (level_in_words(Level.RED), "red"),
        (p_value(0.0004), "p < 0.001"),
        (p_value(0.004), "p = 0.004"),
        (p_value(0.5), "p = 0.50"),
        (p_value(math.nan), "–"),
    ],
)
def test_how_it_is_written(written: str, text: str) -> None:
    assert written == text


@pytest.mark.parametrize(("typed", "ratio"), [("1:8", 0.125), ("1/8", 0.125), ("0.125", 0.125), ("2:5", 0.4)])
def test_a_ratio_can_be_typed_as(typed: str, ratio: float) -> None:
    assert ratio_of(typed) == pytest.approx(ratio)


@pytest.mark.parametrize("typed", ["8:1", "1:1", "0", "", "a:b", "1:0", "-1:8", "nan", "1:8:3", "1:inf"])
def test_what_is_no_ratio_is_refused_with_a_remedy(typed: str) -> None:
    with pytest.raises(SettingsError, match="1:8"):
        ratio_of(typed)


def test_options_as_they_are_typed() -> None:
    assert scorecard_options(None, "1:4", Path("days.csv")) == ScorecardOptions(0.25, None, Path("days.csv"))
    with pytest.raises(ValueError, match="within 0 to 1"):
        ScorecardOptions(cost_ratio=1.0)


def test_a_table_with_uneven_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="has 3 columns and rows of"):
        Table("t", ("a", "b", "c"), (Row("x", (Cell("1"), Cell("2"))), Row("y", (Cell("1"),))))


@pytest.mark.parametrize(("alt", "uri"), [(" ", "data:image/png;base64,"), ("what it shows", "https://example.org/a.png")])
def test_a_picture_needs_words_and_an_image_of_its_own(alt: str, uri: str) -> None:
    with pytest.raises(ValueError, match="alternative text"):
        Picture("p", alt, "", uri)


def test_a_number_that_numpy_made_is_written_alike() -> None:
    assert fixed(np.float64(2.25), 1) == fixed(2.25, 1)
