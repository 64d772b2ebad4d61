"""Steps on a made-up network: the air keeps part of itself and takes the rest from a wind that comes and goes."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.features import Source
from hazecast.forecast.network import fit_network
from hazecast.forecast.series import Hindcasts, Rows, Series, series_of
from hazecast.forecast.steps import Steps, fit_steps
from hazecast.forecast.steps.fitting import LEAST_STEPS
from hazecast.forecast.steps.stepping import beginnings
from hazecast.forecast.steps.table import STATES, STEP_HOURS, step_table

Array = NDArray[np.float64]
HOURS, STATIONS, HORIZON = 60 * 24, 3, 48
KEPT = 0.93  # of the air's departure from where the wind would have it, from one hour to the next
PLACES = {"latitude": ("station", 39 + 0.3 * np.arange(STATIONS)), "longitude": ("station", 116 + 0.3 * np.arange(STATIONS))}


def world(seed: int = 0) -> dict[str, Array]:
    chance = np.random.default_rng(seed)
    wind, root = np.empty((HOURS, STATIONS)), np.empty((HOURS, STATIONS))
    wind[0], root[0] = 3.0, 9.0
    for hour in range(1, HOURS):
        wind[hour] = np.abs(3 + 0.95 * (wind[hour - 1] - 3) + chance.normal(0, 0.6))
        root[hour] = np.maximum(KEPT * root[hour - 1] + (1 - KEPT) * (15 - 2.5 * wind[hour]) + chance.normal(0, 0.1, STATIONS), 1)
    around = np.repeat(root.mean(axis=1, keepdims=True) ** 2, STATIONS, axis=1)
    return {"pm25": root**2, "pm25_exact": root**2, "neighbours": around, "eastward_wind": wind, "wind_speed": wind}


def series(fields: dict[str, Array]) -> Series:
    times = {"time": np.datetime64("2026-01-01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")}
    return series_of(xr.Dataset({key: (("time", "station"), values) for key, values in fields.items()}, {**times, **PLACES}))


def rows(first: int, last: int, every: int = 1, lag: int = 0) -> Rows:
    grid = np.meshgrid(np.arange(first, last, every), np.arange(STATIONS), np.arange(1, HORIZON + 1, 3), indexing="ij")
    origin, station, lead = (axis.ravel() for axis in grid)
    return Rows(origin, station, lead, lag)


LEARNT, LATER = rows(60, HOURS // 2, 5), rows(HOURS // 2 + 48, HOURS - HORIZON - 1, 7)
SILENT = (Source.STATION,)
NETWORK_SILENT = (Source.STATION, Source.NEIGHBOURS)


@pytest.fixture(scope="module")
def data() -> Series:
    return series(world())


@pytest.fixture(scope="module")
def steps() -> Steps:
    """Learnt with everything after the last row's valid hour poisoned: it may not matter."""
    poisoned = {key: values.copy() for key, values in world().items()}
    for values in poisoned.values():
        values[LEARNT.valid.max() + 1 :] = 1e7
    fitted = fit_steps(series(poisoned), LEARNT, seed=0)
    assert fitted is not None
    return fitted


def off(steps: Steps, data: Series, lacking: tuple[Source, ...] = (), of: Rows = LATER) -> Array:
    return np.asarray(steps.predict(data, of, lacking) - np.sqrt(data.at("pm25_exact", of.valid, of.station)))


def size(errors: Array) -> float:
    return float(np.sqrt((errors**2).mean()))


@pytest.mark.parametrize(("shortest", "longest"), [(1, 6), (7, 24), (25, HORIZON)])
def test_the_way_of_the_air_is_found(steps: Steps, data: Series, shortest: int, longest: int) -> None:
    of = LATER.take((LATER.lead >= shortest) & (LATER.lead <= longest))
    truth, last = (np.sqrt(data.at("pm25", when, of.station)) for when in (of.valid, of.origin))
    assert size(off(steps, data, of=of)) < 0.6 * min(size(last - truth), truth.std())


def test_a_row_depends_on_no_other_row(steps: Steps, data: Series) -> None:
    some = np.arange(0, LATER.lead.size, 11)
    alone = steps.predict(data, LATER.take(some), ())
    np.testing.assert_allclose(alone, steps.predict(data, LATER, ())[some], rtol=1e-5)


def test_nothing_after_the_last_known_hour_is_read_but_weather(steps: Steps, data: Series) -> None:
    of = rows(HOURS - 200, HOURS - 199, lag=3)
    fields = {key: values.copy() for key, values in data.values.items()}
    for key in ("pm25", "pm25_exact", "neighbours"):
        fields[key][HOURS - 200 - 3 + 1 :] = 1e7
    np.testing.assert_array_equal(steps.predict(series(fields), of, ()), steps.predict(data, of, ()))


