"""Each check finds its fault, and leaves the sound network alone."""

import numpy as np
import pytest
import xarray as xr

from hazecast.config import QualitySettings
from hazecast.quality.thresholds import default_thresholds, thresholds_for
from hazecast.quality.vet import vet
from hazecast.records import FindingKind, Reason, Station, Trust, Vetted
from tests.quality_series import FIRST, changed, network, stations

HOUR = np.timedelta64(1, "h")


@pytest.fixture(scope="module")
def sound() -> xr.Dataset:
    return network()


def vetted(data: xr.Dataset) -> Vetted:
    return vet(data, stations(data.sizes["station"]), default_thresholds())


def has(result: Vetted, key: str, where: tuple[object, object], reason: Reason, trust: Trust) -> bool:
    bits, level = result.reason[key].values[where], result.trust[key].values[where]
    return bool(np.all((bits & np.uint32(reason)) != 0) and np.all(level >= trust))


def kinds(result: Vetted) -> set[FindingKind]:
    return {f.kind for f in result.findings}


def test_a_sound_network_stays_as_it_is(sound: xr.Dataset) -> None:
    result = vetted(sound)
    rejected = sum(int((result.trust[key] == Trust.REJECTED).sum()) for key in result.trust)
    assert rejected <= 0.002 * sum(int(sound[key].notnull().sum()) for key in sound)
    assert result.findings == ()
    assert result.raw.identical(sound)


@pytest.mark.parametrize("key", ["pm25", "pm10", "so2", "no2", "o3", "co"])
@pytest.mark.parametrize("code", [-999.0, -9999.0, 9999.0, 99999.0])
def test_a_code_for_a_missing_value_is_rejected_whatever_the_pollutant(sound: xr.Dataset, key: str, code: float) -> None:
    where = (slice(100, 103), 2)
    assert has(vetted(changed(sound, key, where, code)), key, where, Reason.SENTINEL, Trust.REJECTED)


def test_a_code_that_went_through_a_conversion_of_units_is_still_one(sound: xr.Dataset) -> None:
    assert has(vetted(changed(sound, "co", (100, 2), -0.999)), "co", (100, 2), Reason.SENTINEL, Trust.REJECTED)


@pytest.mark.parametrize("value", [0.0, -1.0, -0.003])
def test_nothing_amid_haze_is_no_measurement(sound: xr.Dataset, value: float) -> None:
    step = int(np.argmax(sound["pm25"].values[:, 0]))
    assert has(vetted(changed(sound, "pm25", (step, 0), value)), "pm25", (step, 0), Reason.SENTINEL, Trust.REJECTED)


def test_a_little_below_zero_in_clean_air_is_below_the_detection_limit_and_computed_with_at_it() -> None:
    data = network() * 0.05
    clean = data.assign(pm25=(("time", "station"), np.round(data["pm25"].values) + 1.0))
    step = int(np.argmin(clean["pm25"].values[:, 0]))
    result = vetted(changed(clean, "pm25", (step, 0), -0.2))
    assert result.trust["pm25"].values[step, 0] == Trust.DOUBTFUL
    assert has(result, "pm25", (step, 0), Reason.BELOW_DETECTION, Trust.DOUBTFUL)
    assert result.usable()["pm25"].values[step, 0] == 0.5


def test_the_end_of_a_scale_far_from_the_hours_around_is_a_code(sound: xr.Dataset) -> None:
    assert has(vetted(changed(sound, "pm25", (200, 1), 985.0)), "pm25", (200, 1), Reason.SENTINEL, Trust.REJECTED)


def test_what_is_beyond_the_physical_range_is_rejected(sound: xr.Dataset) -> None:
    assert has(vetted(changed(sound, "so2", (200, 1), 5123.0)), "so2", (200, 1), Reason.RANGE, Trust.REJECTED)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_is_out_of_range_and_never_used(sound: xr.Dataset, value: float) -> None:
    result = vetted(changed(sound, "no2", (200, 1), value))
    assert has(result, "no2", (200, 1), Reason.RANGE, Trust.REJECTED)
    assert np.isnan(result.usable()["no2"].values[200, 1])


def test_settings_add_codes_and_move_limits(sound: xr.Dataset) -> None:
    own = thresholds_for(QualitySettings(missing_codes=(123.456,), highest={"no2": 700.0}, neighbour_reach_km=20.0))
    data = changed(changed(sound, "pm25", (50, 0), 123.456), "no2", (60, 0), 800.0)
    result = vet(data, stations(), own)
    assert has(result, "pm25", (50, 0), Reason.SENTINEL, Trust.REJECTED)
    assert has(result, "no2", (60, 0), Reason.RANGE, Trust.REJECTED)
    assert not has(vetted(data), "no2", (60, 0), Reason.RANGE, Trust.DOUBTFUL)
    assert own.neighbours.reach_km == 20.0


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_a_day_in_other_units_is_rejected_and_told(sound: xr.Dataset, factor: float) -> None:
    where = (slice(300, 336), 4)
    result = vetted(changed(sound, "o3", where, sound["o3"].values[where] * factor))
    assert has(result, "o3", where, Reason.UNITS, Trust.REJECTED) or has(result, "o3", where, Reason.RANGE, Trust.REJECTED)
    assert FindingKind.UNITS in kinds(result)


