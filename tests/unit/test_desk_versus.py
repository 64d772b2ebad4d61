"""Engine against forecaster, worked out by hand, and as the page of a real archive tells it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.bulletin_facts import facts_files
from hazecast.backtest.events.hours import WarnedHours
from hazecast.bulletins.situation import Period
from hazecast.config import VisibilitySettings
from hazecast.desk.came import Observed, Terms, observed_by
from hazecast.desk.versus import LEAST_TOLD, Said, compared
from hazecast.records import BulletinFacts, Choice, Level
from tests.desk_archive import CALM, INIT, waiting_facts

TERMS = Terms("cma-haze-2013", 0.3, 3, VisibilitySettings())
LEVELS = (Level.YELLOW, Level.ORANGE, Level.RED)
Array = NDArray[np.float64]
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
    seen = Observed(times, {"a": levels, "b": gaps}, 3)
    assert seen.level_in("a", PERIOD) is Level.YELLOW
    assert replace(seen, minimum_hours=2).level_in("a", PERIOD) is Level.RED
    assert seen.level_in("b", PERIOD) is Level.UNKNOWN
    assert seen.level_in("nowhere", PERIOD) is Level.UNKNOWN
    assert seen.level_in("a", Period(PERIOD.start, PERIOD.end + timedelta(hours=24))) is Level.UNKNOWN


DAYS = [Period(INIT - timedelta(days=10 - n), INIT - timedelta(days=9 - n)) for n in range(10)]
BEFORE = DAYS[-1]


def test_levels_that_came_are_those_of_the_areas_stations(tmp_path: Path) -> None:
    _store(tmp_path, _with_observed(waiting_facts(*CALM), np.full(72, 130.0), 95.0))
    assert observed_by((tmp_path,), TERMS, 0).level_in("tangshan", BEFORE) is Level.YELLOW
    assert observed_by((tmp_path / "nowhere", tmp_path), TERMS, 0).level_in("tangshan", BEFORE) is Level.YELLOW
    assert observed_by((tmp_path / "nowhere",), TERMS, 0).level_in("tangshan", BEFORE) is Level.UNKNOWN


def test_days_come_as_an_edition_on_days_reads_them(tmp_path: Path) -> None:
    """An index of 210 on three days of ten, and of 75 on the others; each day is told by those before and after it."""
    daily = np.full((10, 24), 55.0)
    daily[5:8] = 160.0
    lacking = daily.copy()
    lacking[8, 4:] = np.nan
    by_days = replace(TERMS, edition="heavy-pollution-2024")
    whole, gap = (tmp_path / name for name in ("whole", "gap"))
    for folder, pm25 in ((whole, daily), (gap, lacking)):
        _store(folder, _with_observed(waiting_facts(*CALM), pm25.ravel(), 95.0))
    told, open_end = (observed_by((folder,), by_days, INIT.hour) for folder in (whole, gap))
    assert [told.level_in("tangshan", day) for day in DAYS[4:10]] == [Level.NONE, *[Level.ORANGE] * 3, Level.NONE, Level.NONE]
    assert [open_end.level_in("tangshan", day) for day in DAYS[6:9]] == [Level.UNKNOWN] * 3  # the day that lacks could make it red
    half_a_day_later = observed_by((whole,), by_days, (INIT.hour + 12) % 24)  # the index of the first day is 141
    assert half_a_day_later.level_in("tangshan", Period(DAYS[5].start, DAYS[5].start + timedelta(hours=12))) is Level.NONE


def test_of_each_hour_the_newest_cycle_tells_what_it_knew(tmp_path: Path) -> None:
    newer, older = tmp_path / "newer", tmp_path / "older"
    _store(newer, _with_observed(waiting_facts(*CALM), np.full(72, 40.0), 95.0))
    _store(older, _with_observed(waiting_facts(*CALM), np.full(96, 130.0), 95.0))
    seen = observed_by((newer, older), TERMS, 0)
    assert [seen.level_in("tangshan", day) for day in DAYS[-4:]] == [Level.YELLOW, *[Level.NONE] * 3]


@pytest.mark.parametrize(("every", "level"), [(1, Level.YELLOW), (2, Level.YELLOW), (3, Level.YELLOW), (4, Level.UNKNOWN)])
def test_a_network_that_tells_every_third_hour_is_believed(tmp_path: Path, every: int, level: Level) -> None:
    _store(tmp_path, _with_observed(waiting_facts(*CALM), np.where(np.arange(72) % every == 0, 130.0, np.nan), 95.0))
    assert observed_by((tmp_path,), TERMS, 0).level_in("tangshan", BEFORE) is level


def test_an_hour_that_an_hourly_network_lacks_stays_unknown(tmp_path: Path) -> None:
    pm25 = np.full(72, 130.0)
    pm25[-9:-2] = np.nan
    _store(tmp_path, _with_observed(waiting_facts(*CALM), pm25, 95.0))
    seen = observed_by((tmp_path,), TERMS, 0)
    assert (seen.by_area["tangshan"] == Level.UNKNOWN).sum() == 7
    assert seen.level_in("tangshan", BEFORE) is Level.UNKNOWN


def _store(folder: Path, facts: BulletinFacts) -> None:
    for name, write in facts_files(facts).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name)


def _with_observed(facts: BulletinFacts, pm25: Array, humidity: float) -> BulletinFacts:
    """All stations with the same values (hour), the last of which is that of the hour that ends at the cycle's beginning."""
    stations = [station.id for station in facts.stations]
    times = np.datetime64(INIT.replace(tzinfo=None), "ns") - np.arange(pm25.size)[::-1] * np.timedelta64(1, "h")
    both = {"pm25": pm25, "relative_humidity": np.full(pm25.size, humidity)}
    fields = {name: (("time", "station"), np.repeat(values[:, None], len(stations), axis=1)) for name, values in both.items()}
    return replace(facts, observations=xr.Dataset(fields, {"time": times, "station": stations}))
