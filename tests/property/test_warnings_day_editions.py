"""Editions that decide on days, over the whole of what days can bring: as the texts have it, monotone, and unknown rather than none."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazecast.aqi.index import concentration_at
from hazecast.aqi.standard import load_standard
from hazecast.records import Cycle, Level
from hazecast.warnings.courses import Course
from hazecast.warnings.day_editions import HoursOfDayEdition, IndexEdition
from hazecast.warnings.edition import known_editions, load_edition
from hazecast.warnings.on_days import OnDays

NONE, B, Y, ORANGE, R = Level.NONE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED
INIT = datetime(2018, 1, 10, tzinfo=UTC)  # 8 o'clock in China, 9 in Japan
TOKYO = ZoneInfo("Asia/Tokyo")
INDEX = [e for e in map(load_edition, known_editions()) if isinstance(e, IndexEdition)]
JAPAN = next(e for e in map(load_edition, known_editions()) if isinstance(e, HoursOfDayEdition))
HJ = load_standard("hj-633-2012")
DAYS = 6


def days(edition: IndexEdition, index: list[float], observed: int = 0) -> list[Level]:
    """The level of each of the forecast's days by the index of all days, the first so many of them observed; NaN is a day that lacks."""
    values = [math.nan if math.isnan(i) else concentration_at(HJ, "pm25", 24, min(i, 499)) if i < 500 else 600.0 for i in index]
    hourly = np.repeat(np.array(values), 24)
    ahead = 24 * (len(index) - observed)
    cycle = Cycle(INIT, INIT, timedelta(hours=ahead))
    found = OnDays(edition, cycle, INIT, ZoneInfo("Asia/Shanghai"), None).of_field(hourly[24 * observed :], hourly[: 24 * observed])
    assert all(len(set(found[24 * d : 24 * d + 24])) == 1 for d in range(len(index) - observed))
    return [Level(int(v)) for v in found[::24]]


def as_the_text_says(name: str, index: list[float]) -> list[Level]:
    """Each day of a run of days above 200 (or 150) has the level that the run as a whole has; runs a day apart are one, at the higher."""
    levels = [NONE] * len(index)

    def run_of(day: int, bound: int) -> list[float]:
        if index[day] <= bound:
            return []
        first, last = day, day
        while first > 0 and index[first - 1] > bound:
            first -= 1
        while last + 1 < len(index) and index[last + 1] > bound:
            last += 1
        return index[first : last + 1]

    def days_on_end(run: list[float], bound: int) -> int:
        best = length = 0
        for value in run:
            length = length + 1 if value > bound else 0
            best = max(best, length)
        return best

    for day in range(len(index)):
        run, lighter = run_of(day, 200), run_of(day, 150)
        n, worse = len(run), days_on_end(run, 300)
        if name == "heavy-pollution-2016":
            own = [(n >= 1, B), (n >= 2, Y), (n >= 3 and worse >= 1, ORANGE), (n >= 4 and worse >= 2, R), (index[day] >= 500, R)]
        elif name == "heavy-pollution-2019":
            own = [(n >= 2, Y), (n >= 3, ORANGE), (n >= 4 and worse >= 2, R), (index[day] >= 500, R)]
        else:
            own = [(n >= 1, Y), (len(lighter) >= 2, Y), (n >= 2, ORANGE), (len(lighter) >= 3, ORANGE), (n >= 3 and worse >= 1, R)]
        levels[day] = max((level for met, level in own if met), default=NONE)
    return joined(levels)


def joined(levels: list[Level]) -> list[Level]:
    out = list(levels)
    filled = [level > NONE or (0 < d < len(levels) - 1 and levels[d - 1] > NONE and levels[d + 1] > NONE) for d, level in enumerate(levels)]
    for first in range(len(levels)):
        last = first
        while last < len(levels) and filled[last]:
            last += 1
        for day in range(first, last):
            out[day] = max(out[day], *levels[first:last])
    return out


INDEX_OF_A_DAY = st.one_of(st.sampled_from([150.0, 151.0, 200.0, 201.0, 300.0, 301.0, 499.0, 500.0]), st.integers(0, 500).map(float))


