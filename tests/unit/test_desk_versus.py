"""Engine against forecaster, worked out by hand, and as the page of a real archive tells it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.bulletin_facts import OBSERVED_FILE, facts_files
from hazecast.backtest.events.hours import WarnedHours
from hazecast.bulletins.situation import Period
from hazecast.config import VisibilitySettings
from hazecast.desk.came import Observed, Terms, observed_by
from hazecast.desk.versus import LEAST_TOLD, Said, compared
from hazecast.records import BulletinFacts, Choice, Level
from tests.desk_archive import CALM, INIT, waiting_facts

TERMS = Terms("cma-haze-2013", 0.3, 3, VisibilitySettings())
LEVELS = (Level.YELLOW, Level.ORANGE, Level.RED)
PERIOD = Period(INIT, INIT + timedelta(hours=24))


def said(proposed: Level, released: Level, came: Level, chance: float | None = 0.4) -> Said:
    choice = Choice(proposed, PERIOD.start, PERIOD.end)
    chances = ((Level.YELLOW, chance),)
    return Said("20300113T22Z", "tangshan", choice, replace(choice, level=released), proposed is not released, chances, came)


def test_what_each_said_is_held_against_the_same_that_came() -> None:
    told = compared(
        [
            *[said(Level.NONE, Level.YELLOW, Level.YELLOW)] * 12,
            *[said(Level.YELLOW, Level.NONE, Level.NONE)] * 6,
            *[said(Level.YELLOW, Level.ORANGE, Level.YELLOW)] * 3,
            said(Level.YELLOW, Level.NONE, Level.UNKNOWN),
        ],
        LEVELS,
        0.5,
    )
    assert (told.windows, told.unknown) == (21, 1)
    assert told.engine.levels[0].counts == WarnedHours(warned=3, in_vain=6, unwarned=12, quiet=0, unknown=0)
    assert told.released.levels[0].counts == WarnedHours(warned=15, in_vain=0, unwarned=0, quiet=6, unknown=0)
    assert told.released.levels[1].counts.in_vain == 3
    assert told.at_ratio.levels[0].counts.warned == 0
    assert (told.engine.error, told.engine.bias) == pytest.approx((18 / 21, -6 / 21))
    assert (told.released.error, told.released.bias) == pytest.approx((3 / 21, 3 / 21))
    engine, person = told.engine.levels[0].expense, told.released.levels[0].expense
    assert engine is not None
    assert person is not None
    assert (engine.spent, engine.value) == (33.0, pytest.approx((21 - 33) / (21 - 15)))
    assert person.value == 1.0


def test_of_too_few_there_are_counts_and_no_score() -> None:
    told = compared([said(Level.NONE, Level.YELLOW, Level.YELLOW)] * (LEAST_TOLD - 1), LEVELS, 0.5)
    assert told.released.levels[0].counts.warned == LEAST_TOLD - 1
    assert (told.released.error, told.released.levels[0].expense) == (None, None)
    assert compared([], LEVELS, 0.5).windows == 0


@pytest.mark.parametrize(("chance", "level"), [(0.39, Level.NONE), (0.4, Level.YELLOW), (None, Level.UNKNOWN)])
def test_who_acts_at_the_ratio_needs_a_chance_that_is_known(chance: float | None, level: Level) -> None:
    assert said(Level.NONE, Level.NONE, Level.NONE, chance).at_ratio(0.4) is level


def test_a_level_came_in_hours_on_end_and_what_nobody_measured_did_not_stay_away() -> None:
    times = np.datetime64(INIT.replace(tzinfo=None), "ns") + np.arange(1, 25) * np.timedelta64(1, "h")
    levels = np.zeros(24, dtype=np.int8)
    levels[[2, 3, 6, 7, 8]] = (Level.RED, Level.RED, Level.YELLOW, Level.ORANGE, Level.YELLOW)
    gaps = np.where(np.arange(24) % 24 < 7, np.int8(Level.UNKNOWN), levels)
    seen = Observed(times, {"a": levels, "b": gaps})
    assert seen.level_in("a", PERIOD, 3) is Level.YELLOW
    assert seen.level_in("a", PERIOD, 2) is Level.RED
    assert seen.level_in("b", PERIOD, 3) is Level.UNKNOWN
    assert seen.level_in("nowhere", PERIOD, 3) is Level.UNKNOWN
    assert seen.level_in("a", Period(PERIOD.start, PERIOD.end + timedelta(hours=24)), 3) is Level.UNKNOWN


def test_levels_that_came_are_those_of_the_areas_stations(tmp_path: Path) -> None:
    facts = _with_observed(waiting_facts(*CALM), 130.0, 95.0)
    for name, write in facts_files(facts).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name)
    assert (tmp_path / OBSERVED_FILE).is_file()
    before = Period(INIT - timedelta(hours=24), INIT)
    assert observed_by(tmp_path, TERMS).level_in("tangshan", before, 3) is Level.YELLOW
    by_days = replace(TERMS, edition="heavy-pollution-2024")
    assert observed_by(tmp_path, by_days).level_in("tangshan", before, 3) is Level.UNKNOWN


def _with_observed(facts: BulletinFacts, pm25: float, humidity: float) -> BulletinFacts:
    like = facts.observations["pm25"]
    seen = xr.Dataset({"pm25": xr.full_like(like, pm25), "relative_humidity": xr.full_like(like, humidity)})
    return replace(facts, observations=seen)
