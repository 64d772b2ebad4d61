"""What successive cycles said of the same hours: strands, lead time gained, flip-flop; and what all of it adds up to."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scores.continuous import flip_flop_index

from hazecast.backtest.events.flip_flop import flip_flop, window_levels
from hazecast.backtest.events.hours import hours_of_levels
from hazecast.backtest.events.lead_gain import LeadGained, lead_gained
from hazecast.backtest.events.spans import EventRule, Span, find_events
from hazecast.backtest.events.strands import Strand, stitch, strands_of
from hazecast.backtest.events.tally import Outcome, tally_events
from hazecast.records import Level

START = np.datetime64("2015-12-01T00", "ns")
HOUR = np.timedelta64(1, "h")
RULE = EventRule(level=2, least_hours=3, longest_gap_hours=2, near_hours=4)
NOTHING_GAINED = LeadGained(None, None, 0)
EVERY = tuple(level for level in Level if level > Level.NONE)
Levels = NDArray[np.int8]


def forecasts(every: int, cycles: int, leads: int) -> xr.Dataset:
    """(init_time, station, lead_time) with the number of the cycle × 1000 + lead × 10 + station."""
    values = 1000 * np.arange(cycles)[:, None, None] + 10 * np.arange(1, leads + 1)[None, None, :] + np.arange(2)[None, :, None]
    coords = {"init_time": START + every * np.arange(cycles) * HOUR, "station": ["a", "b"], "lead_time": np.arange(1, leads + 1)}
    return xr.Dataset({"pm25": (("init_time", "station", "lead_time"), values)}, coords=coords)


def series(whole: xr.Dataset, day: int, hours: int) -> NDArray[np.int64]:
    """The strand of a day from the first cycle's first hour on."""
    part = Strand(day, 24 * day - 23, 24 * day, 0).of(whole)
    valid = ((part["init_time"].values - START) / HOUR).astype(np.int64)[:, None] + part["lead_time"].values - 1
    return stitch(part["pm25"].values, valid, hours, -1)


def test_the_days_ahead_that_a_forecast_fills() -> None:
    inits = forecasts(24, 3, 60)["init_time"].values
    assert strands_of(inits, 60) == (Strand(1, 1, 24, 0), Strand(2, 25, 48, 0))
    assert strands_of(inits, 23) == ()
    assert strands_of(inits[:0], 72) == ()
    assert [s.name for s in strands_of(inits, 72)] == ["day 1", "day 2", "day 3"]


def test_of_several_cycles_a_day_one_speaks_for_the_day() -> None:
    assert {s.init_hour for s in strands_of(forecasts(6, 8, 48)["init_time"].values, 48)} == {0}
    assert {s.init_hour for s in strands_of(START + np.array([0, 12, 36]) * HOUR, 48)} == {12}


def test_a_strand_is_one_series_in_time() -> None:
    first, second = (series(forecasts(24, 3, 48), day, 96) for day in (1, 2))
    assert first[[0, 23, 24, 71], 1].tolist() == [11, 241, 1011, 2241]
    assert (first[72:] == -1).all()
    assert (second[:24] == -1).all()
    assert second[[24, 48, 95], 0].tolist() == [250, 1250, 2480]


def test_days_without_a_cycle_stay_unknown() -> None:
    found = series(forecasts(24, 3, 24).isel(init_time=[0, 2]), 1, 72)
    assert found[[0, 23, 24, 47, 48], 0].tolist() == [10, 240, -1, -1, 2010]


def test_cycles_of_other_hours_are_not_mixed_in() -> None:
    assert series(forecasts(12, 4, 24), 1, 48)[[11, 12, 24], 0].tolist() == [120, 130, 2010]


def test_several_arrays_are_stitched_at_once_and_nothing_runs_over() -> None:
    values = np.arange(8.0).reshape(2, 1, 2, 2)
    found = stitch(values, np.array([[3, 4]]), 4, np.nan)
    assert found.shape == (2, 4, 2)
    assert np.isnan(found[:, :3]).all()
    assert found[:, 3].tolist() == [[0.0, 2.0], [4.0, 6.0]]


