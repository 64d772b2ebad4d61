"""Chances and the area rule: bounded, monotone, and never surer for having less data."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.config import WarningSettings
from hazecast.quantiles import values_at
from hazecast.records import Cycle, Level
from hazecast.warnings.areas import Judgement, judge
from hazecast.warnings.chances import ascending, level_chances
from hazecast.warnings.deciding import levels
from hazecast.warnings.drawn import drawn_levels
from hazecast.warnings.edition import load_hourly_edition
from hazecast.warnings.rule import rule_of
from hazecast.warnings.stations import AreaStations, StationHours
from hazecast.warnings.windows import Window

EDITION = load_hourly_edition("cma-haze-2013")
QUANTILES = np.array([0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 0.98])
MEDIAN = 3
DRAWS = 7
INIT = datetime(2026, 1, 10, tzinfo=UTC)
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Area:
    """PM2.5 and visibility quantiles (station, hour, quantile) and humidity (station, hour); draws of both (2, draw, station, hour)."""

    pm25_quantile: Array
    visibility_quantile: Array
    humidity: Array
    draws: Array | None

    def with_more_pm25(self, factor: float) -> "Area":
        draws = None if self.draws is None else self.draws * np.array([factor, 1.0 / factor])[:, None, None, None]
        return Area(self.pm25_quantile * factor, self.visibility_quantile / factor, self.humidity, draws)

    def losing(self, lost: NDArray[np.bool_]) -> "Area":
        """The area without what is lost, (PM2.5 or visibility or humidity, station, hour)."""
        return Area(
            np.where(lost[0, ..., None], np.nan, self.pm25_quantile),
            np.where(lost[1, ..., None], np.nan, self.visibility_quantile),
            np.where(lost[2], np.nan, self.humidity),
            None if self.draws is None else np.where(lost[:2, None], np.nan, self.draws),
        )

    def turned(self) -> "Area":
        draws = None if self.draws is None else self.draws[:, :, ::-1]
        return Area(self.pm25_quantile[::-1], self.visibility_quantile[::-1], self.humidity[::-1], draws)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    seed, stations, hours = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 6)), draw(st.integers(1, 12))
    chance = np.random.default_rng(seed)
    median = np.exp(chance.uniform(np.log(draw(st.sampled_from([5.0, 60.0, 150.0]))), np.log(900.0), (stations, 1)))
    median = median * np.exp(chance.normal(0.0, 0.3, (stations, hours)))
    spread = np.exp(np.sort(chance.normal(0.0, 0.4, QUANTILES.size)))
    pm25, clarity = median[..., None] * spread, chance.uniform(1e5, 2e6, (stations, hours, 1))
    parts = np.moveaxis(values_at(pm25, QUANTILES, (np.arange(DRAWS) + 0.5) / DRAWS), -1, 0)
    drawn = np.maximum(chance.permuted(parts, axis=0), 0.1)
    seen = clarity[..., 0] / drawn * np.exp(chance.normal(0.0, 0.3, (DRAWS, 1, 1)))
    draws = np.stack([drawn, seen]) if draw(st.booleans()) else None
    return Area(pm25, clarity / pm25, chance.uniform(40.0, 100.0, (stations, hours)), draws)


RULES = st.builds(
    WarningSettings,
    area_share=st.floats(0.05, 1.0),
    minimum_hours=st.integers(1, 5),
    raise_probability=st.floats(0.05, 0.95),
)


def judged(area: Area, rule: WarningSettings) -> Judgement:
    stations, hours, _ = area.pm25_quantile.shape
    cycle = Cycle(INIT, INIT, timedelta(hours=hours))
    quantile = ascending(area.pm25_quantile)
    at_stations = AreaStations(
        ids=tuple(str(i) for i in range(stations)),
        level=levels(EDITION, quantile[..., MEDIAN], area.visibility_quantile[..., MEDIAN], area.humidity),
        visibility=area.visibility_quantile[..., MEDIAN],
        pm25_quantile=quantile,
        quantiles=QUANTILES,
        judged=StationHours(
            EDITION,
            level_chances(EDITION, quantile, area.visibility_quantile, area.humidity, QUANTILES),
            None if area.draws is None else drawn_levels(EDITION, *area.draws, area.humidity),
        ),
    )
    return judge("town", at_stations, Window(INIT, cycle.end_time), cycle, rule_of(rule, EDITION))


@given(areas(), RULES)
def test_a_complete_area_is_known_and_its_chances_fall_from_level_to_level(area: Area, rule: WarningSettings) -> None:
    found = judged(area, rule).assessment
    chances = [c.probability for c in found.chances]
    assert None not in chances
    assert chances == sorted(chances, key=lambda p: -(p or 0.0))
    reached = [c.level for c in found.chances if (c.probability or 0.0) >= (rule.raise_probability or 0.5)]
    assert found.level is max(reached, default=Level.NONE)
    assert found.hours_known == found.hours
    assert judged(area, rule).kept is judged(area, rule).keepable >= found.level
    assert (found.condition != "") == (found.level > Level.NONE)
    assert found.level is Level.NONE or found.condition.startswith(found.level.name.lower())


@given(areas(), RULES, st.floats(1.0, 3.0))
def test_more_pm25_never_lowers_a_chance_or_the_level(area: Area, rule: WarningSettings, factor: float) -> None:
    better, worse = judged(area, rule).assessment, judged(area.with_more_pm25(factor), rule).assessment
    assert worse.level >= better.level
    assert all((w.probability or 0.0) >= (b.probability or 0.0) - 1e-9 for w, b in zip(worse.chances, better.chances, strict=True))


@given(areas(), RULES, st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.4, 0.9, 1.0]))
def test_losing_data_never_makes_an_area_clean_nor_contradicts_what_it_was(
    area: Area, rule: WarningSettings, seed: int, share: float
) -> None:
    chance = np.random.default_rng(seed)
    some, further = (chance.random((3, *area.humidity.shape)) < s for s in (share, share / 2))
    more = some | further
    truth, less, least = judged(area, rule), judged(area.losing(some), rule), judged(area.losing(more), rule)
    for fuller, poorer in ((truth, less), (less, least)):
        if fuller.assessment.level is not Level.NONE:
            assert poorer.assessment.level is not Level.NONE
        assert poorer.assessment.level <= max(fuller.assessment.level, Level.NONE)
        assert poorer.possible >= fuller.possible
        assert poorer.kept <= fuller.kept <= fuller.keepable <= poorer.keepable
        assert poorer.assessment.hours_known <= fuller.assessment.hours_known
        for full, poor in zip(fuller.assessment.chances, poorer.assessment.chances, strict=True):
            assert poor.probability is None or (
                full.probability is not None and math.isclose(poor.probability, full.probability, abs_tol=1e-8)
            )
    if more[:2].all():
        assert least.assessment.level is Level.UNKNOWN
        assert least.assessment.hours_known == 0


@given(areas(), RULES)
def test_the_order_of_stations_does_not_matter(area: Area, rule: WarningSettings) -> None:
    one, other = judged(area, rule).assessment, judged(area.turned(), rule).assessment
    assert (one.level, one.condition, one.chances, one.peak_pm25, one.hours_known) == (
        other.level,
        other.condition,
        other.chances,
        other.peak_pm25,
        other.hours_known,
    )
