"""hazecast's own base forecast on a small lattice, with all that is learnt for it."""

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from hazecast.config import TransportSettings
from hazecast.forecast.base import LEAST_PAIRS, BaseForecast, Sources, Task, own_base, scaled_to
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS
from hazecast.records import Station
from tests.driving import LATTICE, driven, weather

HOURS, ORIGIN = 80, 67
STATIONS = (Station("a", "A", 39.5, 115.5), Station("b", "B", 39.6, 116.0))
SETTINGS = TransportSettings(members=2)
EVEN = np.ones(LATTICE.shape)


def blowing() -> xr.Dataset:
    data = weather(HOURS)
    course = 2 + np.sin(np.arange(HOURS) / 5)[:, None, None]
    return data.assign(eastward_wind=data["eastward_wind"] + course, northward_wind=data["northward_wind"] + 0.5 * course)


def task(data: xr.Dataset | None = None, settings: TransportSettings = SETTINGS, known: int = ORIGIN) -> Task:
    depth = np.full(LATTICE.shape, 500.0)
    return Task(driven(blowing() if data is None else data, EVEN), settings, STATIONS, depth, 0, known, ORIGIN, 0)


def observed(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(20, 200, (HOURS, 2))


@pytest.fixture(scope="module")
def made() -> tuple[BaseForecast, Sources]:
    base, sources = own_base(task(), observed(), lambda _: None, ExitStack())
    assert sources is not None
    return base, sources


def test_it_is_known_after_the_spin_up(made: tuple[BaseForecast, Sources]) -> None:
    base, _ = made
    assert base.stations.shape == (HOURS, 2)
    assert base.grid.shape == (HOURS - ORIGIN - 1, *LATTICE.shape)
    assert base.ahead.shape == (HOURS - ORIGIN - 1, 2)
    assert np.isnan(base.stations[:SPIN_UP_HOURS]).all()
    for known in (base.stations[SPIN_UP_HOURS:], base.grid, base.ahead):
        assert (known > 0.0).all()


def test_its_mean_is_about_that_of_the_observations(made: tuple[BaseForecast, Sources]) -> None:
    past = slice(SPIN_UP_HOURS, ORIGIN + 1)
    assert made[0].stations[past].mean() == pytest.approx(observed()[past].mean(), rel=0.25)


def test_stations_have_the_grid_of_where_they_are(made: tuple[BaseForecast, Sources]) -> None:
    grid, ahead = made[0].grid, made[0].ahead
    np.testing.assert_allclose(ahead[:, 0], grid[:, 2, 2], rtol=1e-6)
    np.testing.assert_allclose(ahead[:, 1], 0.6 * grid[:, 2, 4] + 0.4 * grid[:, 3, 4], rtol=1e-6)


def test_sources_sum_to_the_forecast(made: tuple[BaseForecast, Sources]) -> None:
    base, sources = made
    np.testing.assert_allclose(sources.stations.sum(axis=2), base.ahead, rtol=1e-5)
    np.testing.assert_allclose(sources.fields.sources.sum(axis=1), base.grid, rtol=1e-5)
    np.testing.assert_allclose(sources.fields.layers[:, 0], base.grid, rtol=1e-5)
    assert sources.members().shape == (8, HOURS - ORIGIN - 1, 2, 4)
    assert (sources.members() >= 0.0).all()
    assert np.ptp(sources.members()[..., 2], axis=0).min() > 0.0


def test_the_future_is_not_looked_at(made: tuple[BaseForecast, Sources]) -> None:
    poisoned = observed()
    poisoned[ORIGIN + 1 :] = 1e6
    base, sources = own_base(task(), poisoned, lambda _: None, ExitStack())
    assert sources is not None
    np.testing.assert_array_equal(base.stations, made[0].stations)
    np.testing.assert_array_equal(base.grid, made[0].grid)
    np.testing.assert_array_equal(sources.members(), made[1].members())


def test_what_had_not_arrived_is_not_looked_at_either() -> None:
    poisoned = observed()
    poisoned[ORIGIN - 1 :] = 1e6
    late = task(known=ORIGIN - 2)
    np.testing.assert_array_equal(
        own_base(late, poisoned, lambda _: None, ExitStack())[0].grid, own_base(late, observed(), lambda _: None, ExitStack())[0].grid
    )


def test_the_forecast_starts_from_what_was_observed() -> None:
    seen = observed()
    seen[ORIGIN - 3 : ORIGIN + 1] = 400.0
    free = task(settings=SETTINGS.model_copy(update={"from_observations": False}))
    drawn, without = (own_base(t, seen, lambda _: None, ExitStack())[0].ahead[0] for t in (task(), free))
    assert (np.abs(drawn - 400.0) < np.abs(without - 400.0)).all()
    assert (drawn > 1.3 * without).all()


def test_ahead_the_model_alone_is_told_too_as_if_nothing_had_been_observed_last(made: tuple[BaseForecast, Sources]) -> None:
    free, _ = own_base(task(settings=SETTINGS.model_copy(update={"from_observations": False})), observed(), lambda _: None, ExitStack())
    alone = made[0].stations[ORIGIN + 1 :]
    np.testing.assert_array_equal(alone, free.stations[ORIGIN + 1 :])
    np.testing.assert_allclose(alone, free.ahead, rtol=1e-4)
    assert (np.abs(alone - made[0].ahead) > 1e-3 * alone).any()


def test_without_observations_it_is_unknown_and_not_clean() -> None:
    base, sources = own_base(task(), np.full((HOURS, 2), np.nan), lambda _: None, ExitStack())
    assert sources is None
    for values in (base.grid, base.stations, base.ahead):
        assert np.isnan(values).all()


def test_without_weather_too() -> None:
    base, sources = own_base(task(blowing() * np.nan), observed(), lambda _: None, ExitStack())
    assert sources is None
    assert np.isnan(base.grid).all()


def test_weather_that_ends_before_the_forecast_does_leaves_its_last_hours_unknown() -> None:
    data = blowing()
    data["eastward_wind"][HOURS - 4 :] = np.nan
    base, sources = own_base(task(data), observed(), lambda _: None, ExitStack())
    assert sources is not None
    assert np.isnan(base.grid[-4:]).all()
    assert (base.grid[:-4] > 0.0).all()
    assert np.isnan(sources.members()[:, -4:]).all()


def test_a_run_without_members_has_none() -> None:
    _, sources = own_base(task(settings=SETTINGS.model_copy(update={"members": 0})), observed(), lambda _: None, ExitStack())
    assert sources is not None
    assert sources.members().shape == (0, HOURS - ORIGIN - 1, 2, 4)


@pytest.mark.usefixtures("two_cores")
def test_members_run_beside_are_the_same(made: tuple[BaseForecast, Sources], monkeypatch: pytest.MonkeyPatch) -> None:
    here = made[1].members()
    monkeypatch.setattr("hazecast.forecast.base.CELLS_WORTH_A_PROCESS", 1)
    with ExitStack() as meanwhile:
        _, sources = own_base(task(), observed(), lambda _: None, meanwhile)
        assert sources is not None
        monkeypatch.setattr("hazecast.forecast.attribution.members.errors_of", None)  # so that they cannot be run here
        np.testing.assert_array_equal(sources.members(), here)


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    own_base(task(), observed(), told.append, ExitStack())
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_history_shorter_than_that_of_the_members_will_do_while_there_is_enough_to_learn_from() -> None:
    hours = LEAST_PAIRS // len(STATIONS)
    for known, will_do in ((hours, True), (hours - 1, False)):
        late = replace(task(), first=ORIGIN - SPIN_UP_HOURS - known + 1)
        assert late.early == late.first
        base, sources = own_base(late, observed(), lambda _: None, ExitStack())
        assert (sources is not None) is will_do
        assert (base.grid > 0.0).all() if will_do else np.isnan(base.grid).all()
        assert sources is None or (sources.members() >= 0.0).all()


def test_another_models_values_take_the_mean_of_the_observations() -> None:
    modelled = np.random.default_rng(0).uniform(10, 50, (60, 2))
    seen = np.random.default_rng(1).uniform(20, 200, (60, 2))
    assert scaled_to(modelled, seen).mean() == pytest.approx(seen.mean())
    np.testing.assert_array_equal(scaled_to(modelled, np.full((60, 2), np.nan)), modelled)