EVENT = Span(40, 50, 2, True, True)
LEADS = np.arange(1, 49)


def gained(*warned_of: bool) -> LeadGained:
    """Cycles at hours 0, 12, 24 and 36, each of which warns of hours 41 to 45 or of nothing."""
    inits = np.arange(0, 48, 12)
    valid = inits[:, None] + LEADS
    table = np.where((valid >= 41) & (valid <= 45) & np.array(warned_of)[:, None], 2, 0).astype(np.int8)
    return lead_gained(EVENT, inits, LEADS, table, RULE)


@pytest.mark.parametrize(
    ("warned_of", "first", "held"),
    [
        ((True, True, True, True), 40, 40),
        ((False, True, True, True), 28, 28),
        ((True, False, True, True), 40, 16),
        ((True, True, True, False), 40, None),
        ((False, False, False, True), 4, 4),
        ((False, False, False, False), None, None),
    ],
)
def test_lead_time_gained(warned_of: tuple[bool, ...], first: int | None, held: int | None) -> None:
    assert gained(*warned_of) == LeadGained(first, held, 4)


def test_cycles_that_do_not_reach_the_event_are_not_asked() -> None:
    table = np.full((3, 24), 2, dtype=np.int8)
    inits = np.array([0, 17, 18])  # the second reaches hour 41, the third the third hour of the event
    assert lead_gained(EVENT, inits, np.arange(1, 25), table, RULE) == LeadGained(22, 22, 1)
    assert lead_gained(EVENT, np.array([40, 41, 42]), LEADS, np.full((3, 48), 2, dtype=np.int8), RULE) == NOTHING_GAINED


def test_a_warning_long_before_the_event_does_not_foresee_it() -> None:
    table = np.zeros((1, 48), dtype=np.int8)
    table[0, 30:35] = 3  # hours 31 to 35, and the event is near from hour 36 on
    assert lead_gained(EVENT, np.array([0]), LEADS, table, RULE).first is None
    table[0, 35:38] = 3
    assert lead_gained(EVENT, np.array([0]), LEADS, table, RULE).first == 40


def test_flip_flop_of_windows_by_hand() -> None:
    found = flip_flop(np.array([[0, 2, 0, 2], [0, 1, 2, 3], [2, 2, 2, 2], [-1, 1, 0, -1], [-1, -1, -1, 2]], dtype=np.int8), EVERY)
    assert (found.windows, found.steps, found.raised, found.lowered, found.turned) == (4, 10, 5, 2, 1)
    assert found.index == pytest.approx((4 / 2 + 0.0 + 0.0) / 3)  # only the first changed its mind for nothing: (6 - 2) / 2


def test_levels_that_an_edition_leaves_out_are_no_steps() -> None:
    without_blue = (Level.YELLOW, Level.ORANGE, Level.RED)
    assert flip_flop(np.array([[0, 2, 0, 2]], dtype=np.int8), without_blue).index == (3 - 1) / 2
    assert flip_flop(np.array([[0, 4, 0, 4]], dtype=np.int8), (Level.YELLOW, Level.RED)).index == (6 - 2) / 2
    rule = EventRule(1, least_hours=1)
    nowhere = np.zeros((3, 1), dtype=bool)
    tally = tally_events(drawn("444"), drawn("222"), rule, nowhere, lambda *_: NOTHING_GAINED)
    assert (tally.level_errors((Level.YELLOW, Level.RED)), tally.level_errors(without_blue)) == ((-1,), (-2,))


def test_the_index_is_that_of_scores() -> None:
    table = np.random.default_rng(3).integers(0, 5, (40, 6)).astype(np.int8)
    expected = flip_flop_index(xr.DataArray(table.astype(float), dims=("window", "cycle")), "cycle").mean()
    assert flip_flop(table, EVERY).index == pytest.approx(float(expected))


