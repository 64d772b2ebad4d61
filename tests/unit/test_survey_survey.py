"""A look at a user's data, and the settings that follow from it."""

import gzip
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.config import load_settings
from hazecast.errors import InputError, MissingVariable, NoDataInPeriod
from hazecast.grids.lattice import lattice_of_domain
from hazecast.records import Cycle, MeteorologyKind, Note, NoteCode, utc
from hazecast.survey.settings_file import settings_text
from hazecast.survey.survey import Survey, survey
from tests.gathering import gather
from tests.small_case import HEADER, INIT, STATIONS, SmallCase, small_weather, write_small_case

Change = Callable[[xr.Dataset], xr.Dataset]


@pytest.fixture
def case(tmp_path: Path) -> SmallCase:
    return write_small_case(tmp_path)


def looked_at(case: SmallCase) -> Survey:
    return survey(case.meteorology, case.observations, case.settings)


def weather_of(case: SmallCase, latitude: Sequence[float], longitude: Sequence[float], hours: int = 3) -> None:
    """Replace the weather by calm air on other axes."""
    shape = (hours, len(latitude), len(longitude))
    calm = {name: (("valid_time", "latitude", "longitude"), np.ones(shape), {"units": "m s-1"}) for name in ("u10", "v10")}
    times = small_weather(("u10",), hours)["valid_time"]
    (case.meteorology / "era5.nc").unlink()
    xr.Dataset(calm, {"valid_time": times, "latitude": latitude, "longitude": longitude}).to_netcdf(case.meteorology / "era5.nc")


def weather_changed(case: SmallCase, change: Change) -> None:
    (case.meteorology / "era5.nc").unlink()
    change(small_weather(("u10", "v10", "t2m", "tp"))).to_netcdf(case.meteorology / "era5.nc")


def stations_of(case: SmallCase, *places: tuple[str, float, float], value: object = 50.0, parameter: str = "pm25") -> None:
    """Replace the observations by a single hour of these stations."""
    for file in case.observations.iterdir():
        file.unlink()
    for number, (name, latitude, longitude) in enumerate(places, start=1):
        row = f"{number},{number}0,{name},2019-01-01T00:00:00Z,{latitude},{longitude},{parameter},µg/m³,{value}"
        (case.observations / f"{number}.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n{row}\n".encode()))


def test_what_is_found_is_told_in_the_words_of_the_vocabulary(case: SmallCase) -> None:
    found = looked_at(case)
    assert [str(t)[:13] for t in (found.weather_first, found.weather_last)] == ["2019-01-01T00", "2019-01-12T23"]
    assert [str(t)[:13] for t in (found.observations_first, found.observations_last)] == ["2019-01-01T00", "2019-01-12T23"]
    assert found.weather_hours_lacking == 0
    assert "Precipitation of the past hour" in found.weather_found
    assert found.weather_lacking == ("Surface pressure", "Mixing height", "Solar radiation", "Cloud cover")
    assert found.pollutants_found == ("PM2.5",)
    assert "Ozone" in found.pollutants_lacking
    assert (found.stations_without_pm25, found.stations_outside, found.stations_without_place, found.rejected) == ((), (), (), ())


def test_the_settings_fit_the_data(case: SmallCase) -> None:
    settings = looked_at(case).settings
    assert [s.id for s in settings.stations] == [s[0] for s in STATIONS]
    assert [(a.id, a.names["zh"], len(a.stations)) for a in settings.areas] == [("jinan", "济南", 5)]
    assert settings.site.time_zone == "Asia/Shanghai"
    assert settings.site.titles == {"zh": "济南霾预报", "en": "Haze forecast for Jinan", "ja": "済南の煙霧予報"}
    assert settings.meteorology.kind is MeteorologyKind.ANALYSIS
    assert settings.domain.model_dump() == {"south": 36.1, "north": 37.2, "west": 116.5, "east": 117.6, "spacing": 0.1}
    assert settings.output.archive.name == "case-archive"


