"""The learnt correction on a made-up network whose PM2.5 follows wind and humidity, on days that it never saw."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.climatology import Climatology, fit_climatology
from hazecast.forecast.correction.fitted import Correction
from hazecast.forecast.correction.fitting import learn
from hazecast.forecast.correction.folds import LEAST_ROWS
from hazecast.forecast.correction.lacking import CASES, NETWORK_SILENT, NOTHING_LACKS, Lacking
from hazecast.forecast.features import Source
from hazecast.forecast.learning import MOST_REPEATS, Lesson
from hazecast.forecast.neighbours import mean_of_others
from hazecast.forecast.occasions import NO_OCCASIONS, Occasions
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.forecast.uncertainty import QUANTILES

Array = NDArray[np.float64]
DAYS, LEARNT_DAYS, STATIONS, HORIZON = 50, 35, 5, 24
KNOWN = LEARNT_DAYS * 24
LESSON = Lesson(known=KNOWN, lag=0, horizon=HORIZON, rows=3000, seed=0)
MEDIAN = QUANTILES.tolist().index(0.5)
LATITUDE, LONGITUDE = 39 + 0.2 * np.arange(STATIONS), 116 + 0.2 * np.arange(STATIONS)


def red_noise(chance: np.random.Generator, stations: int, memory_hours: float) -> Array:
    """Hourly (time, station), unit variance, forgotten over `memory_hours`."""
    keep = np.exp(-1 / memory_hours)
    out = chance.normal(size=(DAYS * 24, stations))
    for hour in range(1, out.shape[0]):
        out[hour] = keep * out[hour - 1] + np.sqrt(1 - keep**2) * out[hour]
    return out


def world(seed: int = 0) -> dict[str, Array]:
    chance = np.random.default_rng(seed)
    wind = 3 + 1.5 * red_noise(chance, 1, 20) + np.zeros((1, STATIONS))
    humidity = 55 + 15 * red_noise(chance, 1, 20) + np.zeros((1, STATIONS))
    own = 0.4 * red_noise(chance, STATIONS, 60)
    pm25 = np.exp(4.2 - 0.35 * wind + 0.02 * (humidity - 55) + own + 0.1 * chance.normal(size=own.shape)) + 1
    base = np.full(wind.shape, 40.0)
    return {"pm25": pm25, "eastward_wind": wind, "wind_speed": np.abs(wind), "relative_humidity": humidity, "base": base}


def series(fields: dict[str, Array]) -> Series:
    coords = {"time": np.datetime64("2026-01-01", "ns") + np.arange(DAYS * 24) * np.timedelta64(1, "h")}
    places = {"latitude": ("station", LATITUDE), "longitude": ("station", LONGITUDE)}
    more = {"pm25_exact": fields["pm25"], "neighbours": mean_of_others(fields["pm25"], LATITUDE, LONGITUDE)}
    both = {key: (("time", "station"), values) for key, values in (fields | more).items()}
    return series_of(xr.Dataset(both, coords={**coords, **places}))


def climatology_of(data: Series) -> Climatology:
    fitted = fit_climatology(data, LESSON)
    assert fitted is not None
    return fitted


def taught(data: Series, lesson: Lesson = LESSON) -> Correction | None:
    return learn(data, climatology_of(data).by_hour, lesson, lambda _: None)


@pytest.fixture(scope="module")
def data() -> Series:
    return series(world())


@pytest.fixture(scope="module")
def correction() -> Correction:
    """Learnt with everything after the last known hour poisoned: it may not matter."""
    poisoned = {key: values.copy() for key, values in world().items()}
    poisoned["pm25"][KNOWN + 1 :] = 1e7
    fitted = taught(series(poisoned))
    assert fitted is not None
    return fitted


@pytest.fixture(scope="module")
def later() -> Rows:
    """Every station and lead from origins after all that was learnt."""
    origin, station, lead = (
        a.ravel() for a in np.meshgrid(np.arange(KNOWN + 25, DAYS * 24 - HORIZON, 5), np.arange(STATIONS), np.arange(1, HORIZON + 1))
    )
    return Rows(origin, station, lead, lag=0)


def truth(data: Series, rows: Rows) -> Array:
    return data.at("pm25_exact", rows.valid, rows.station)


def silenced(data: Series, lacking: Lacking) -> Series:
    """The same without the inputs of some kinds; what is to be forecast stays."""
    keys = {
        Source.STATION: ("pm25",),
        Source.NEIGHBOURS: ("neighbours",),
        Source.WEATHER: ("eastward_wind", "wind_speed", "relative_humidity"),
        Source.BASE: ("base",),
        Source.MODEL: (),
    }
    gone = {key for source in lacking for key in keys[source]}
    fields = {key: (("time", "station"), np.full_like(v, np.nan) if key in gone else v) for key, v in data.values.items()}
    places = {"latitude": ("station", data.latitude), "longitude": ("station", data.longitude)}
    return series_of(xr.Dataset(fields, coords={"time": data.times, **places}))


def told(correction: Correction, data: Series, rows: Rows) -> tuple[Array, Array]:
    """Quantiles and what is expected."""
    foretold = correction.foretold(data, rows)
    return correction.distribution(foretold.centre, foretold.spread, foretold.case, rows.lead)


def test_there_is_a_case_for_everything_that_can_lack_but_for_a_model_that_never_was(correction: Correction) -> None:
    assert tuple(correction.cases) == tuple(case for case in CASES if Source.MODEL not in case)


@pytest.mark.parametrize("lacking", [case for case in CASES if Source.MODEL not in case], ids=lambda c: " and ".join(c) or "nothing")
def test_bands_cover_what_comes_on_days_that_were_not_learnt(correction: Correction, data: Series, later: Rows, lacking: Lacking) -> None:
    quantiles, mean = told(correction, silenced(data, lacking), later)
    below = (truth(data, later)[:, None] <= quantiles).mean(axis=0)
    assert 0.8 < below[-2] - below[1] < 0.98
    assert 0.3 < below[MEDIAN] < 0.7
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert quantiles.min() >= 0
    assert abs(mean.mean() / truth(data, later).mean() - 1) < 0.2


def test_it_is_better_than_climatology_and_the_better_the_more_it_is_told(correction: Correction, data: Series, later: Rows) -> None:
    def error(quantiles: Array) -> float:
        return float(np.abs(quantiles[:, MEDIAN] - truth(data, later)).mean())

    informed, silent = (error(told(correction, silenced(data, lacking), later)[0]) for lacking in (NOTHING_LACKS, NETWORK_SILENT))
    assert informed < 0.75 * error(climatology_of(data).quantiles(data, later))
    assert informed < silent


def test_the_error_that_it_expects_of_a_step_is_the_one_that_it_makes(correction: Correction, data: Series, later: Rows) -> None:
    foretold = correction.foretold(data, later)
    _, mean = correction.distribution(foretold.centre, foretold.spread, foretold.case, later.lead)
    far = later.lead > 12
    made = np.sqrt(np.mean((mean - truth(data, later))[far] ** 2))
    expected = correction.expected_error(foretold.case, later.lead)[far]
    assert 0.4 * made < expected.min() == expected.max() < 2.5 * made


def test_the_same_lesson_gives_the_same_correction_bit_for_bit_and_tells_how_far_it_is(
    correction: Correction, data: Series, later: Rows
) -> None:
    shares: list[float] = []
    again = learn(data, correction.by_hour, LESSON, shares.append)
    assert again is not None
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    np.testing.assert_array_equal(told(again, data, later)[0], told(correction, data, later)[0])


def test_it_remembers_the_last_hour_that_it_learnt_from(correction: Correction, data: Series) -> None:
    assert correction.learnt_until == data.times[KNOWN]


def test_a_short_history_gives_no_correction() -> None:
    fields = world()
    fields["pm25"][: KNOWN - 47] = np.nan
    assert 48 * STATIONS * MOST_REPEATS < LEAST_ROWS
    assert taught(series(fields)) is None


def test_too_few_rows_give_no_correction(data: Series) -> None:
    assert taught(data, Lesson(KNOWN, 0, HORIZON, LEAST_ROWS - 1, 0)) is None


def test_what_fireworks_add_is_added_to_their_nights_alone(data: Series, correction: Correction, later: Rows) -> None:
    loud = replace(correction, occasions=Occasions(np.full(correction.occasions.effect.shape, 5.0)))
    quiet = replace(correction, occasions=NO_OCCASIONS)
    more = loud.foretold(data, later).centre - quiet.foretold(data, later).centre
    hours = data.times[later.valid]
    night = (hours >= np.datetime64("2026-02-16T12")) & (hours < np.datetime64("2026-02-17T01"))  # the Spring Festival is on the 17th
    far = later.lead >= 18  # whose last observations tell nothing of it
    assert (more[night & far] > 1.0).all()
    assert (night & far).any()
    calm = (hours < np.datetime64("2026-02-16T08")) | (hours > np.datetime64("2026-02-17T06"))
    np.testing.assert_array_equal(more[calm], 0.0)