@settings(max_examples=120)
@given(st.sampled_from(INDEX), st.lists(INDEX_OF_A_DAY, min_size=DAYS, max_size=DAYS))
def test_the_level_of_every_day_is_that_of_the_text(edition: IndexEdition, index: list[float]) -> None:
    assert days(edition, index) == as_the_text_says(edition.name, index)


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [
        ("heavy-pollution-2016", [201, 100, 100, 100], [B, NONE, NONE, NONE]),
        ("heavy-pollution-2016", [200, 200, 200, 200], [NONE, NONE, NONE, NONE]),
        ("heavy-pollution-2016", [201, 201, 201, 201], [Y, Y, Y, Y]),
        ("heavy-pollution-2016", [201, 301, 201, 100], [ORANGE, ORANGE, ORANGE, NONE]),
        ("heavy-pollution-2016", [301, 201, 301, 201], [ORANGE, ORANGE, ORANGE, ORANGE]),
        ("heavy-pollution-2016", [301, 301, 201, 201], [R, R, R, R]),
        ("heavy-pollution-2016", [500, 100, 100, 100], [R, NONE, NONE, NONE]),
        ("heavy-pollution-2019", [201, 100, 100, 100], [NONE, NONE, NONE, NONE]),
        ("heavy-pollution-2019", [201, 201, 100, 201], [Y, Y, NONE, NONE]),
        ("heavy-pollution-2019", [201, 201, 201, 201], [ORANGE, ORANGE, ORANGE, ORANGE]),
        ("heavy-pollution-2024", [151, 151, 150, 100], [Y, Y, NONE, NONE]),
        ("heavy-pollution-2024", [151, 151, 151, 100], [ORANGE, ORANGE, ORANGE, NONE]),
        ("heavy-pollution-2024", [201, 201, 301, 100], [R, R, R, NONE]),
        ("heavy-pollution-2024", [201, 100, 201, 201], [ORANGE, ORANGE, ORANGE, ORANGE]),
        ("heavy-pollution-2024", [201, 100, 100, 201], [Y, NONE, NONE, Y]),
    ],
)
def test_figures_of_the_texts(name: str, index: list[float], expected: list[Level]) -> None:
    edition = next(e for e in INDEX if e.name == name)
    assert days(edition, index) == expected


@settings(max_examples=60)
@given(st.sampled_from(INDEX), st.lists(INDEX_OF_A_DAY, min_size=DAYS, max_size=DAYS), st.integers(0, DAYS - 1), st.integers(1, 300))
def test_a_worse_day_never_lowers_any_day(edition: IndexEdition, index: list[float], day: int, more: int) -> None:
    worse = [min(v + more, 500.0) if d == day else v for d, v in enumerate(index)]
    assert all(b >= a for a, b in zip(days(edition, index), days(edition, worse), strict=True))


@settings(max_examples=80)
@given(st.sampled_from(INDEX), st.lists(INDEX_OF_A_DAY, min_size=DAYS, max_size=DAYS), st.integers(0, 3), st.sets(st.integers(0, DAYS - 1)))
def test_a_lost_day_makes_levels_unknown_and_never_others(edition: IndexEdition, index: list[float], observed: int, lost: set[int]) -> None:
    whole = days(edition, index, observed)
    poorer = days(edition, [math.nan if d in lost else v for d, v in enumerate(index)], observed)
    assert all(p in (w, Level.UNKNOWN) for p, w in zip(poorer, whole, strict=True))
    for day in lost:
        if day >= observed:
            assert poorer[day - observed] is not NONE


def test_days_that_were_observed_count() -> None:
    edition = next(e for e in INDEX if e.name == "heavy-pollution-2019")
    assert days(edition, [201, 201, 201, 100], observed=2) == [ORANGE, NONE]
    assert days(edition, [math.nan, math.nan, 201, 100], observed=2) == [Level.UNKNOWN, NONE]


def test_a_day_needs_twenty_hours_and_half_of_the_stations() -> None:
    edition = next(e for e in INDEX if e.name == "heavy-pollution-2024")
    on_days = OnDays(edition, Cycle(INIT, INIT, timedelta(hours=24)), INIT, ZoneInfo("Asia/Shanghai"), None)
    pm25 = np.full((1, 4, 24), 160.0)

    def of(values: np.ndarray) -> tuple[int, int]:
        found = on_days.of_course(Course(values, INIT + timedelta(hours=1), 0))
        return int(found.lowest[0, 0]), int(found.highest[0, 0])

    assert of(pm25) == (Y, Y)
    for lost, expected in (
        ((0, slice(0, 2), slice(0, 24)), (Y, Y)),
        ((0, slice(0, 3), slice(0, 24)), (NONE, Y)),
        ((0, slice(0, 4), slice(0, 4)), (Y, Y)),
    ):
        poorer = pm25.copy()
        poorer[lost] = np.nan
        assert of(poorer) == expected
    without_five = pm25.copy()
    without_five[:, :, :5] = np.nan
    assert of(without_five) == (NONE, Y)
    assert of(without_five * 2) == (Y, Y)  # 320 for 19 of 24 hours is above 150 whatever the others were