def test_the_settings_work(case: SmallCase) -> None:
    case.settings.write_text(settings_text(looked_at(case).settings, case.folder), encoding="utf-8")
    settings = load_settings(case.settings)
    init = utc(np.datetime64(INIT, "s").item())
    gathered = gather(Cycle(init, init, timedelta(hours=settings.forecast.horizon_hours)), settings)
    assert gathered.observations.sizes["station"] == 5
    assert lattice_of_domain(settings.domain).shape == (12, 12)


@pytest.mark.parametrize(
    ("spacing", "cells", "refined", "shape"),
    [
        pytest.param(0.25, 3, 0.0625, (9, 9), id="as the ERA5 of one city: no finer than a twentieth of a degree"),
        pytest.param(0.25, 13, 0.25, (13, 13), id="enough already"),
        pytest.param(0.5, 5, 0.125, (17, 17), id="refined until there are a dozen"),
        pytest.param(1.0, 2, 0.0625, (17, 17), id="two cells"),
    ],
)
def test_a_coarse_lattice_is_refined(spacing: float, cells: int, refined: float, shape: tuple[int, int], case: SmallCase) -> None:
    axis = spacing * (np.arange(cells) - (cells - 1) / 2)
    weather_of(case, 36.65 + axis, 117.0 + axis)
    found = looked_at(case)
    assert found.settings.domain.spacing == refined
    assert found.cells == shape == lattice_of_domain(found.settings.domain).shape


def test_weather_far_from_every_station_is_left_out_of_the_domain(case: SmallCase) -> None:
    weather_of(case, np.arange(20.0, 60.0), np.arange(100.0, 140.0))
    domain = looked_at(case).settings.domain
    assert (domain.south, domain.north, domain.west, domain.east) == (34.0, 39.0, 114.0, 120.0)


def test_stations_without_weather_are_left_out_and_named(case: SmallCase) -> None:
    stations_of(case, ("Here", 36.65, 117.0), ("200 km north", 38.5, 117.0), ("Just outside", 36.65, 117.65), ("Further", 36.65, 117.75))
    found = looked_at(case)
    assert [s.name for s in found.settings.stations] == ["Here", "Just outside"]
    assert found.stations_outside == ("200 km north", "Further")
    assert {s for a in found.settings.areas for s in a.stations} == {"1", "3"}


def test_no_station_with_weather_is_told_with_both_places(case: SmallCase) -> None:
    stations_of(case, ("London Westminster", 51.49, -0.13))
    with pytest.raises(
        NoDataInPeriod, match=r"None of the 1 stations .* 36\.1 to 37\.2 degrees north, .*; London Westminster lies at 51\.49"
    ):
        looked_at(case)


def test_stations_on_the_other_side_of_the_earth_are_left_out_too(case: SmallCase) -> None:
    weather_of(case, np.arange(30.0, 40.0), np.arange(-105.0, -95.0))
    stations_of(case, ("There", 35.0, -100.0), ("Here", 36.65, 117.0))
    assert looked_at(case).stations_outside == ("Here",)


def test_a_network_without_any_place_is_told_how_to_give_them(case: SmallCase) -> None:
    stations_of(case, ("Lost", 0.0, 999.0))
    with pytest.raises(NoDataInPeriod, match=r"no place on Earth for any of its 1 stations.*stations\.csv"):
        looked_at(case)


def test_a_station_without_a_place_is_named_and_left_out(case: SmallCase) -> None:
    stations_of(case, ("Here", 36.65, 117.0), ("Swapped", 117.0, 36.65))
    found = looked_at(case)
    assert found.stations_without_place == ("Swapped",)
    assert [s.name for s in found.settings.stations] == ["Here"]


def test_a_silent_station_is_kept_and_named(case: SmallCase) -> None:
    (case.folder / "stations.csv").write_text("location_id,location,lat,lon\n2000,Jinan Silent,36.7,117.1\n", encoding="utf-8")
    found = looked_at(case)
    assert found.stations_without_pm25 == ("Jinan Silent",)
    assert "2000" in {s.id for s in found.settings.stations}


def test_the_time_zone_is_that_of_most_stations(case: SmallCase) -> None:
    weather_of(case, np.arange(35.0, 43.0), np.arange(120.0, 131.0))
    stations_of(case, ("Dalian", 38.91, 121.6), ("Seoul", 37.56, 126.99), ("Incheon", 37.45, 126.7))
    assert looked_at(case).settings.site.time_zone == "Asia/Seoul"


