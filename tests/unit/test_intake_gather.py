"""What a cycle may know: all that had arrived by its as_of, and nothing else of the observations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.memory import open_memory
from hazecast.archive.observations.watch import Watching
from hazecast.config import BaseForecastSettings, ObservationSettings, Settings
from hazecast.config.places import StationSettings
from hazecast.errors import MissingVariable, NoDataInPeriod, SettingsError
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.intake import gather as gathering
from hazecast.intake.ingesting import ingest
from hazecast.records import Cycle, Gathered, MeteorologyKind, Note, NoteCode
from tests.gathering import gather
from tests.small_case import HEADER, STATIONS, SmallCase, observed, small_settings, small_weather, write_small_case

INIT = datetime(2019, 1, 3, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return write_small_case(tmp_path_factory.mktemp("case"))


@pytest.fixture
def own_case(tmp_path: Path) -> SmallCase:
    """One that a test may change."""
    return write_small_case(tmp_path)


def gathered_of(case: SmallCase, cycle: Cycle = CYCLE, **changes: object) -> Gathered:
    return gather(cycle, small_settings(case).model_copy(update=changes))


def weather_changed(case: SmallCase, change: Callable[[xr.Dataset], xr.Dataset]) -> None:
    file = case.meteorology / "era5.nc"
    file.unlink()
    change(small_weather(("u10", "v10", "t2m", "d2m", "tp"))).to_netcdf(file)


def test_weather_reaches_to_the_last_valid_time_and_observations_to_the_start(case: SmallCase) -> None:
    gathered = gathered_of(case)
    assert gathered.meteorology["time"].values[-1] == np.datetime64("2019-01-04T00", "ns")
    assert gathered.observations["time"].values[-1] == np.datetime64("2019-01-03T00", "ns")
    assert gathered.meteorology_kind is MeteorologyKind.ANALYSIS
    assert gathered.notes == ()


def test_history_begins_as_many_days_before_as_the_settings_say(case: SmallCase) -> None:
    forecast = small_settings(case).forecast.model_copy(update={"history_days": 1})
    gathered = gathered_of(case, forecast=forecast)
    for data in (gathered.meteorology, gathered.observations):
        assert data["time"].values[0] == np.datetime64("2019-01-02T00", "ns")


@pytest.mark.parametrize(
    ("as_of", "delay_hours", "last"),
    [
        (INIT, 0.0, "2019-01-03T00"),
        (INIT - timedelta(seconds=1), 0.0, "2019-01-02T23"),
        (INIT, 2.0, "2019-01-02T22"),
        (INIT + timedelta(hours=2), 2.0, "2019-01-03T00"),
        (INIT + timedelta(hours=1, minutes=59), 2.0, "2019-01-02T23"),
        (INIT + timedelta(days=3), 0.0, "2019-01-03T00"),
    ],
)
def test_the_last_observation_is_that_which_had_arrived(as_of: datetime, delay_hours: float, last: str, case: SmallCase) -> None:
    delayed = ObservationSettings(path=case.observations, arrival_delay_hours=delay_hours)
    gathered = gathered_of(case, replace(CYCLE, as_of=as_of), observations=delayed)
    assert gathered.observations["time"].values[-1] == np.datetime64(last, "ns")


def test_observations_that_arrived_later_change_nothing(case: SmallCase, own_case: SmallCase) -> None:
    for file in own_case.observations.iterdir():
        file.unlink()
    for number, (id, name, latitude, longitude) in enumerate(STATIONS):
        rows = [HEADER]
        for time, value in zip(case_times(), case_values(case, number), strict=True):
            told = 999.0 if time > np.datetime64("2019-01-03T00") else value
            rows.append(f"{id},{id}1,{name},{time}+00:00,{latitude},{longitude},pm25,µg/m³,{told}")
        (own_case.observations / f"{id}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    xr.testing.assert_identical(gathered_of(own_case).observations, gathered_of(case).observations)


def case_times() -> np.ndarray:
    return np.datetime64("2019-01-01T00", "s") + np.arange(12 * 24) * np.timedelta64(1, "h")


def case_values(case: SmallCase, number: int) -> np.ndarray:
    late = Cycle(datetime(2019, 1, 12, 23, tzinfo=UTC), datetime(2019, 1, 13, tzinfo=UTC), timedelta(hours=1))
    return gathered_of(case, late).observations["pm25"].values[:, number]


def test_stations_stand_in_the_order_of_the_settings_and_one_that_never_reported_is_empty(case: SmallCase) -> None:
    settings = small_settings(case)
    listed = (StationSettings(id="9", name="Planned", latitude=36.7, longitude=117.0), *reversed(settings.stations))
    gathered = gathered_of(case, stations=listed)
    assert [s.id for s in gathered.stations] == ["9", "1005", "1004", "1003", "1002", "1001"]
    assert gathered.observations["station"].values.tolist() == [s.id for s in gathered.stations]
    assert gathered.observations["pm25"].isnull().all("time").values.tolist() == [True, *[False] * 5]


def test_every_file_that_was_read_is_named_with_its_role(case: SmallCase) -> None:
    named = [(f.role, f.path.name) for f in gathered_of(case).inputs]
    assert named == [("meteorology", "era5.nc"), *(("observations", f"{s[0]}.csv.gz") for s in STATIONS)]


def test_rejected_values_of_the_weather_are_told_and_observations_are_handed_on_raw(own_case: SmallCase) -> None:
    def with_sentinels(weather: xr.Dataset) -> xr.Dataset:
        weather["u10"][0, 0, :3] = -999.0
        return weather

    weather_changed(own_case, with_sentinels)
    (own_case.observations / "more.csv").write_text(
        f"{HEADER}\n1001,1,Jinan North,2019-01-01T00:30:00Z,36.75,117.0,pm25,µg/m³,-999\n", encoding="utf-8"
    )
    gathered = gathered_of(own_case)
    assert gathered.notes == (Note(NoteCode.VALUES_REJECTED, 3, "Eastward wind at 10 m"),)
    assert gathered.observations["pm25"].sel(time="2019-01-01T01", station="1001").item() == observed()[1, 0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.drop_vars("tp"), id="never delivered"),
        pytest.param(lambda d: d.assign(tp=d.tp.where(d.valid_time < np.datetime64("2019-01-03"))), id="not for the hours ahead"),
        pytest.param(lambda d: d.assign(tp=d.tp * np.nan), id="all missing"),
    ],
)
def test_rain_that_is_lacking_ahead_is_told(change: Callable[[xr.Dataset], xr.Dataset], own_case: SmallCase) -> None:
    weather_changed(own_case, lambda d: change(d).map(lambda v: v.assign_attrs(units=d[v.name].attrs["units"])))
    assert gathered_of(own_case).notes == (Note(NoteCode.VARIABLE_LACKING, 1, "precipitation"),)


def test_rain_of_some_hours_ahead_is_not_lacking(own_case: SmallCase) -> None:
    def some(weather: xr.Dataset) -> xr.Dataset:
        return weather.assign(tp=weather.tp.where(weather.valid_time < np.datetime64("2019-01-03T05")).assign_attrs(units="m"))

    weather_changed(own_case, some)
    assert gathered_of(own_case).notes == ()


@pytest.mark.parametrize(
    ("init", "said"),
    [
        (datetime(2018, 12, 1, tzinfo=UTC), "holds no weather from 2016-09-22 00:00 to 2018-12-02 00:00; it has 2019-01-01 00:00"),
        (datetime(2023, 1, 1, tzinfo=UTC), "holds no weather from 2020-10-23 00:00 to 2023-01-02 00:00; it has 2019-01-01 00:00"),
        (
            datetime(2019, 2, 1, tzinfo=UTC),
            "no weather after 2019-02-01 00:00 UTC .it ends 2019-01-12 23:00. and no observation of the 48 hours",
        ),
        (
            datetime(2018, 12, 31, 12, tzinfo=UTC),
            "no observation that had arrived by 2018-12-31 12:00 UTC .* the archive holds 5 stations, 2019-01-01 00:00",
        ),
    ],
)
def test_a_cycle_outside_the_data_is_refused_with_what_there_is(init: datetime, said: str, case: SmallCase) -> None:
    with pytest.raises(NoDataInPeriod, match=said):
        gathered_of(case, Cycle(init, init, timedelta(hours=24)))


def test_weather_alone_without_any_observation_to_learn_from_is_no_cycle(case: SmallCase) -> None:
    early = datetime(2018, 12, 31, 12, tzinfo=UTC)
    with pytest.raises(NoDataInPeriod, match=r"no observation that had arrived by .* of cycle 20181231T12Z up to 2018-12-31 12:00 UTC"):
        gathered_of(case, Cycle(early, early + timedelta(days=5), timedelta(hours=24)))


def test_observations_without_weather_ahead_are_still_a_cycle(own_case: SmallCase) -> None:
    weather_changed(own_case, lambda d: d.isel(valid_time=slice(0, 49)))
    assert gathered_of(own_case).meteorology["time"].values[-1] == np.datetime64("2019-01-03T00", "ns")


def test_weather_without_recent_observations_is_still_a_cycle(own_case: SmallCase) -> None:
    later = datetime(2019, 1, 12, tzinfo=UTC)
    for file in own_case.observations.iterdir():
        file.unlink()
    (own_case.observations / "old.csv").write_text(
        f"{HEADER}\n1001,1,Jinan North,2019-01-01T00:00:00Z,36.75,117.0,pm25,µg/m³,50\n", encoding="utf-8"
    )
    gathered = gathered_of(own_case, Cycle(later, later, timedelta(hours=12)))
    assert int(gathered.observations["pm25"].notnull().sum()) == 1


def test_without_pm25_there_is_nothing_to_forecast(own_case: SmallCase) -> None:
    for file in own_case.observations.iterdir():
        file.unlink()
    (own_case.observations / "o3.csv").write_text(
        f"{HEADER}\n1001,1,Jinan North,2019-01-01T00:00:00Z,36.75,117.0,o3,µg/m³,50\n", encoding="utf-8"
    )
    with pytest.raises(MissingVariable, match=r"no PM2\.5 of those hours; it has o3"):
        gathered_of(own_case)


@pytest.mark.parametrize(("edge", "degrees"), [("south", 35.9), ("north", 37.4), ("west", 116.3), ("east", 117.8)])
def test_a_domain_that_reaches_beyond_the_weather_is_refused(edge: str, degrees: float, case: SmallCase) -> None:
    domain = small_settings(case).domain
    with pytest.raises(SettingsError, match=f"reaches from .*{degrees}.* the weather of .*meteorology from"):
        gathered_of(case, domain=domain.model_copy(update={edge: degrees}))


def test_a_domain_may_reach_one_cell_of_the_weather_further(case: SmallCase) -> None:
    domain = small_settings(case).domain.model_copy(update={"south": 36.0, "east": 117.7})
    assert isinstance(gathered_of(case, domain=domain), Gathered)


def test_settings_of_the_case_are_sound(case: SmallCase) -> None:
    settings = small_settings(case)
    assert Settings.model_validate(settings.model_dump()) == settings


def as_forecast(case: SmallCase, **more: object) -> Settings:
    settings = small_settings(case)
    weather = settings.meteorology.model_copy(update={"kind": MeteorologyKind.FORECAST})
    return settings.model_copy(update={"meteorology": weather, **more})


def test_without_one_readable_file_there_is_a_forecast_without_weather_that_names_them(own_case: SmallCase) -> None:
    """Of the weather and of another model's forecast alike; the observations are there, and a cycle that fails warns nobody."""
    other = own_case.folder / "other.nc"
    other.write_bytes(b"CDF")
    (own_case.meteorology / "era5.nc").write_bytes((own_case.meteorology / "era5.nc").read_bytes()[:-1000])
    gathered = gather(CYCLE, as_forecast(own_case, base_forecast=BaseForecastSettings(path=other)))
    assert gathered.meteorology is None
    assert gathered.notes[0] == Note(NoteCode.FILES_UNREADABLE, 1, "era5.nc")
    assert Note(NoteCode.FILES_UNREADABLE, 1, "other.nc") in gathered.notes
    assert Note(NoteCode.BASE_LACKING, 24) in gathered.notes
    assert {one.role for one in gathered.inputs} == {"observations"}
    assert to_grid(gathered, lattice_of_domain(small_settings(own_case).domain)).notes == (Note(NoteCode.WEATHER_HOURS_LACKING, 24),)


def test_weather_that_came_and_is_gone_leaves_a_forecast_without_it_and_weather_that_never_came_is_an_error(own_case: SmallCase) -> None:
    settings, file = as_forecast(own_case), own_case.meteorology / "era5.nc"
    kept = file.read_bytes()
    file.unlink()
    with open_memory(own_case.folder / "archive") as memory:
        ingest(settings, memory, Watching.LIVE, lambda: INIT - timedelta(days=2))
        with pytest.raises(NoDataInPeriod, match="meteorology"):
            gathering.gather(CYCLE, settings, memory)
        file.write_bytes(kept)
        ingest(settings, memory, Watching.LIVE, lambda: INIT - timedelta(days=1))
        assert gathering.gather(CYCLE, settings, memory).meteorology is not None
        file.unlink()
        assert gathering.gather(CYCLE, settings, memory).meteorology is None
