"""A station's place is dated: what it measured elsewhere is of another place."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring.layout import listed_stations
from hazecast.intake.monitoring.places import SAME_PLACE_M, elsewhere, places_of, since_last_move
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.records import Cycle, Gathered, Note, NoteCode, Placement, Station
from tests.gathering import gather
from tests.small_case import HEADER, STATIONS, SmallCase, small_settings, station_csv, write_small_case

FIRST = pd.Timestamp("2020-01-01T01:00")
DEGREE_M = 111_195.0  # of latitude


def table(*stays: tuple[str, int, float, float], begin: pd.Timestamp = FIRST) -> pd.DataFrame:
    """Rows of so many hours on end at each place, one stay after the other for each station."""
    rows, clock = [], dict.fromkeys((stay[0] for stay in stays), begin)
    for id, hours, latitude, longitude in stays:
        for _ in range(hours):
            rows.append((id, f"Station {id}", latitude, longitude, clock[id], "pm25", 50.0))
            clock[id] += pd.Timedelta(hours=1)
    return pd.DataFrame(rows, columns=["station_id", "name", "latitude", "longitude", "time", "key", "value"])


def placement(id: str, since: str, latitude: float, longitude: float) -> Placement:
    return Placement(id, datetime.fromisoformat(since).replace(tzinfo=UTC), latitude, longitude)


def listed(folder: Path, *rows: str, columns: str = "location_id,location,lat,lon,since") -> pd.DataFrame:
    (folder / "stations.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    found = listed_stations(folder / "stations.csv")
    assert found is not None
    return found


def test_a_station_that_stays_has_one_placement_from_the_start_of_its_first_hour() -> None:
    places = places_of(table(("1", 5, 30.0, 120.0), ("2", 3, 31.0, 121.0)), None)
    assert places.placements == (placement("1", "2020-01-01T00:00", 30.0, 120.0), placement("2", "2020-01-01T00:00", 31.0, 121.0))
    assert places.stations == (Station("1", "Station 1", 30.0, 120.0), Station("2", "Station 2", 31.0, 121.0))


def test_a_station_that_moves_has_a_new_one_from_its_first_hour_there() -> None:
    places = places_of(table(("1", 30, 30.0, 120.0), ("1", 2, 30.1, 120.0)), None)
    assert places.placements == (placement("1", "2020-01-01T00:00", 30.0, 120.0), placement("1", "2020-01-02T06:00", 30.1, 120.0))
    assert places.stations == (Station("1", "Station 1", 30.1, 120.0),)


@pytest.mark.parametrize(("metres", "count"), [(SAME_PLACE_M - 5, 1), (SAME_PLACE_M + 5, 2)])
def test_a_place_told_more_exactly_is_the_same_place(metres: float, count: int) -> None:
    places = places_of(table(("1", 30, 30.0, 120.0), ("1", 30, 30.0 + metres / DEGREE_M, 120.0)), None)
    assert len(places.placements) == count
    assert places.stations[0].latitude == 30.0 + metres / DEGREE_M


def test_places_either_side_of_the_date_line_are_near_each_other() -> None:
    assert len(places_of(table(("1", 30, 30.0, 179.999), ("1", 30, 30.0, -179.999)), None).placements) == 1


@pytest.mark.parametrize(("hours", "count"), [(1, 1), (23, 1), (24, 3)])
def test_another_place_for_less_than_a_day_and_back_is_a_slip(hours: int, count: int) -> None:
    places = places_of(table(("1", 30, 30.0, 120.0), ("1", hours, 0.0, 0.0), ("1", 30, 30.0, 120.0)), None)
    assert len(places.placements) == count
    assert places.stations[0].latitude == 30.0


def test_two_moves_in_a_day_are_two_moves() -> None:
    places = places_of(table(("1", 30, 30.0, 120.0), ("1", 2, 31.0, 120.0), ("1", 30, 32.0, 120.0)), None)
    assert [p.latitude for p in places.placements] == [30.0, 31.0, 32.0]


@pytest.mark.parametrize("nowhere", [(np.nan, np.nan), (30.0, 999.0)])
def test_hours_without_a_place_on_earth_are_no_move(nowhere: tuple[float, float]) -> None:
    places = places_of(table(("1", 30, 30.0, 120.0), ("1", 30, *nowhere), ("1", 30, 30.0, 120.0), ("2", 3, *nowhere)), None)
    assert len(places.placements) == 1
    assert places.unplaced == ("Station 2",)
    assert places.ids == ("1", "2")


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = table(("1", 30, 30.0, 120.0), ("2", 3, 31.0, 121.0), ("1", 40, 30.1, 120.0))
    shuffled = rows.sample(frac=1.0, random_state=1)
    assert places_of(shuffled, None) == places_of(rows, None)


def test_a_list_places_stations_for_which_the_data_give_none(tmp_path: Path) -> None:
    places = places_of(table(("1", 3, np.nan, np.nan)), listed(tmp_path, "1,Listed,30,120,", "2,Silent,31,121,"))
    assert places.placements == (placement("1", "2020-01-01T00:00", 30.0, 120.0), placement("2", "2020-01-01T00:00", 31.0, 121.0))
    assert [s.name for s in places.stations] == ["Station 1", "Silent"]


def test_a_list_without_dates_is_no_move_and_yields_to_the_data(tmp_path: Path) -> None:
    places = places_of(table(("1", 3, 30.0, 120.0)), listed(tmp_path, "1,Listed,50,10", columns="location_id,location,lat,lon"))
    assert places.placements == (placement("1", "2020-01-01T00:00", 30.0, 120.0),)


def test_a_list_that_dates_places_is_believed_over_the_data(tmp_path: Path) -> None:
    """Sources write the place of today beside every value of the past."""
    dated = listed(tmp_path, "1,Listed,30,120,", "1,Listed,30.2,120,2020-01-02", "1,Listed,30.4,120,2020-01-03T06:00+08:00")
    places = places_of(table(("1", 90, 30.4, 120.0)), dated)
    assert [(str(p.since), p.latitude) for p in places.placements] == [
        ("2020-01-01 00:00:00+00:00", 30.0),
        ("2020-01-02 00:00:00+00:00", 30.2),
        ("2020-01-02 22:00:00+00:00", 30.4),
    ]
    assert places.stations == (Station("1", "Station 1", 30.4, 120.0),)


@pytest.mark.parametrize("since", ["soon", "now", "13.1.2020"])
def test_a_date_that_cannot_be_read_is_refused(since: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"stations\.csv: .*{since}.*Write `since` as 2020-12-31"):
        listed(tmp_path, f"1,Listed,30,120,{since}")


def test_a_move_that_is_not_yet_known_has_not_happened(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(f"{HEADER}\n1,10,One,2020-01-01T01:00:00Z,30,120,pm25,µg/m³,5\n", encoding="utf-8")
    listed(tmp_path, "1,Listed,30,120,2019-01-01", "1,Listed,31,120,2020-06-01")
    assert [p.latitude for p in read_monitoring(tmp_path, pd.Timestamp("2020-05-01")).placements] == [30.0]
    assert [p.latitude for p in read_monitoring(tmp_path).placements] == [30.0, 31.0]


def observed(*ids: str) -> xr.Dataset:
    hours = pd.date_range("2020-01-01T01:00", periods=4, freq="h").to_numpy("datetime64[ns]")
    values = np.arange(4.0)[:, None] * np.ones(len(ids)) + 10.0
    return xr.Dataset({"pm25": (("time", "station"), values, {"units": "µg m-3"})}, coords={"time": hours, "station": list(ids)})


def test_values_of_before_the_last_move_are_left_out_and_told() -> None:
    moves = (placement("1", "2020-01-01T00:00", 30.0, 120.0), placement("1", "2020-01-01T02:00", 31.0, 120.0))
    left, notes = since_last_move(observed("1", "2"), (*moves, placement("2", "2020-01-01T00:00", 31.0, 120.0)), {"1": "North"})
    assert left["pm25"].sel(station="1").values.tolist() == pytest.approx([np.nan, np.nan, 12.0, 13.0], nan_ok=True)
    assert left["pm25"].sel(station="2").values.tolist() == [10.0, 11.0, 12.0, 13.0]
    assert left["pm25"].dims == ("time", "station")
    assert left["pm25"].attrs == {"units": "µg m-3"}
    assert notes == (Note(NoteCode.STATIONS_MOVED, 1, "North"),)


def test_a_move_of_long_ago_takes_nothing_away_and_is_not_told() -> None:
    moves = (placement("1", "2019-01-01T00:00", 30.0, 120.0), placement("1", "2019-06-01T00:00", 31.0, 120.0))
    left, notes = since_last_move(observed("1"), moves, {})
    xr.testing.assert_identical(left, observed("1"))
    assert notes == ()


def test_stations_that_the_settings_put_elsewhere_are_told() -> None:
    placements = (placement("1", "2019-01-01T00:00", 30.0, 120.0), placement("2", "2019-01-01T00:00", 31.0, 120.0))
    stations = (Station("1", "North", 30.003, 120.0), Station("2", "South", 31.01, 120.0), Station("3", "Planned", 0.0, 0.0))
    assert elsewhere(stations, placements) == (Note(NoteCode.STATIONS_ELSEWHERE, 1, "South"),)
    assert elsewhere(stations[:1], placements) == ()


INIT = datetime(2019, 1, 3, tzinfo=UTC)
MOVE = "2019-01-02T10:30:00"


def gathered(case: SmallCase, as_of: datetime = INIT) -> Gathered:
    return gather(Cycle(INIT, as_of, timedelta(hours=24)), small_settings(case))


@pytest.fixture
def moving_case(tmp_path: Path) -> SmallCase:
    """The station Jinan North stood 11 km further north until half past ten of the second day."""
    case = write_small_case(tmp_path)
    (case.observations / "1001.csv.gz").unlink()
    lines = station_csv(0).splitlines()
    moved = [line.replace(",36.75,", ",36.85,") if line.split(",")[3] <= MOVE else line for line in lines]
    (case.observations / "1001.csv").write_text("\n".join(moved) + "\n", encoding="utf-8")
    return case


def test_a_cycle_does_not_use_what_a_station_measured_elsewhere(moving_case: SmallCase) -> None:
    gathered_now = gathered(moving_case)
    assert gathered_now.notes == (Note(NoteCode.STATIONS_MOVED, 1, "Jinan North"),)
    known = gathered_now.observations["pm25"].sel(station="1001").dropna("time")["time"].values
    assert known[0] == np.datetime64("2019-01-02T11", "ns")
    others = gathered_now.observations["pm25"].sel(station=[s[0] for s in STATIONS[1:]])
    assert int(others.isnull().sum()) == 0


def test_a_cycle_before_the_move_knows_the_place_of_then(moving_case: SmallCase) -> None:
    before = datetime(2019, 1, 2, 10, tzinfo=UTC)
    gathered_then = gathered(moving_case, before)
    assert gathered_then.notes == (Note(NoteCode.STATIONS_ELSEWHERE, 1, "Jinan North"),)
    assert int(gathered_then.observations["pm25"].isnull().sum()) == 0


def test_weather_of_stations_is_no_pollutant_of_a_cycle(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    row = "1001,1,Jinan North,2019-01-01T00:00:00Z,36.75,117.0,temperature,c,-3"
    (case.observations / "weather.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    assert "air_temperature" in read_monitoring(case.observations).data
    assert list(gathered(case).observations.data_vars) == ["pm25"]


def test_the_weather_of_five_cities_is_read_with_their_pollution(shared_data: Path) -> None:
    monitoring = read_monitoring(shared_data / "five_cities" / "observations" / "beijing_us_post.csv.gz")
    assert set(monitoring.data.data_vars) == {"pm25", "air_temperature", "dew_point", "relative_humidity", "surface_pressure"}
    assert float(monitoring.data["air_temperature"].mean()) == pytest.approx(285.6, abs=1.0)
    assert float(monitoring.data["surface_pressure"].mean()) == pytest.approx(101_600, abs=300)
    assert len(monitoring.placements) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "stations", "with_pm25", "hours"),
    [
        ("five_cities", 5, 5, 52_584),
        ("beijing_spring_2018", 35, 34, 1388),
        ("beijing_winters", 12, 12, 32_118),
        ("ten_cities", 10, 10, 5340),
        ("london_2020", 3, 3, 8663),
    ],
)
def test_no_station_of_the_real_cases_moves(case: str, stations: int, with_pm25: int, hours: int, shared_data: Path) -> None:
    monitoring = read_monitoring(shared_data / case / "observations")
    assert (len(monitoring.stations), monitoring.unplaced) == (stations, ())
    assert len(monitoring.placements) == stations
    assert monitoring.data.sizes["time"] == hours
    assert int(monitoring.data["pm25"].notnull().any("time").sum()) == with_pm25