def test_an_instrument_that_sticks_at_a_high_value_does_not_spoil_what_it_measured_before(sound: xr.Dataset) -> None:
    result = vetted(changed(sound, "pm25", (slice(300, None), slice(None)), 1234.5))
    assert (result.trust["pm25"].values[:300] < Trust.REJECTED).mean() > 0.99
    assert (result.trust["pm25"].values[301:] == Trust.REJECTED).all()


def test_sums_of_the_hours_so_far_are_rejected_and_told(sound: xr.Dataset) -> None:
    where = (slice(240, 264), 3)
    result = vetted(changed(sound, "pm10", where, np.cumsum(sound["pm10"].values[where])))
    assert has(result, "pm10", (slice(241, 264), 3), Reason.CUMULATED, Trust.REJECTED)
    assert FindingKind.CUMULATED in kinds(result)


def test_a_pollutant_that_stands_still_for_a_day_is_rejected(sound: xr.Dataset) -> None:
    where = (slice(400, 430), 5)
    result = vetted(changed(sound, "pm25", where, sound["pm25"].values[400, 5]))
    assert has(result, "pm25", (slice(401, 430), 5), Reason.FLAT, Trust.REJECTED)


def test_co_in_coarse_steps_may_stand_still_for_some_hours(sound: xr.Dataset) -> None:
    where = (slice(400, 405), 5)
    result = vetted(changed(sound, "co", where, sound["co"].values[400, 5]))
    assert (result.trust["co"].values[where] < Trust.REJECTED).all()


def test_a_whole_network_that_repeats_its_last_hour_is_rejected_and_told(sound: xr.Dataset) -> None:
    data = sound
    for key in sound:
        data = changed(data, str(key), (slice(501, 520), slice(None)), sound[key].values[500])
    result = vetted(data)
    for key in ("pm25", "pm10", "o3", "no2"):
        assert has(result, key, (slice(501, 520), slice(None)), Reason.NETWORK_FROZEN, Trust.REJECTED)
    [frozen] = [f for f in result.findings if f.kind is FindingKind.NETWORK_FROZEN and not f.key]
    assert frozen.number("hours") == 19
    assert frozen.first == np.datetime64(FIRST + 501 * HOUR, "us").item().replace(tzinfo=frozen.first.tzinfo)


def test_of_two_stations_that_are_one_the_less_complete_is_rejected(sound: xr.Dataset) -> None:
    data = changed(sound, "pm25", (slice(None), 6), sound["pm25"].values[:, 1])
    data = changed(data, "pm25", (slice(0, 40), 6), np.nan)
    result = vetted(data)
    [double] = [f for f in result.findings if f.kind is FindingKind.DUPLICATE]
    assert double.station_ids == ("s6", "s1")
    assert has(result, "pm25", (slice(40, None), 6), Reason.DUPLICATE, Trust.REJECTED)
    assert not has(result, "pm25", (100, 1), Reason.DUPLICATE, Trust.DOUBTFUL)


def test_a_spike_of_one_station_is_rejected_and_one_of_all_is_not(sound: xr.Dataset) -> None:
    alone = vetted(changed(sound, "pm25", (250, 2), 6.0 * sound["pm25"].values[250, 2] + 100.0))
    assert has(alone, "pm25", (250, 2), Reason.SPIKE, Trust.REJECTED)
    everywhere = vetted(changed(sound, "pm25", (250, slice(None)), 6.0 * sound["pm25"].values[250] + 100.0))
    assert (everywhere.trust["pm25"].values[250] < Trust.REJECTED).all()


def test_a_jump_that_does_not_go_back_is_a_step(sound: xr.Dataset) -> None:
    where = (slice(360, 366), 2)
    result = vetted(changed(sound, "no2", where, 8.0 * sound["no2"].values[where]))
    assert has(result, "no2", (360, 2), Reason.STEP, Trust.DOUBTFUL)


def test_a_station_that_leaves_its_neighbours_for_hours_is_noticed(sound: xr.Dataset) -> None:
    where = (slice(350, 360), 2)
    result = vetted(changed(sound, "pm25", where, 15.0 * sound["pm25"].values[where]))
    assert has(result, "pm25", where, Reason.NEIGHBOURS, Trust.DOUBTFUL)


def test_pm25_above_pm10_makes_both_doubtful_and_the_neighbours_say_which_is_wrong(sound: xr.Dataset) -> None:
    where = (slice(350, 354), 2)
    result = vetted(changed(sound, "pm25", where, 2.5 * sound["pm10"].values[where] + 40.0))
    assert has(result, "pm25", where, Reason.PARTICLES, Trust.DOUBTFUL)
    assert (result.trust["pm25"].values[where] == Trust.REJECTED).all()
    assert (result.trust["pm10"].values[where] < Trust.REJECTED).all()