def test_nothing_is_said_of_flip_flop_without_cycles() -> None:
    found = flip_flop(np.zeros((0, 3), dtype=np.int8), EVERY)
    assert (found.windows, found.steps) == (0, 0)
    assert np.isnan(found.index)


def test_the_level_of_a_day_is_one_that_lasts() -> None:
    table = np.zeros((2, 48), dtype=np.int8)
    table[0, 24:27], table[0, 30:32] = 2, 4  # three hours at 2 or more, five with the two at 4
    table[1, 0:2] = 3
    found = window_levels(np.array([0, 24]), LEADS, table, np.array([0, 24, 48]), 3)
    assert found.tolist() == [[0, -1], [2, 0], [-1, 0]]


def test_a_day_that_is_not_forecast_whole_is_not_judged() -> None:
    table = np.zeros((1, 48), dtype=np.int8)
    table[0, 5] = -1
    assert window_levels(np.array([0]), LEADS, table, np.array([-1, 0, 24, 25]), 3).ravel().tolist() == [-1, -1, 0, -1]


def test_hours_are_counted_where_both_are_known() -> None:
    observed = np.array([2, 2, 0, 0, -1, 3, 1], dtype=np.int8)
    said = np.array([2, 0, 2, 0, 2, -1, 3], dtype=np.int8)
    found = hours_of_levels(observed, said, 2)
    assert (found.warned, found.unwarned, found.in_vain, found.quiet, found.unknown) == (1, 1, 2, 1, 2)
    assert (found.hit_rate, found.false_alarm_rate, found.false_alarm_ratio, found.base_rate) == pytest.approx((1 / 2, 2 / 3, 2 / 3, 2 / 5))
    assert np.isnan(hours_of_levels(observed[:0], said[:0], 2).base_rate)


def drawn(*series: str) -> Levels:
    return np.array([[-1 if c == "?" else int(c) for c in one] for one in series], dtype=np.int8).T


def test_the_events_of_all_places_add_up() -> None:
    observed = drawn("0222200000000000000000", "0000000022200000000000")
    said = drawn("0022220000000000033300", "0000000000000000000000")
    controlled = np.zeros((22, 2), dtype=bool)
    controlled[19, 0] = controlled[9, 1] = True
    gains = LeadGained(10, 5, 2)
    tally = tally_events(observed, said, RULE, controlled, lambda place, _span: gains if place == 0 else NOTHING_GAINED)
    assert [(e.place, e.outcome) for e in tally.episodes] == [(0, Outcome.HIT), (0, Outcome.FALSE), (1, Outcome.MISSED)]
    assert [tally.count(o) for o in Outcome] == [1, 0, 1, 1]
    assert (tally.observed_events, tally.forecast_events, tally.excused) == (2, 2, 1)
    assert (tally.onset_errors, tally.end_errors, tally.level_errors(EVERY)) == ((1,), (1,), (0,))
    assert tally.gains == (gains,)
    assert (tally.hours.warned, tally.hours.in_vain, tally.hours.unwarned) == (3, 4, 4)
    assert tally.hours_in_vain_under_control == 1
    assert (tally.episodes[0].observed, tally.episodes[0].forecast) == ((1, 4), (2, 5))
    assert tally.episodes[1].observed is None
    assert tally.episodes[2].forecast is None


def test_a_forecast_cannot_be_blamed_for_what_was_not_observed() -> None:
    tally = tally_events(drawn("0???????0"), drawn("022222200"), RULE, np.zeros((9, 1), dtype=bool), lambda *_: NOTHING_GAINED)
    assert tally.episodes == ()
    assert tally.hours.unknown == 7


def test_levels_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="do not go together"):
        tally_events(drawn("000"), drawn("0000"), RULE, np.zeros((3, 1), dtype=bool), lambda *_: NOTHING_GAINED)


def test_the_hours_of_events_are_those_between_their_ends() -> None:
    assert [s.hours for s in find_events(drawn("0222022200").ravel(), RULE)] == [7]
