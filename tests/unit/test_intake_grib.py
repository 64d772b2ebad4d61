"""GRIB as centres deliver it: what becomes of variables, units, times, runs, sums, levels and winds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hazecast import vocabulary as v
from hazecast.errors import MissingVariable, UnknownUnits, UnreadableInput
from hazecast.intake.fields import grib, grib_reading
from hazecast.intake.fields.formats import format_of
from hazecast.intake.fields.layout import Box, Part, Wanted
from hazecast.intake.fields.reading import read_fields, read_weather
from tests.grib_samples import (
    CLOUDS,
    PRESSURE,
    RAIN,
    SUN,
    T2M,
    U10,
    V10,
    at_height,
    at_pressure,
    on_hybrid,
    over,
    projected,
    regular,
    written,
)

VALUES = np.arange(12.0).reshape(3, 4)
FLAT = np.zeros((3, 4))
RUN = np.datetime64("2024-01-10T00", "ns")
HOUR = np.timedelta64(1, "h")
OMEGA = {"parameterCategory": 2, "parameterNumber": 8}
HEIGHT = {"parameterCategory": 3, "parameterNumber": 5}
GEOPOTENTIAL = {"parameterCategory": 3, "parameterNumber": 4}
ERA5 = {"setLocalDefinition": 1, "localDefinitionNumber": 1, "class": "ea", "stream": "oper", "expver": "0001"}


def read(tmp_path: Path, *messages: bytes, wanted: Wanted | None = None) -> Part:
    return grib.read(written(tmp_path / "x.grib", *messages), wanted or Wanted())


def hourly(tmp_path: Path, *messages: bytes) -> xr.Dataset:
    """As the rest of hazecast sees the file, with sums made hourly."""
    return read_fields(written(tmp_path / "x.grib", *messages), Wanted()).data


def step(hours: int) -> dict[str, int]:
    return {"stepRange": hours}


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("x.bin", regular(FLAT, **T2M), True),
        ("gfs.t00z.pgrb2.0p25.f003", b"\0" * 100 + regular(FLAT, **T2M), True),
        ("x.grib2", b"", True),
        ("X.GRB", b"<html>", True),
        ("x.nc", b"CDF\x01 made from GRIB", False),
        ("x.grib.nc", b"\x89HDF\r\n GRIB_paramId", False),
        ("x.csv", b"a,b\n", False),
    ],
)
def test_grib_is_recognised_by_its_magic_word_or_its_name(name: str, content: bytes, known: bool, tmp_path: Path) -> None:
    file = written(tmp_path / name, content)
    assert grib.recognises(file) is known
    assert not known or format_of(file) is grib.FORMAT
    assert not grib.recognises(tmp_path / "absent")
    assert not grib.recognises(tmp_path)


@pytest.mark.parametrize(
    ("keys", "variable", "expected"),
    [
        (U10, v.EASTWARD_WIND, VALUES),
        (V10, v.NORTHWARD_WIND, VALUES),
        (T2M, v.AIR_TEMPERATURE, VALUES),
        ({**T2M, "parameterNumber": 6}, v.DEW_POINT, VALUES),
        ({**T2M, "parameterCategory": 1, "parameterNumber": 1}, v.RELATIVE_HUMIDITY, VALUES),
        (PRESSURE, v.SURFACE_PRESSURE, VALUES),
        (CLOUDS, v.CLOUD_COVER, VALUES / 100.0),
        ({**CLOUDS, "typeOfFirstFixedSurface": 10}, v.CLOUD_COVER, VALUES / 100.0),
        ({**CLOUDS, "centre": "babj"}, v.CLOUD_COVER, VALUES / 100.0),
        ({"parameterCategory": 3, "parameterNumber": 18, "typeOfFirstFixedSurface": 1}, v.MIXING_HEIGHT, VALUES),
        ({"parameterCategory": 3, "parameterNumber": 196, "typeOfFirstFixedSurface": 1, "centre": "kwbc"}, v.MIXING_HEIGHT, VALUES),
        (SUN, v.SOLAR_RADIATION, VALUES),
        ({"parameterCategory": 19, "parameterNumber": 0, "typeOfFirstFixedSurface": 1}, v.VISIBILITY, VALUES),
    ],
)
def test_parameters_of_edition_2_are_known_by_the_codes_of_the_wmo(
    keys: Mapping[str, Any], variable: v.Variable, expected: np.ndarray, tmp_path: Path
) -> None:
    part = read(tmp_path, regular(VALUES, **keys))
    assert set(part.surface.data_vars) == {variable.key}
    assert part.surface[variable.key].attrs == {"units": variable.units}
    np.testing.assert_allclose(part.surface[variable.key].values[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "variable", "factor"),
    [
        ("10u", v.EASTWARD_WIND, 1.0),
        ("2d", v.DEW_POINT, 1.0),
        ("sp", v.SURFACE_PRESSURE, 1.0),
        ("blh", v.MIXING_HEIGHT, 1.0),
        ("tcc", v.CLOUD_COVER, 1.0),
        ("pm2p5", v.PM25, 1e9),
        ("pm10", v.PM10, 1e9),
    ],
)
def test_parameters_of_edition_1_are_known_by_their_short_names(name: str, variable: v.Variable, factor: float, tmp_path: Path) -> None:
    part = read(tmp_path, regular(VALUES / factor, edition=1, shortName=name))
    np.testing.assert_allclose(part.surface[variable.key].values[0], VALUES, atol=1e-4)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({**T2M, "parameterNumber": 11}, id="a parameter that is not read"),
        pytest.param(at_height(T2M, 3), id="a height that is not read"),
        pytest.param({**CLOUDS, **over(0, 3, 0)}, id="the mean of clouds"),
        pytest.param({**T2M, **over(0, 3, 2)}, id="a maximum"),
        pytest.param({**T2M, "productDefinitionTemplateNumber": 5}, id="a probability"),
        pytest.param({**T2M, "productDefinitionTemplateNumber": 2, "derivedForecast": 2}, id="a spread"),
        pytest.param({**SUN, "typeOfFirstFixedSurface": 8}, id="a level that is not read"),
        pytest.param({**RAIN, "parameterNumber": 7}, id="the rate of rain at an instant"),
        pytest.param({**RAIN, **over(3, 3)}, id="a sum over nothing"),
        pytest.param(on_hybrid({"parameterCategory": 20, "parameterNumber": 2}, 137), id="a gas that is not said"),
    ],
)
def test_what_is_of_no_use_is_left_out(keys: Mapping[str, Any], tmp_path: Path) -> None:
    part = read(tmp_path, regular(VALUES, **keys), regular(VALUES, **PRESSURE))
    assert set(part.surface.data_vars) == {"surface_pressure"}
    assert part.aloft is None or not set(part.aloft.data_vars) - {"air_temperature_aloft"}


def test_a_forecast_knows_its_run_and_an_analysis_does_not_pretend_to(tmp_path: Path) -> None:
    part = read(tmp_path, regular(VALUES, **T2M, **step(3)), regular(VALUES, **T2M, dataTime=600, typeOfProcessedData=0))
    np.testing.assert_array_equal(part.surface["time"].values, [RUN + 3 * HOUR, RUN + 6 * HOUR])
    np.testing.assert_array_equal(part.surface["init_time"].values, np.array([RUN, "NaT"], dtype="datetime64[ns]"))
    np.testing.assert_array_equal(part.offered, part.surface["time"].values)


def test_the_first_step_of_ncep_belongs_to_its_run(tmp_path: Path) -> None:
    part = read(tmp_path, regular(VALUES, **T2M, centre="kwbc", typeOfProcessedData=0))
    assert part.surface["init_time"].values[0] == RUN


def test_of_a_reanalysis_short_forecasts_are_analyses_too(tmp_path: Path) -> None:
    part = read(tmp_path, regular(VALUES, edition=1, shortName="blh", type="fc", dataTime=600, stepRange=7, **{"class": "ea"}))
    assert part.surface["time"].values[0] == RUN + 13 * HOUR
    assert np.isnat(part.surface["init_time"].values[0])


def test_every_run_is_kept_and_the_later_one_wins_in_the_end(tmp_path: Path) -> None:
    early = [regular(FLAT + 270.0 + h, **T2M, **step(h)) for h in (0, 6, 12)]
    late = [regular(FLAT + 280.0 + h, **T2M, **step(h), dataTime=600) for h in (0, 6)]
    file = written(tmp_path / "x.grib", *late, *early)
    part = grib.read(file, Wanted())
    np.testing.assert_array_equal((part.surface["time"].values - RUN) / HOUR, [0, 6, 6, 12, 12])
    np.testing.assert_array_equal((part.surface["init_time"].values - RUN) / HOUR, [0, 0, 6, 0, 6])
    both = read_fields(file, Wanted()).data
    np.testing.assert_allclose(both["air_temperature"].values[:, 0, 0], [270.0, 280.0, 286.0])
    early_only = read_fields(file, Wanted(), latest_run=RUN).data
    np.testing.assert_allclose(early_only["air_temperature"].values[:, 0, 0], [270.0, 276.0, 282.0])


@pytest.mark.parametrize("order", [1, -1])
def test_final_reanalysis_comes_before_preliminary(order: int, tmp_path: Path) -> None:
    final = regular(FLAT + 280.0, edition=1, shortName="2t", expver="0001", **{"class": "ea"})
    preliminary = regular(FLAT + 281.0, edition=1, shortName="2t", expver="0005", **{"class": "ea"})
    later = regular(FLAT + 282.0, edition=1, shortName="2t", expver="0005", dataTime=100, **{"class": "ea"})
    part = read(tmp_path, *[final, preliminary][::order], later)
    np.testing.assert_allclose(part.surface["air_temperature"].values[:, 0, 0], [280.0, 282.0])


@pytest.mark.parametrize("keys", [{"productDefinitionTemplateNumber": 1, "number": 3, "productDefinition": 0}, {"centre": "edzw"}])
def test_two_members_or_models_in_one_file_are_refused(keys: dict[str, Any], tmp_path: Path) -> None:
    keys.pop("productDefinition", None)
    with pytest.raises(UnreadableInput, match="several models or members"):
        read(tmp_path, regular(VALUES, **T2M), regular(VALUES, **T2M, **keys))


def test_gaps_are_nan(tmp_path: Path) -> None:
    gaps = np.where(VALUES == 5.0, np.nan, VALUES)
    for edition, keys in ((2, T2M), (1, {"shortName": "2t"})):
        part = read(tmp_path, regular(gaps, edition=edition, **keys))
        np.testing.assert_allclose(part.surface["air_temperature"].values[0], gaps, atol=1e-5)


def test_values_are_in_their_cells_however_the_rows_are_scanned(tmp_path: Path) -> None:
    scanned = [{"jScansPositively": 1}, {"alternativeRowScanning": 1}, {"iScansNegatively": 1, "jPointsAreConsecutive": 1}]
    part = read(tmp_path, *[regular(VALUES, **T2M, **step(h), **keys) for h, keys in enumerate(scanned)])
    np.testing.assert_allclose(part.surface["air_temperature"].values, np.stack([VALUES] * 3), atol=1e-5)
    np.testing.assert_allclose(part.surface["latitude"], [30.0, 31.0, 32.0])


def test_rain_and_sun_summed_since_the_run_began_become_those_of_the_hour(tmp_path: Path) -> None:
    rain = [regular(FLAT + mm, **RAIN, **over(0, h)) for h, mm in ((1, 1.0), (2, 1.5), (3, 5.5), (6, 11.5))]
    sun = [regular(FLAT + w * 3600.0, **SUN, **over(0, h)) for h, w in ((1, 100.0), (2, 300.0), (3, 600.0), (6, 1500.0))]
    part = grib.read(written(tmp_path / "x.grib", *rain, *sun), Wanted())
    np.testing.assert_array_equal(part.accumulated_from["precipitation"], [RUN] * 4)
    np.testing.assert_allclose(part.surface["solar_radiation"].values[:, 0, 0], [100.0, 300.0, 600.0, 1500.0])
    data = hourly(tmp_path, *rain, *sun)
    np.testing.assert_allclose(data["precipitation"].values[:, 0, 0], [1.0, 0.5, 4.0, 2.0], atol=1e-4)
    np.testing.assert_allclose(data["solar_radiation"].values[:, 0, 0], [100.0, 200.0, 300.0, 300.0], atol=1e-2)


def test_the_first_hours_of_a_sum_are_read_though_not_wanted(tmp_path: Path) -> None:
    file = written(tmp_path / "x.grib", *[regular(FLAT + h * h, **RAIN, **over(0, h)) for h in range(1, 9)])
    data = read_fields(file, Wanted(RUN + 7 * HOUR, RUN + 8 * HOUR)).data
    np.testing.assert_array_equal((data["time"].values - RUN) / HOUR, [7, 8])
    np.testing.assert_allclose(data["precipitation"].values[:, 0, 0], [13.0, 15.0], atol=1e-4)


def test_buckets_and_means_of_six_hours_as_ncep_has_them(tmp_path: Path) -> None:
    buckets = {(0, 3): 3.0, (0, 6): 9.0, (6, 9): 6.0, (6, 12): 6.0}
    rain = [regular(FLAT + mm, **RAIN, centre="kwbc", **over(*span)) for span, mm in buckets.items()]
    total = [regular(FLAT + mm, **RAIN, centre="kwbc", **over(0, h)) for h, mm in ((9, 15.0), (12, 15.0))]
    means = {(0, 3): 100.0, (0, 6): 200.0, (6, 9): 600.0, (6, 12): 400.0}
    sun = [regular(FLAT + w, **SUN, centre="kwbc", **over(*span, 0)) for span, w in means.items()]
    at_once = [regular(FLAT + 999.0, **SUN, centre="kwbc", **step(h)) for h in (0, 3)]
    data = hourly(tmp_path, *total, *rain, *sun, *at_once)
    np.testing.assert_allclose(data["precipitation"].values[-4:, 0, 0], [1.0, 2.0, 2.0, 0.0], atol=1e-4)
    np.testing.assert_allclose(data["solar_radiation"].values[-4:, 0, 0], [100.0, 300.0, 600.0, 200.0], atol=1e-2)


def test_sums_go_on_from_file_to_file(tmp_path: Path) -> None:
    for hour in (1, 2, 3):
        written(tmp_path / f"gfs.t00z.pgrb2.0p25.f{hour:03}", regular(FLAT + hour**2, **RAIN, centre="kwbc", **over(0, hour)))
    data = read_fields(tmp_path, Wanted()).data
    np.testing.assert_allclose(data["precipitation"].values[:, 0, 0], [1.0, 3.0, 5.0], atol=1e-4)


def test_sums_of_two_runs_that_begin_at_one_time_do_not_mix(tmp_path: Path) -> None:
    first = [regular(FLAT + mm, **RAIN, centre="kwbc", **over(6, h)) for h, mm in ((7, 1.0), (8, 2.0))]
    second = [regular(FLAT + mm, **RAIN, centre="kwbc", dataTime=600, **over(0, h)) for h, mm in ((1, 10.0), (3, 30.0))]
    data = hourly(tmp_path, *first, *second)
    np.testing.assert_allclose(data["precipitation"].values[:, 0, 0], [10.0, 1.0, 10.0], atol=1e-4)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"stepRange": 6}, 0.5, id="an instant by its header, a sum in truth"),
        pytest.param({"timeRangeIndicator": 4, "stepRange": "4-6"}, 1.5, id="a sum by its header"),
        pytest.param({"stepRange": 6, "class": "ea", "type": "fc"}, 3.0, id="ERA5, whose sums are of the past hour"),
        pytest.param({"timeRangeIndicator": 4, "stepRange": "0-6", "class": "ea", "type": "fc"}, 3.0, id="ERA5 by whatever header"),
    ],
)
def test_old_sums_of_ecmwf(keys: Mapping[str, Any], expected: float, tmp_path: Path) -> None:
    data = hourly(tmp_path, regular(FLAT + 0.003, edition=1, shortName="tp", **keys))
    assert data["precipitation"].values[0, 0, 0] == pytest.approx(expected, abs=1e-3)


def test_sums_of_era5_land_go_on_through_the_day(tmp_path: Path) -> None:
    keys = {"edition": 1, "shortName": "tp", "class": "l5", "type": "fc", "timeRangeIndicator": 4}
    data = hourly(tmp_path, *[regular(FLAT + h * h / 1000.0, **keys, stepRange=f"0-{h}") for h in (22, 23, 24)])
    np.testing.assert_allclose(data["precipitation"].values[:, 0, 0][1:], [45.0, 47.0], atol=1e-3)
    assert np.isnat(data["init_time"].values).all()


def test_a_file_without_any_known_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingVariable, match=r"x\.grib holds no field that hazecast knows in its 2 messages"):
        read(tmp_path, regular(VALUES, **{**T2M, "parameterNumber": 11}), regular(VALUES, **on_hybrid({**T2M, "parameterCategory": 20}, 1)))


def test_monthly_means_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="monthly mean"):
        read(tmp_path, regular(VALUES, edition=1, shortName="2t", stream="moda", **{"class": "ea"}))


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="of the date 20240231"):
        read(tmp_path, regular(VALUES, **T2M, day=31, month=2))


def test_pressure_levels_stand_from_the_ground_up_with_every_variable(tmp_path: Path) -> None:
    codes = {
        "eastward_wind_aloft": U10,
        "northward_wind_aloft": V10,
        "vertical_velocity_aloft": OMEGA,
        "air_temperature_aloft": T2M,
        "geopotential_height_aloft": HEIGHT,
    }
    messages = [regular(FLAT + hpa + n, **at_pressure(code, hpa)) for n, code in enumerate(codes.values()) for hpa in (850, 1000, 925)]
    aloft = read(tmp_path, *messages).aloft
    assert aloft is not None
    assert aloft["eastward_wind_aloft"].dims == ("time", "level", "latitude", "longitude")
    assert aloft["level"].attrs == {"kind": "pressure", "units": "Pa"}
    np.testing.assert_array_equal(aloft["level"], [1.0e5, 9.25e4, 8.5e4])
    for n, key in enumerate(codes):
        np.testing.assert_allclose(aloft[key].values[0, :, 0, 0], np.array([1000.0, 925.0, 850.0]) + n, atol=1e-4)


def test_geopotential_becomes_height(tmp_path: Path) -> None:
    aloft = read(tmp_path, regular(FLAT + 9806.65, **at_pressure(GEOPOTENTIAL, 900))).aloft
    assert aloft is not None
    np.testing.assert_allclose(aloft["geopotential_height_aloft"], 1000.0, atol=1e-3)


def test_heights_are_levels_where_there_are_others_than_those_at_the_ground(tmp_path: Path) -> None:
    ground = [regular(FLAT + 1.0, **U10), regular(FLAT + 2.0, **V10), regular(FLAT + 280.0, **T2M)]
    assert read(tmp_path, *ground).aloft is None
    high = [regular(FLAT + 3.0, **at_height(U10, 80)), regular(FLAT + 4.0, **at_height(V10, 80))]
    part = read(tmp_path, *high, *ground)
    assert part.aloft is not None
    np.testing.assert_array_equal(part.aloft["level"], [10.0, 80.0])  # where there is wind; the temperature at 2 m is the ground's
    assert part.aloft["level"].attrs == {"kind": "height", "units": "m"}
    np.testing.assert_allclose(part.aloft["northward_wind_aloft"].values[0, :, 0, 0], [2.0, 4.0], atol=1e-5)
    assert set(part.surface.data_vars) == {"eastward_wind", "northward_wind", "air_temperature"}


def test_wind_at_100_m_of_edition_1_is_known_by_its_name(tmp_path: Path) -> None:
    aloft = read(tmp_path, *[regular(FLAT + 5.0, edition=1, shortName=name) for name in ("100u", "100v")]).aloft
    assert aloft is not None
    np.testing.assert_array_equal(aloft["level"], [100.0])


@pytest.mark.parametrize(("centre", "upwards"), [("ecmf", [137.0, 136.0]), ("kwbc", [136.0, 137.0])])
def test_hybrid_levels_stand_from_the_ground_up_as_their_model_counts(centre: str, upwards: list[float], tmp_path: Path) -> None:
    aloft = read(tmp_path, *[regular(FLAT + n, **on_hybrid(U10, n), centre=centre) for n in (136, 137)]).aloft
    assert aloft is not None
    assert aloft["level"].attrs == {"kind": "hybrid", "units": "1"}
    np.testing.assert_array_equal(aloft["level"], upwards)
    np.testing.assert_allclose(aloft["eastward_wind_aloft"].values[0, :, 0, 0], upwards, atol=1e-4)


def test_of_several_kinds_of_levels_pressure_comes_first_then_height(tmp_path: Path) -> None:
    pressure, height, hybrid = (regular(FLAT, **code) for code in (at_pressure(U10, 900), at_height(U10, 100), on_hybrid(U10, 137)))
    for messages, kind in (([hybrid, height, pressure], "pressure"), ([hybrid, height], "height"), ([hybrid], "hybrid")):
        aloft = read(tmp_path, *messages).aloft
        assert aloft is not None
        assert aloft["level"].attrs["kind"] == kind


def test_hours_aloft_may_be_fewer(tmp_path: Path) -> None:
    messages = [regular(FLAT, **code, **step(h)) for code in (U10, at_pressure(U10, 900)) for h in (0, 3, 6)]
    part = read(tmp_path, *messages, wanted=Wanted(RUN, RUN + 6 * HOUR, aloft_first=RUN + 3 * HOUR))
    assert part.aloft is not None
    assert part.surface.sizes["time"] == 3
    np.testing.assert_array_equal((part.aloft["time"].values - RUN) / HOUR, [3, 6])


def test_only_what_is_wanted_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    ask = grib_reading.DECODER.ask

    def asked(message: bytes, question: grib_reading.Question, where: str) -> object:
        decoded.extend([where] if "values" in question.arrays else [])
        return ask(message, question, where)

    monkeypatch.setattr(grib_reading.DECODER, "ask", asked)
    messages = [regular(VALUES + h, **code, **step(h)) for h in range(4) for code in (T2M, {**T2M, "parameterNumber": 11})]
    part = read(tmp_path, *messages, wanted=Wanted(RUN + 2 * HOUR, RUN + 2 * HOUR, Box(30.2, 30.4, 100.2, 100.4)))
    assert [where.rpartition(": ")[2] for where in decoded] == ["message 5"]
    assert part.surface["air_temperature"].shape == (1, 3, 3)
    np.testing.assert_array_equal((part.offered - RUN) / HOUR, [0, 1, 2, 3])


def test_of_hours_that_are_not_there_nothing_comes(tmp_path: Path) -> None:
    part = read(tmp_path, regular(FLAT, **U10), regular(FLAT, **at_pressure(U10, 900)), wanted=Wanted(RUN + HOUR, RUN + HOUR))
    assert part.surface.sizes["time"] == 0
    assert part.aloft is not None
    assert part.aloft.sizes["time"] == 0
    assert part.offered.size == 1


LAMBERT = {
    "LaDInDegrees": 30.0,
    "LoVInDegrees": 110.0,
    "Latin1InDegrees": 30.0,
    "Latin2InDegrees": 30.0,
    "DxInMetres": 50_000.0,
    "DyInMetres": 50_000.0,
    "latitudeOfFirstGridPointInDegrees": 25.0,
    "longitudeOfFirstGridPointInDegrees": 90.0,
    "jScansPositively": 1,
    "resolutionAndComponentFlags": 56,
}


def test_winds_on_a_projection_are_turned_to_the_earth_near_the_ground_and_aloft(tmp_path: Path) -> None:
    blank = np.zeros((20, 30))
    places = read(tmp_path, projected("lambert", blank, **LAMBERT, **T2M)).surface
    turned = -np.sin(np.deg2rad(30.0)) * np.deg2rad(places["longitude"].values - 110.0)
    along_x, along_y = 8.0 * np.cos(turned) + 6.0 * np.sin(turned), -8.0 * np.sin(turned) + 6.0 * np.cos(turned)
    codes = [(U10, along_x), (V10, along_y), (at_pressure(U10, 900), along_x), (at_pressure(V10, 900), along_y)]
    part = read(tmp_path, *[projected("lambert", values, **LAMBERT, **code) for code, values in codes])
    assert part.surface["eastward_wind"].dims == ("time", "y", "x")
    assert part.surface["latitude"].dims == ("y", "x")
    assert part.aloft is not None
    for data, suffix in ((part.surface, ""), (part.aloft, "_aloft")):
        np.testing.assert_allclose(data[f"eastward_wind{suffix}"].values, 8.0, atol=0.03)
        np.testing.assert_allclose(data[f"northward_wind{suffix}"].values, 6.0, atol=0.03)


def test_one_component_along_a_grid_is_of_no_use(tmp_path: Path) -> None:
    part = read(tmp_path, *[projected("lambert", np.zeros((5, 6)), **LAMBERT, **code) for code in (U10, T2M)])
    assert set(part.surface.data_vars) == {"air_temperature"}


def test_winds_partly_along_the_grid_are_refused(tmp_path: Path) -> None:
    earth = {**LAMBERT, "resolutionAndComponentFlags": 48}
    with pytest.raises(UnreadableInput, match="some of its winds"):
        read(tmp_path, projected("lambert", np.zeros((5, 6)), **LAMBERT, **U10), projected("lambert", np.zeros((5, 6)), **earth, **V10))


def test_two_grids_in_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="message 2 is on another grid"):
        read(tmp_path, regular(FLAT, **U10), regular(FLAT, south=31.0, **V10))
    with pytest.raises(UnreadableInput, match="message 2 is on another grid"):
        read(tmp_path, regular(FLAT, **U10), regular(np.zeros((4, 4)), **V10))


def test_the_dew_point_is_made_of_relative_humidity_where_it_is_lacking(tmp_path: Path) -> None:
    humidity, dew = {**T2M, "parameterCategory": 1, "parameterNumber": 1}, {**T2M, "parameterNumber": 6}
    part = read(tmp_path, regular(FLAT + 293.15, **T2M), regular(FLAT + 50.0, **humidity))
    np.testing.assert_allclose(part.surface["dew_point"], 282.4, atol=0.1)  # 9.3 °C, as tables have it
    given = read(tmp_path, regular(FLAT + 293.15, **T2M), regular(FLAT + 50.0, **humidity), regular(FLAT + 280.0, **dew))
    np.testing.assert_allclose(given.surface["dew_point"], 280.0, atol=1e-4)


def test_units_that_are_not_known_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "x.grib", regular(VALUES, edition=1, shortName="blh"))
    from hazecast.intake.fields import grib_fields

    monkeypatch.setattr(grib_fields, "_units", lambda _quantity, _keys: "furlong")
    with pytest.raises(UnknownUnits, match="message 1: Mixing height is in 'furlong'"):
        grib.read(file, Wanted())


# Real files


def test_a_file_of_nam_on_a_lambert_projection(shared_data: Path) -> None:
    part = grib.read(shared_data / "formats" / "nam_lambert.grib2", Wanted())
    assert part.aloft is not None
    assert part.surface["eastward_wind"].shape == (1, 65, 93)
    assert part.surface["init_time"].values[0] == np.datetime64("2018-09-17T00")
    assert {"surface_pressure", "air_temperature", "dew_point", "mixing_height"} <= set(part.surface.data_vars)
    assert part.aloft.sizes["level"] == 19
    assert part.aloft["level"].values[0] == 1.0e5
    for data in (part.surface, part.aloft):
        assert all(not data[key].isnull().any() for key in data.data_vars)
    # the wind blows along the isohypses high up: where heights fall to the north, it comes from the west
    high = part.aloft.sel(level=2.5e4).isel(time=0)
    middle = (slice(20, 60), slice(20, 70))
    slope = np.gradient(high["geopotential_height_aloft"].values, axis=0)[middle]
    assert np.corrcoef(slope.ravel(), high["eastward_wind_aloft"].values[middle].ravel())[0, 1] < -0.6
    mean = read_fields(shared_data / "formats" / "nam_lambert.grib2", Wanted(box=Box(35.0, 40.0, -100.0, -95.0)))
    assert mean.data["latitude"].ndim == 2
    assert mean.data["latitude"].size < 150
    assert mean.notes == ()


def test_files_of_era5_with_levels_of_pressure(shared_data: Path, tmp_path: Path) -> None:
    for file in (shared_data / "era5_wind_2015").glob("*.grib"):
        (tmp_path / file.name).symlink_to(file)
    fields = read_weather(tmp_path, box=Box(38.0, 42.0, 114.0, 118.0))
    assert fields.aloft is not None
    assert fields.aloft.sizes == {"time": 8, "level": 3, "latitude": 19, "longitude": 19}
    np.testing.assert_array_equal(fields.aloft["level"], [1.0e5, 9.25e4, 9.0e4])
    assert np.isnat(fields.aloft["init_time"].values).all()
    assert float(np.abs(fields.aloft["eastward_wind_aloft"]).max()) < 30.0
    assert float(np.abs(fields.aloft["vertical_velocity_aloft"]).max()) < 10.0


def test_single_files_of_ecmwf(shared_data: Path) -> None:
    formats = shared_data / "formats"
    one = grib.read(formats / "era5_single_level.grib", Wanted()).surface["air_temperature"]
    assert one.shape == (1, 121, 201)
    assert 230.0 < float(one.min()) < float(one.max()) < 310.0
    scanned = grib.read(formats / "alternate_scanning.grib", Wanted()).surface["air_temperature"].values[0]
    assert np.abs(np.diff(scanned, axis=0)).mean() < 1.0  # and 5 K if every other row ran backwards
    with pytest.raises(MissingVariable, match=r"cams_chemistry\.grib holds no field that hazecast knows"):
        read_fields(formats / "cams_chemistry.grib", Wanted())  # its gases are those of the top of the model
    with pytest.raises(UnreadableInput, match=r"empty\.grib is empty"):
        read_fields(formats / "empty.grib", Wanted())