@pytest.mark.parametrize(("lag", "trust"), [(8, Trust.DOUBTFUL), (1, Trust.GOOD), (-1, Trust.GOOD)])
def test_a_clock_that_is_not_the_neighbours_is_told_and_nothing_is_shifted(sound: xr.Dataset, lag: int, trust: Trust) -> None:
    data = sound
    for key in sound:
        data = changed(data, str(key), (slice(None), 3), np.roll(sound[key].values[:, 3], lag))
    result = vetted(data)
    [shifted] = [f for f in result.findings if f.kind is FindingKind.TIME_SHIFTED]
    assert (shifted.station_ids, shifted.number("lag_hours")) == (("s3",), lag)
    assert result.raw.identical(data)
    assert has(result, "no2", (slice(10, None), 3), Reason.TIME_BASE, Trust.DOUBTFUL) is (trust is Trust.DOUBTFUL)


def test_ozone_that_is_highest_at_night_gives_a_whole_network_away() -> None:
    local = network(keys=("pm25", "o3")).assign_coords(time=lambda d: d["time"] + np.timedelta64(8, "h"))
    [found] = [f for f in vetted(local).findings if f.kind is FindingKind.DAY_SHIFTED]
    assert (found.station_ids, found.key) == ((), "o3")
    assert found.number("solar_hour_of_peak") == pytest.approx(22.5, abs=1.0)


def test_a_measured_temperature_is_held_against_weather_that_is_known() -> None:
    data = network(keys=("pm25",))
    hours = np.arange(data.sizes["time"])[:, None]
    drift = np.random.default_rng(1).normal(0, 0.2, (hours.size, 8)).cumsum(axis=0)
    known = 285.0 + 6.0 * np.cos((hours + 7.75 - 15) * np.pi / 12) + drift
    weather = xr.Dataset({"air_temperature": (("time", "station"), known)}, coords=data.coords)
    measured = data.assign(air_temperature=(("time", "station"), np.roll(known, 3, axis=0)))
    result = vet(measured, stations(), default_thresholds(), weather)
    told = [f for f in result.findings if f.kind is FindingKind.TIME_SHIFTED and f.key == "air_temperature"]
    assert {f.number("lag_hours") for f in told} == {3.0}
    assert len(told) == 8


def test_the_file_of_another_city_is_told_and_doubted(sound: xr.Dataset) -> None:
    elsewhere, data = network(seed=99), sound
    for key in sound:
        data = changed(data, str(key), (slice(None), 5), elsewhere[key].values[:, 5])
    result = vetted(data)
    [foreign] = [f for f in result.findings if f.kind is FindingKind.FOREIGN]
    assert foreign.station_ids == ("s5",)
    assert has(result, "pm25", (slice(None), 5), Reason.FOREIGN, Trust.DOUBTFUL)


def with_weather(**fields: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {key: (("time", "station"), values) for key, values in fields.items()},
        coords={"time": FIRST + np.arange(next(iter(fields.values())).shape[0]) * HOUR, "station": ["s0"]},
    )


def test_a_dew_point_above_the_temperature_makes_both_doubtful() -> None:
    result = vetted(with_weather(air_temperature=np.full((5, 1), 280.0), dew_point=np.array([[275.0], [280.3], [285.0], [270.0], [279.0]])))
    assert result.trust["dew_point"].values[:, 0].tolist() == [0, 0, 1, 0, 0]
    assert has(result, "air_temperature", (2, 0), Reason.DEW_POINT, Trust.DOUBTFUL)


def test_humidity_above_full_is_doubtful_and_above_all_reason_rejected() -> None:
    result = vetted(with_weather(relative_humidity=np.array([[60.0], [100.2], [104.0], [150.0]])))
    assert result.trust["relative_humidity"].values[:, 0].tolist() == [0, 0, 1, 2]


def test_wind_directions_that_are_codes_are_rejected_and_told() -> None:
    chance = np.random.default_rng(1)
    true = chance.uniform(0, 360, (200, 1))
    for direction, wrong in ((np.rint(chance.uniform(0.6, 16.4, (200, 1))), True), (true, False)):
        angle = np.deg2rad(direction)
        result = vetted(with_weather(eastward_wind=-3.0 * np.sin(angle), northward_wind=-3.0 * np.cos(angle)))
        assert (FindingKind.WIND_CODE in kinds(result)) is wrong
        assert ((result.trust["eastward_wind"] == Trust.REJECTED).values.all()) == wrong


def test_a_station_without_a_place_is_held_against_itself_alone(sound: xr.Dataset) -> None:
    data = changed(sound, "pm25", (250, 2), 6.0 * sound["pm25"].values[250, 2] + 100.0)
    placeless: tuple[Station, ...] = ()
    assert has(vet(data, placeless, default_thresholds()), "pm25", (250, 2), Reason.SPIKE, Trust.DOUBTFUL)