def advised(hourly: list[float], stations: int = 1, init_hour: int = 0) -> list[bool | None]:
    """Whether each hour of one local day in Tokyo is under an advisory, None where unknown; the hours up to `init_hour` were observed."""
    midnight = datetime(2018, 1, 10, tzinfo=TOKYO).astimezone(UTC)
    init = midnight + timedelta(hours=init_hour)
    values = np.tile(np.array(hourly, dtype=float), (1, stations, 1))
    on_days = OnDays(JAPAN, Cycle(init, init, timedelta(hours=24 - init_hour)), init, TOKYO, None)
    found = on_days.of_course(Course(values, midnight + timedelta(hours=1), init_hour))
    return [bool(a) if a == b else None for a, b in zip(found.lowest[0] > 0, found.highest[0] > 0, strict=True)]


def day_of(base: float, **spans: tuple[int, int, float]) -> list[float]:
    """Hours 1 to 24 of a day with some spans of them changed, both ends included."""
    out = [base] * 24
    for first, last, value in spans.values():
        out[first - 1 : last] = [value] * (last - first + 1)
    return out


def test_the_morning_judgement_holds_from_eight_and_the_noon_one_from_thirteen() -> None:
    morning = advised(day_of(55.0, peak=(5, 7, 86.0)))
    assert morning == [False] * 7 + [True] * 17
    assert advised(day_of(55.0, peak=(5, 7, 85.0))) == [False] * 24
    noon = advised(day_of(55.0, low=(5, 7, 84.0), high=(8, 12, 78.0)))
    assert noon == [False] * 12 + [True] * 12
    assert advised(day_of(55.0, low=(5, 7, 84.0), high=(8, 12, 77.0))) == [False] * 24


def test_a_day_above_seventy_is_advised_from_its_beginning() -> None:
    assert advised(day_of(70.5)) == [True] * 24
    assert advised(day_of(70.0)) == [False] * 24


def test_two_low_hours_lift_it() -> None:
    """Of the judgements; a day whose mean is above 70 stays advised."""
    assert advised(day_of(90.0, low=(15, 16, 50.0))) == [True] * 24
    found = advised(day_of(60.0, peak=(5, 7, 100.0), low=(15, 16, 50.0)))
    assert found == [False] * 7 + [True] * 9 + [False] * 8
    assert advised(day_of(60.0, peak=(5, 7, 100.0), low=(15, 15, 50.0)))[15] is True


def test_the_morning_needs_two_stations_and_noon_one() -> None:
    morning = np.array([day_of(55.0, peak=(5, 7, 86.0)), day_of(55.0)])[None]
    noon = np.array([day_of(55.0, peak=(5, 12, 81.0)), day_of(55.0)])[None]
    midnight = datetime(2018, 1, 10, tzinfo=TOKYO).astimezone(UTC)
    on_days = OnDays(JAPAN, Cycle(midnight, midnight, timedelta(hours=24)), midnight, TOKYO, None)
    of = [on_days.of_course(Course(values, midnight + timedelta(hours=1), 0)).lowest[0].tolist() for values in (morning, noon)]
    assert (max(of[0]), of[1]) == (NONE, [NONE] * 12 + [Y] * 12)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(1, 3), st.integers(0, 23))
def test_advisories_are_monotone_and_unknown_for_want_of_data(seed: int, factor: float, init: int) -> None:
    chance = np.random.default_rng(seed)
    hourly = (chance.uniform(20, 100) * np.exp(chance.normal(0.0, 0.5, 24))).tolist()
    whole, worse = advised(hourly, init_hour=init), advised([v * factor for v in hourly], init_hour=init)
    assert all(b or not a for a, b in zip(whole, worse, strict=True))
    assert advised([math.nan] * 24, init_hour=init) == [None] * (24 - init)
