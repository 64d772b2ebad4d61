"""The stations' own weather where nothing is gridded: what it is made of, and that nobody sees ahead who should not."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import NoDataInPeriod
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.intake.station_weather import station_weather
from hazecast.records import Cycle, Gathered, MeteorologyKind, Note, NoteCode
from tests.gathering import gather
from tests.small_case import SmallCase, small_settings, write_small_case
from tests.station_case import celsius, station_settings, write_station_case

INIT = datetime(2019, 1, 3, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
PAST, ANALYSIS = MeteorologyKind.PAST, MeteorologyKind.ANALYSIS
LAST = np.datetime64("2019-01-03T00", "ns")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return write_station_case(tmp_path_factory.mktemp("stations"))


def gathered_of(case: SmallCase, kind: MeteorologyKind, cycle: Cycle = CYCLE) -> Gathered:
    return gather(cycle, station_settings(case, kind))


def weather_of(gathered: Gathered) -> xr.Dataset:
    assert gathered.station_weather is not None
    return gathered.station_weather


def measured(**values: float) -> xr.Dataset:
    fields = {key: (("time", "station"), np.array([[value]])) for key, value in values.items()}
    return xr.Dataset(fields, coords={"time": [LAST], "station": ["a"]})


def test_weather_is_taken_out_of_the_observations(case: SmallCase) -> None:
    gathered = gathered_of(case, PAST)
    assert gathered.meteorology is None
    assert list(gathered.observations.data_vars) == ["pm25"]
    assert set(weather_of(gathered).data_vars) == {"air_temperature", "dew_point", "surface_pressure"}
    np.testing.assert_allclose(weather_of(gathered)["air_temperature"].sel(time=LAST), celsius()[48] + 273.15, atol=0.01)
    assert [note.code for note in gathered.notes] == [NoteCode.WEATHER_FROM_STATIONS]


def test_the_question_to_the_store_has_the_weather_in_it(case: SmallCase) -> None:
    asked = gathered_of(case, ANALYSIS).asked
    assert asked is not None
    assert {"pm25", "air_temperature", "relative_humidity"} <= set(asked.question.keys)
    assert asked.question.last == INIT


@pytest.mark.parametrize(("kind", "last"), [(PAST, LAST), (ANALYSIS, LAST + np.timedelta64(24, "h"))])
def test_hours_ahead_are_there_in_a_perfect_prognosis_alone(case: SmallCase, kind: MeteorologyKind, last: np.datetime64) -> None:
    gathered = gathered_of(case, kind)
    assert weather_of(gathered)["time"].values[-1] == last
    assert gathered.observations["time"].values[-1] == LAST
    assert (Note(NoteCode.VARIABLE_LACKING, 1, "precipitation") in gathered.notes) == (kind is ANALYSIS)


def test_an_earlier_as_of_knows_less_weather(case: SmallCase) -> None:
    earlier = Cycle(INIT, INIT - timedelta(hours=5), timedelta(hours=24))
    assert weather_of(gathered_of(case, PAST, earlier))["time"].values[-1] == LAST - np.timedelta64(5, "h")


def test_what_comes_later_changes_nothing_of_the_past(case: SmallCase, tmp_path: Path) -> None:
    poisoned = write_station_case(tmp_path)
    for file in poisoned.observations.iterdir():
        rows = [
            r if r.startswith("location_id") or r.split(",")[3] < "2019-01-03T01" else r.rpartition(",")[0] + ",39" for r in lines_of(file)
        ]
        file.write_bytes(gzip.compress(("\n".join(rows) + "\n").encode(), mtime=0))
    here, there = (gathered_of(which, PAST) for which in (case, poisoned))
    xr.testing.assert_identical(weather_of(here), weather_of(there))
    assert not weather_of(gathered_of(case, ANALYSIS)).equals(weather_of(gathered_of(poisoned, ANALYSIS)))


def lines_of(file: Path) -> list[str]:
    return gzip.decompress(file.read_bytes()).decode().splitlines()


def test_the_dew_point_is_made_of_humidity_where_it_is_not_measured() -> None:
    weather = station_weather(measured(air_temperature=293.15, relative_humidity=50.0), None).data
    assert weather["dew_point"].item() == pytest.approx(282.4, abs=0.1)  # 9.3 °C, as any table of moist air says
    assert "relative_humidity" not in weather
    own = station_weather(measured(air_temperature=293.15, relative_humidity=50.0, dew_point=280.0), None).data
    assert own["dew_point"].item() == 280.0


@pytest.mark.parametrize(("dew_point", "kept"), [(284.0, 283.15), (176.15, np.nan), (270.0, 270.0)])
def test_dew_points_above_the_temperature_or_in_air_too_dry_to_be_are_not_believed(dew_point: float, kept: float) -> None:
    weather = station_weather(measured(air_temperature=283.15, dew_point=dew_point), None).data
    np.testing.assert_equal(weather["dew_point"].item(), kept)


def test_implausible_values_are_counted_and_left_out() -> None:
    found = station_weather(measured(air_temperature=-725.85, surface_pressure=101_000.0), measured(air_temperature=-725.85))
    assert np.isnan(found.data["air_temperature"].item())
    assert found.notes == (Note(NoteCode.VALUES_REJECTED, 1, "Air temperature at 2 m"),)


def test_stations_may_measure_no_weather_at_all(tmp_path: Path) -> None:
    gathered = gathered_of(write_station_case(tmp_path, weather=False), PAST)
    assert not weather_of(gathered).data_vars
    gridded = to_grid(gathered, lattice_of_domain(small_settings(SmallCase(tmp_path)).domain))
    assert Note(NoteCode.WEATHER_HOURS_LACKING, 24) in gridded.notes
    assert gridded.station_weather["eastward_wind"].isnull().all()


def test_on_the_lattice_nothing_is_known_and_at_the_stations_all(case: SmallCase) -> None:
    gathered = gathered_of(case, ANALYSIS)
    gridded = to_grid(gathered, lattice_of_domain(station_settings(case).domain))
    assert set(gridded.lattice_weather.data_vars) == {"eastward_wind", "northward_wind"}
    assert all(values.isnull().all() for values in gridded.lattice_weather.data_vars.values())
    assert gridded.lattice_weather["time"].values[-1] == gridded.station_weather["time"].values[-1] == LAST + np.timedelta64(24, "h")
    xr.testing.assert_allclose(gridded.station_weather["air_temperature"], weather_of(gathered)["air_temperature"])
    assert gridded.station_weather["northward_wind"].isnull().all()
    assert gridded.notes == ()


def test_hours_that_all_stations_lack_are_bridged_or_counted(case: SmallCase) -> None:
    gathered = gathered_of(case, ANALYSIS)
    weather = weather_of(gathered)
    holed = weather.where(~weather["time"].isin(LAST + np.array([3, *range(10, 20)]) * np.timedelta64(1, "h")))
    gridded = to_grid(type(gathered)(**{**fields_of(gathered), "station_weather": holed}), lattice_of_domain(station_settings(case).domain))
    assert gridded.notes == (Note(NoteCode.WEATHER_HOURS_FILLED, 1), Note(NoteCode.WEATHER_HOURS_LACKING, 10))


def fields_of(gathered: Gathered) -> dict[str, object]:
    return {name: getattr(gathered, name) for name in type(gathered).__dataclass_fields__}


def test_either_a_grid_or_the_stations_and_not_both(case: SmallCase) -> None:
    gathered = gathered_of(case, PAST)
    with pytest.raises(ValueError, match="not both"):
        Gathered(**{**fields_of(gathered), "station_weather": None})  # type: ignore[arg-type]


def test_of_a_grid_the_past_alone_may_be_wanted_too(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    weather = small_settings(case).meteorology.model_copy(update={"kind": PAST, "arrival_delay_hours": 2.0})
    gathered = gather(CYCLE, small_settings(case).model_copy(update={"meteorology": weather}))
    assert gathered.meteorology is not None
    assert gathered.meteorology["time"].values[-1] == LAST - np.timedelta64(2, "h")


def test_without_anything_recent_there_is_no_cycle(case: SmallCase) -> None:
    late = datetime(2019, 2, 3, tzinfo=UTC)
    with pytest.raises(NoDataInPeriod, match="no observation of the 48 hours before"):
        gathered_of(case, PAST, Cycle(late, late, timedelta(hours=24)))
