"""Records that exist are right."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.remarks import NOTE_SENTENCES
from hazecast.records import (
    Action,
    Area,
    Bulletin,
    Cycle,
    Document,
    Forecast,
    Gathered,
    Gridded,
    HazeWarning,
    Level,
    LevelChance,
    MeteorologyKind,
    NoteCode,
    PlaceName,
    Station,
    WindowAssessment,
    utc,
)

INIT = datetime(2020, 2, 29, 18, tzinfo=UTC)
DAY = timedelta(hours=24)
CYCLE = Cycle(INIT, INIT, timedelta(hours=2))
STATION = Station("1", "One", 30.0, 120.0)
WARNING = HazeWarning(
    "w", "city", "cma-haze-2013", Action.ISSUE, Level.YELLOW, INIT, INIT + DAY, INIT, CYCLE.key, "yellow-3", 0.6, replaces=()
)
WINDOW = WindowAssessment(
    "city", INIT, INIT + DAY, Level.NONE, "", (), None, None, None, None, None, None, Level.UNKNOWN, hours=24, hours_known=0
)
DOCUMENT = Document("a.txt", "text/plain", "en", b"text")


def field(**sizes: int) -> xr.Dataset:
    return xr.Dataset({"pm25": (tuple(sizes), np.zeros(tuple(sizes.values())))})


WEATHER, OBSERVED = field(time=1, latitude=2, longitude=2), field(time=1, station=1)
GATHERED = Gathered(CYCLE, WEATHER, MeteorologyKind.ANALYSIS, OBSERVED, (STATION,), (), ())
GRID = field(lead_time=2, latitude=3, longitude=3).assign_coords(lead_time=[1, 2])
AT_STATIONS = field(station=1, lead_time=2, quantile=5).assign_coords(lead_time=[1, 2])
DRAWS = field(draw=3, station=1, lead_time=2).assign_coords(lead_time=[1, 2])


def test_a_cycle_names_itself_its_leads_and_its_end() -> None:
    assert CYCLE.key == "20200229T18Z"
    assert list(CYCLE.lead_hours) == [1, 2]
    assert CYCLE.end_time == datetime(2020, 2, 29, 20, tzinfo=UTC)


def test_levels_are_ordered_and_unknown_is_not_none() -> None:
    assert sorted(Level) == [Level.UNKNOWN, Level.NONE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED]
    assert Level.UNKNOWN is not Level.NONE
    assert Level.UNKNOWN != Level.NONE


def test_a_note_code_has_a_sentence() -> None:
    assert set(NOTE_SENTENCES) == set(NoteCode)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: replace(CYCLE, init_time=datetime(2020, 1, 1)), "init_time is .* must be aware and in UTC"),
        (lambda: replace(CYCLE, as_of=datetime(2020, 1, 1)), "as_of is .* must be aware and in UTC"),
        (lambda: replace(CYCLE, as_of=INIT.astimezone(timezone(timedelta(hours=8)))), "as_of is .* must be aware and in UTC"),
        (lambda: replace(CYCLE, init_time=INIT + timedelta(minutes=30)), "must be a full hour"),
        (lambda: replace(CYCLE, init_time=INIT + timedelta(microseconds=1)), "must be a full hour"),
        (lambda: replace(CYCLE, horizon=timedelta(minutes=90)), "whole number of hours"),
        (lambda: replace(CYCLE, horizon=timedelta(0)), "at least one"),
        (lambda: replace(CYCLE, horizon=-DAY), "at least one"),
        (lambda: replace(STATION, latitude=120.0), "Station 'One' lies at 120.0"),
        (lambda: replace(STATION, latitude=float("nan")), "lies at nan"),
        (lambda: replace(STATION, longitude=361.0), "expected degrees north and east"),
        (lambda: Area("city", (), ("1",), "UTC"), "needs a name"),
        (lambda: Area("city", (PlaceName("en", "City"),), (), "UTC"), "a station or a territory"),
        (lambda: replace(GATHERED, meteorology=field(time=1)), r"meteorology lacks the dimensions \['latitude', 'longitude'\]"),
        (lambda: replace(GATHERED, observations=field(time=1)), r"observations lacks the dimensions \['station'\]"),
        (lambda: replace(GATHERED, stations=()), "0 stations, but observations of 1"),
        (lambda: Gridded(GATHERED, OBSERVED, OBSERVED, OBSERVED, ()), "lattice_weather lacks"),
        (lambda: Gridded(GATHERED, WEATHER, WEATHER, OBSERVED, ()), "station_weather lacks"),
        (lambda: Gridded(GATHERED, WEATHER, OBSERVED, WEATHER, ()), "observations lacks"),
        (lambda: Forecast(CYCLE, GRID.isel(lead_time=[0]), AT_STATIONS, ()), r"grid has lead times \[1\], expected the hours 1 to 2"),
        (lambda: Forecast(CYCLE, GRID, AT_STATIONS.assign_coords(lead_time=[0, 1]), ()), r"stations has lead times \[0 1\]"),
        (lambda: Forecast(CYCLE, GRID, AT_STATIONS.isel(quantile=0), ()), "stations lacks the dimensions"),
        (lambda: Forecast(CYCLE, GRID, AT_STATIONS, (), draws=AT_STATIONS), r"draws lacks the dimensions \['draw'\]"),
        (lambda: Forecast(CYCLE, GRID, AT_STATIONS, (), draws=DRAWS.isel(lead_time=[1])), r"draws has lead times \[2\]"),
        (lambda: LevelChance(Level.RED, 1.01), "probability of RED is 1.01; expected 0 to 1"),
        (lambda: LevelChance(Level.RED, float("nan")), "probability of RED is nan"),
        (lambda: replace(WINDOW, valid_until=INIT), "The window of 'city' runs from"),
        (lambda: replace(WINDOW, valid_from=datetime(2020, 1, 1)), "valid_from is"),
        (lambda: replace(WARNING, valid_until=INIT), "Warning w is valid from"),
        (lambda: replace(WARNING, issued_at=datetime(2020, 1, 1)), "issued_at is"),
        (lambda: replace(WARNING, level=Level.UNKNOWN), "Warning w would issue level UNKNOWN"),
        (lambda: replace(WARNING, level=Level.NONE), "Warning w would issue level NONE"),
        (lambda: replace(WARNING, action=Action.LIFT), "Warning w would lift level YELLOW"),
        (lambda: replace(DOCUMENT, name="../a.txt"), "plain file name and content"),
        (lambda: replace(DOCUMENT, name=""), "plain file name and content"),
        (lambda: replace(DOCUMENT, content=b""), "with 0 bytes"),
        (lambda: Bulletin("b", CYCLE.key, INIT, (DOCUMENT, DOCUMENT)), "Two documents of bulletin b have one name"),
        (lambda: Bulletin("b", CYCLE.key, datetime(2020, 1, 1), (DOCUMENT,)), "expires_at is"),
    ],
)
def test_what_is_not_right_cannot_be_made(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_a_lift_is_of_no_level() -> None:
    assert replace(WARNING, action=Action.LIFT, level=Level.NONE).level is Level.NONE


def test_records_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        CYCLE.as_of = INIT  # type: ignore[misc]


def test_an_area_is_called_by_its_name_in_a_language_or_by_its_first() -> None:
    area = Area("city", (PlaceName("zh", "城"), PlaceName("en", "City")), ("1",), "Asia/Shanghai")
    assert area.name_in("en") == "City"
    assert area.name_in("ja") == "城"


def test_a_naive_moment_is_taken_for_utc_and_an_aware_one_is_brought_there() -> None:
    assert utc(datetime(2020, 1, 1)) == datetime(2020, 1, 1, tzinfo=UTC)
    eastern = utc(datetime(2020, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))))
    assert (eastern, eastern.utcoffset()) == (datetime(2020, 1, 1, tzinfo=UTC), timedelta(0))


def test_a_document_keeps_its_own_folder() -> None:
    assert Path(DOCUMENT.name).parent == Path()