@pytest.mark.parametrize(
    ("longitude", "stations", "zone"),
    [
        pytest.param(np.arange(0.0, 360.0), (-0.13,), "Europe/London", id="a global grid from Greenwich on"),
        pytest.param(np.arange(-2.0, 3.0) % 360.0, (-0.13,), "Europe/London", id="a region across Greenwich"),
        pytest.param(np.arange(175.0, 186.0), (178.4,), "Pacific/Fiji", id="a region across the date line"),
        pytest.param((np.arange(175.0, 186.0) + 180.0) % 360.0 - 180.0, (-179.9, 178.4), "Pacific/Fiji", id="the same, counted from it"),
    ],
)
def test_a_region_lies_where_it_lies_however_longitudes_are_counted(
    longitude: Sequence[float], stations: Sequence[float], zone: str, case: SmallCase
) -> None:
    latitude = 51.5 if zone == "Europe/London" else -17.8
    weather_of(case, np.arange(-3.0, 4.0) + latitude, longitude)
    stations_of(case, *((f"Post {i}", latitude, east) for i, east in enumerate(stations)))
    settings = looked_at(case).settings
    assert len(settings.stations) == len(stations)
    assert settings.site.time_zone == zone
    for station in settings.stations:
        assert settings.domain.west <= station.longitude <= settings.domain.east
    assert settings.domain.east - settings.domain.west <= 10


def test_lacking_hours_and_rejected_values_are_counted(case: SmallCase) -> None:
    def with_faults(weather: xr.Dataset) -> xr.Dataset:
        weather["u10"][0, 0, :2] = -999.0
        weather["tp"][:] = 9e9
        return weather.isel(valid_time=[0, 1, 5])

    weather_changed(case, with_faults)
    found = looked_at(case)
    assert found.weather_hours_lacking == 3
    assert found.rejected[0] == Note(NoteCode.VALUES_REJECTED, 2, "Eastward wind at 10 m")
    assert "Precipitation of the past hour" in found.weather_lacking


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda d: d.drop_vars("v10"), "lacks Northward wind", id="no wind"),
        pytest.param(lambda d: d.assign(v10=(d.v10 * np.nan).assign_attrs(units="m s-1")), "no usable value of Northward wind", id="empty"),
        pytest.param(lambda d: d.assign(u10=(d.u10 * 0 + 999).assign_attrs(units="m s-1")), "no usable value of Eastward wind", id="coded"),
    ],
)
def test_without_wind_there_are_no_settings(change: Change, said: str, case: SmallCase) -> None:
    weather_changed(case, change)
    with pytest.raises(MissingVariable, match=said):
        looked_at(case)


def test_without_pm25_there_are_no_settings(case: SmallCase) -> None:
    stations_of(case, ("Here", 36.65, 117.0), parameter="o3")
    with pytest.raises(MissingVariable, match=r"no PM2\.5; it has Ozone"):
        looked_at(case)


@pytest.mark.parametrize("value", ["", -999, 0])
def test_without_a_usable_value_of_pm25_there_are_no_settings(value: object, case: SmallCase) -> None:
    stations_of(case, ("Here", 36.65, 117.0), value=value)
    with pytest.raises(NoDataInPeriod, match=r"no usable PM2\.5 of the 1 stations .* not from 0\.5 to 2000 µg m-3"):
        looked_at(case)


def test_a_region_too_large_for_a_lattice_is_refused(case: SmallCase) -> None:
    weather_of(case, 36.65 + 0.005 * np.arange(-1100, 1100), 117.0 + 0.005 * np.arange(-1100, 1100), hours=1)
    with pytest.raises(InputError, match=r"No lattice can be laid over the weather of .*expected 1,000,000 at most"):
        looked_at(case)


def test_a_region_at_a_pole_is_refused(case: SmallCase) -> None:
    weather_of(case, np.arange(80.0, 91.0), np.arange(0.0, 20.0))
    stations_of(case, ("Camp", 89.0, 10.0))
    with pytest.raises(InputError, match="No lattice can be laid"):
        looked_at(case)
