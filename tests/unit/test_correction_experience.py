"""What a stored correction has shown since: it takes up a drift, widens bands that miss, and looks at nothing that it should not; and what
changes its forecast from one cycle to the next.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hazecast.forecast.correction.experience import errors_since, experience
from hazecast.forecast.correction.fitted import Correction
from hazecast.forecast.correction.fitting import learn
from hazecast.forecast.drivers import HOURS_COMPARED, Setting, drivers_of, exchanged
from hazecast.forecast.learning import Lesson
from hazecast.forecast.series import Rows, Series, with_values
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.trained import Trained
from hazecast.records import Cycle, Driver, EarlierCycle
from tests.unit.test_forecast_correction import DAYS, HORIZON, KNOWN, STATIONS, climatology_of, series, world

NOW = (DAYS - 2) * 24


@pytest.fixture(scope="module")
def correction() -> Correction:
    data = series(world())
    fitted = learn(data, climatology_of(data).by_hour, Lesson(KNOWN, 0, HORIZON, 3000, 0), lambda _: None)
    assert fitted is not None
    return fitted


def later(times: float = 1.0, noise: float = 0.0) -> Series:
    """After what was learnt from, everything is so many times as large, with noise in the logarithm."""
    fields = world()
    after = np.random.default_rng(3).normal(size=fields["pm25"][KNOWN + 1 :].shape)
    fields["pm25"][KNOWN + 1 :] *= times * np.exp(noise * after)
    return series(fields)


def ahead(now: int = NOW) -> Rows:
    station, lead = (a.ravel() for a in np.meshgrid(np.arange(STATIONS), np.arange(1, HORIZON + 1), indexing="ij"))
    return Rows(np.full(lead.size, now), station, lead, 0)


def test_a_correction_that_was_fitted_just_now_has_lived_through_nothing(correction: Correction) -> None:
    lived = experience(correction, later(), KNOWN, 0, 0)
    assert lived.error.size == 0
    foretold = correction.foretold(later(), ahead())
    told = lived.adjusted(correction, foretold, ahead())
    np.testing.assert_array_equal(told.centre, foretold.centre)
    np.testing.assert_array_equal(told.width, 1.0)
    np.testing.assert_array_equal(told.allowance, 1.0)


def test_a_drift_is_taken_up_as_far_as_such_drifts_have_lasted(correction: Correction) -> None:
    trusting = replace(correction, drift=replace(correction.drift, gains=np.full_like(correction.drift.gains, 0.8)))
    data = later()
    data.values["pm25_exact"][KNOWN + 1 :] *= 0.6  # what comes is less than all that is known of it lets expect
    before, after = [], []
    for now in range(NOW - 8 * 24, NOW, 24):
        lived, rows = experience(trusting, data, now, 0, 0), ahead(now)
        foretold = trusting.foretold(data, rows)
        truth = np.sqrt(data.at("pm25_exact", rows.valid, rows.station))
        before.append(np.abs(foretold.centre - truth).mean())
        after.append(np.abs(lived.adjusted(trusting, foretold, rows).centre - truth).mean())
    assert np.mean(after) < 0.8 * np.mean(before)


def test_bands_that_miss_too_often_are_widened_and_those_that_hold_too_much_made_narrower(correction: Correction) -> None:
    rough = experience(correction, later(noise=0.5), NOW, 0, 0).width[:3]
    calm = experience(correction, later(), NOW, 0, 0).width[:3]
    assert (rough > 1.3).all()
    assert (calm < rough).all()


def test_a_wider_band_leaves_the_mean_where_it_is(correction: Correction) -> None:
    foretold, lead = correction.foretold(later(), ahead()), ahead().lead
    told = foretold.centre, foretold.spread, foretold.case, lead
    usual, wide = correction.distribution(*told), correction.distribution(*told, np.full(lead.size, 2.0))
    np.testing.assert_array_equal(wide[1], usual[1])
    np.testing.assert_array_less(usual[0][:, -1], wide[0][:, -1])
    np.testing.assert_array_less(wide[0][:, 0], np.maximum(usual[0][:, 0], 1e-9))


def test_a_mean_allows_for_less_where_less_has_come_and_never_for_more(correction: Correction) -> None:
    def allowance(noise: float) -> np.ndarray:
        return experience(timid, later(noise=noise), NOW, 0, 0).allowance

    timid = replace(correction, spread=replace(correction.spread, least=1.0))  # expects errors that do not come
    assert (allowance(0.0)[1:3] < 0.8).all()
    assert (allowance(0.8) == 1.0).all()


def test_the_mean_moves_towards_the_centre_by_what_is_not_allowed_for(correction: Correction) -> None:
    foretold, lead = correction.foretold(later(), ahead()), ahead().lead
    told = foretold.centre, foretold.spread, foretold.case, lead
    whole, half, nothing = (correction.distribution(*told, None, np.full(lead.size, share))[1] for share in (1.0, 0.5, 0.0))
    np.testing.assert_allclose(whole, correction.distribution(*told)[1])
    np.testing.assert_allclose(nothing, foretold.centre**2)
    np.testing.assert_allclose(half, (whole + nothing) / 2)


def test_nothing_after_the_last_known_hour_is_looked_at(correction: Correction) -> None:
    data, poisoned = later(), later()
    for key in ("pm25", "pm25_exact", "neighbours"):
        poisoned.values[key][NOW + 1 :] = 1e9
    one, other = (experience(correction, s, NOW, 0, 0) for s in (data, poisoned))
    np.testing.assert_array_equal(one.error, other.error)
    np.testing.assert_array_equal(one.width, other.width)
    np.testing.assert_array_equal(one.allowance, other.allowance)


def test_nothing_that_was_learnt_from_is_counted(correction: Correction) -> None:
    lived = experience(correction, later(), NOW, 0, 0)
    assert lived.rows.valid.min() > KNOWN
    told = errors_since(correction, later(), later().times[KNOWN + 100], NOW, 0, 0)
    assert told.rows[:, 0].min() > KNOWN + 100
    assert np.isfinite(told.loss).all()


def test_of_two_models_the_trial_prefers_the_one_that_is_right(correction: Correction) -> None:
    data = later()
    wrong = replace(correction, by_hour=correction.by_hour + 5.0, guard=replace(correction.guard, widening=3.0))
    good, bad = (errors_since(c, data, data.times[KNOWN], NOW, 0, 0) for c in (correction, wrong))
    np.testing.assert_array_equal(good.rows, bad.rows)
    assert good.loss.mean() <= bad.loss.mean()


STEP = 6


def cycle_at(index: int) -> Cycle:
    init_time = datetime(2026, 1, 1, tzinfo=UTC) + index * timedelta(hours=1)
    return Cycle(init_time, init_time, HORIZON * timedelta(hours=1))


def at(index: int) -> Setting:
    return Setting(cycle_at(index), tuple(map(str, range(STATIONS))), index, 0)


def test_exchanging_one_input_for_that_of_the_last_cycle_gives_what_the_forecast_would_have_been_with_it(correction: Correction) -> None:
    now, trained = later(noise=0.3), Trained(None, None, correction, DAYS)
    humid = now.values["relative_humidity"].copy()
    humid[NOW - STEP + 1 :] = (humid[NOW - STEP + 1 :] + 20.0).astype(np.float32)
    then = with_values(now, {"relative_humidity": humid})

    def forecast(data: Series, origin: int, leads: range, of: StationForecast | None = None) -> StationForecast:
        return predict_stations(data, correction, None, origin, 0, leads, 0, None if of is None else of.lived)

    leads, compared = range(1, HORIZON + 1), min(HOURS_COMPARED, HORIZON - STEP)
    told, before = forecast(now, NOW, leads), forecast(then, NOW - STEP, leads)
    earlier = EarlierCycle(cycle_at(NOW - STEP), drivers_of(at(NOW - STEP), then, ("relative_humidity",), before))
    found = exchanged(at(NOW), now, trained, told, earlier, 0)
    assert found is not None
    assert found.sizes == {"station": STATIONS, "lead_time": compared}
    wanted = {
        "then": before.median[:, STEP : STEP + compared],
        Driver.BASE: told.median[:, :compared],
        Driver.WEATHER: forecast(then, NOW, range(1, compared + 1), told).median,
        Driver.OBSERVATIONS: forecast(now, NOW - STEP, range(STEP + 1, STEP + compared + 1), told).median,
    }
    for name, values in wanted.items():
        np.testing.assert_allclose(found[str(name)].values, values, rtol=1e-5, err_msg=name)
    assert (np.abs(found["weather"] - told.median[:, :compared]) > 0.5).any()
    assert exchanged(at(NOW - STEP), now, trained, told, EarlierCycle(cycle_at(NOW), earlier.drivers), 0) is None