def test_between_two_steps_it_is_drawn_straight(steps: Steps, data: Series) -> None:
    lead = np.arange(1, 13)
    path = steps.predict(data, Rows(np.full(12, 1000), np.zeros(12, dtype=int), lead, 0), ())
    begin = float(np.sqrt(data.values["pm25"][1000, 0]))
    np.testing.assert_allclose(path, np.interp(lead, [0, 6, 12], [begin, path[5], path[11]]))


def test_what_is_silent_is_taken_from_around_and_then_from_the_usual(steps: Steps, data: Series) -> None:
    known, station = np.array([1000]), np.array([1])
    own, around, usual = (beginnings(data, known, station, lacking, 7.0)[0] for lacking in ((), SILENT, NETWORK_SILENT))
    back = 1000 - STEP_HOURS * np.arange(STATES)
    np.testing.assert_allclose(own, np.sqrt(data.values["pm25"][back, 1]))
    np.testing.assert_allclose(around, np.sqrt(data.values["neighbours"][back, 1]))
    np.testing.assert_array_equal(usual, 7.0)
    near = LATER.take(LATER.lead <= 6)
    assert size(off(steps, data, of=near)) < size(off(steps, data, SILENT, near)) < size(off(steps, data, NETWORK_SILENT, near))


def test_one_gap_among_the_last_hours_is_filled_from_around(data: Series) -> None:
    fields = {key: values.copy() for key, values in data.values.items()}
    fields["pm25"][1000 - STEP_HOURS, 1] = np.nan
    got = beginnings(series(fields), np.array([1000]), np.array([1]), (), 7.0)[0]
    assert got[1] == pytest.approx(np.sqrt(fields["neighbours"][1000 - STEP_HOURS, 1]))
    assert got[0] == pytest.approx(np.sqrt(fields["pm25"][1000, 1]))


def test_without_weather_there_is_no_way(steps: Steps, data: Series) -> None:
    assert np.isnan(steps.predict(data, LATER, (Source.WEATHER, Source.BASE))).all()
    bare = series({key: values for key, values in data.values.items() if "wind" not in key})
    assert fit_steps(bare, LEARNT, seed=0) is None
    assert fit_steps(data, LEARNT.take(np.arange(LEAST_STEPS - 1)), seed=0) is None


def test_walks_teach_to_trust_less_what_steps_bring_along(steps: Steps, data: Series) -> None:
    """What is learnt from observed states alone takes its own guesses for observed, and errs more where it has gone far."""
    valid, station = (a.ravel() for a in np.meshgrid(np.unique(LEARNT.valid), np.arange(STATIONS)))
    table = step_table(data, valid, station, beginnings(data, valid - STEP_HOURS, station, (), steps.usual))[:, steps.columns]
    truth = np.sqrt(data.at("pm25_exact", valid, station))
    naive = replace(
        steps, model=steps.model.__class__(**steps.model.get_params()).fit(table, truth), networks=(fit_network(table, truth, 0),)
    )
    far = LATER.take(LATER.lead > 24)
    assert size(off(steps, data, of=far)) < 1.05 * size(off(naive, data, of=far))


def test_past_weather_is_seen_as_it_was_forecast(steps: Steps, data: Series) -> None:
    fields = {key: values.copy() for key, values in data.values.items()}
    for key in ("eastward_wind", "wind_speed"):
        fields[key] = np.full_like(fields[key], 9.0)
    windy = series(fields)
    seen = replace(data, hindcasts=Hindcasts(until=1200, lead_hours=np.array([24.0]), copy=lambda _: windy))
    past, ahead = (Rows(np.array([origin]), np.array([0]), np.array([30]), 0) for origin in (1100, 1190))
    np.testing.assert_array_equal(steps.predict(seen, past, ()), steps.predict(windy, past, ()))
    np.testing.assert_array_equal(steps.predict(seen, ahead, ()), steps.predict(data, ahead, ()))


def test_the_same_seed_learns_the_same_and_another_another(data: Series, steps: Steps) -> None:
    again, other = (fit_steps(data, LEARNT, seed) for seed in (0, 1))
    assert again is not None
    assert other is not None
    np.testing.assert_array_equal(again.predict(data, LATER, ()), steps.predict(data, LATER, ()))
    assert (other.predict(data, LATER, ()) != steps.predict(data, LATER, ())).any()
