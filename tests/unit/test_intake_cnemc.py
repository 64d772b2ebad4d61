"""China's national network, as hourly CSV and as JSON."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.monitoring import cnemc_csv, cnemc_json
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS
from hazecast.intake.monitoring.reading import read_monitoring
from tests.monitoring_samples import CNEMC_SITES_HEADER, cnemc_by_pollutant, cnemc_features, cnemc_site, cnemc_sites

ROW = "20200402,08,万寿西宫,21,优,NaN,14,21,0.4,34,31,17,2"


def csv_of(folder: Path, text: str, encoding: str = "utf-8") -> pd.DataFrame:
    file = folder / "any.csv"
    file.write_bytes(text.encode(encoding))
    assert format_of(file) is cnemc_csv.FORMAT
    return cnemc_csv.read(file)


def json_of(folder: Path, text: str, name: str = "any.json") -> pd.DataFrame:
    file = folder / name
    content = text.encode()
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert format_of(file) is cnemc_json.FORMAT
    return cnemc_json.read(file)


def value(table: pd.DataFrame, key: str, station: str | None = None) -> list[float]:
    at = (table["key"] == key) & ((table["station_id"] == station) if station else True)
    return table.loc[at, "value"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_row_a_site_is_read_in_any_of_its_encodings(encoding: str, tmp_path: Path) -> None:
    table = csv_of(tmp_path, cnemc_sites([ROW]), encoding)
    assert list(table.columns) == list(VALUE_COLUMNS)
    assert set(table["station_id"]) == set(table["name"]) == {"万寿西宫"}
    assert {key: value(table, key)[0] for key in table["key"]} == {"pm25": 14, "pm10": 21, "co": 0.4, "no2": 34, "o3": 31, "so2": 2}
    assert table[["latitude", "longitude"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("date", "hour", "utc"),
    [
        ("20200402", "08", "2020-04-02T00:00"),
        ("20200402", "8", "2020-04-02T00:00"),
        ("20200402", "00", "2020-04-01T16:00"),
        ("20200402", "24", "2020-04-02T16:00"),
        ("2020-02-29", "24", "2020-02-29T16:00"),
        ("20191231", "24", "2019-12-31T16:00"),
        ("20200704", "12", "2020-07-04T04:00"),  # no daylight saving in summer
    ],
)
def test_beijing_time_is_eight_hours_ahead_and_labels_the_end_of_the_hour(date: str, hour: str, utc: str, tmp_path: Path) -> None:
    table = csv_of(tmp_path, cnemc_sites([ROW.replace("20200402,08", f"{date},{hour}")]))
    assert table["time"].tolist() == [pd.Timestamp(utc)] * 6


@pytest.mark.parametrize("code", ["", "NaN", "NA", "-;", "_", "-", "—", "——"])
def test_what_the_network_writes_for_missing_is_missing(code: str, tmp_path: Path) -> None:
    table = csv_of(tmp_path, cnemc_sites([ROW, ROW.replace(",14,21,", f",{code},21,")]))
    assert value(table, "pm25") == pytest.approx([14, np.nan], nan_ok=True)
    assert value(table, "pm10") == [21, 21]


@pytest.mark.parametrize("number", ["0", "-1", "-9999", "999", "9999"])
def test_numbers_that_may_be_codes_are_left_to_be_judged(number: str, tmp_path: Path) -> None:
    assert value(csv_of(tmp_path, cnemc_sites([ROW.replace(",14,", f",{number},")])), "pm25") == [float(number)]


def test_hours_of_ozone_are_read_and_not_its_means_of_eight(tmp_path: Path) -> None:
    assert value(csv_of(tmp_path, cnemc_sites([ROW.replace(",31,17,", ",31,NaN,")])), "o3") == [31]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace("20200402", "2020-4-2"), "the date '2020-4-2' is not written as 20200402"),
        (ROW.replace("20200402", "20201402"), "the date '20201402' is no day"),
        (ROW.replace(",08,", ",25,"), "the hour '25' is not one of 0 to 24"),
        (ROW.replace(",08,", ",8.5,"), "the hour '8.5'"),
        (ROW.replace(",08,", ",noon,"), "the hour 'noon'"),
        (ROW.replace(",14,", ",much,"), "'much' in the column PM2.5 is no number"),
        (ROW.replace("万寿西宫", ""), "row 1 of 1 has no WatchPoint"),
    ],
)
def test_what_cannot_be_understood_is_refused_and_shown(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"any\.csv.*{said}"):
        csv_of(tmp_path, cnemc_sites([row]))


def test_a_row_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="its last row has 7 of 13 fields"):
        csv_of(tmp_path, cnemc_sites([ROW]) + ROW.partition(",21,0.4")[0])


def test_a_header_without_any_pollutant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"holds none of PM2\.5, .*; it has Date, Hour, WatchPoint, AQI"):
        csv_of(tmp_path, "Date,Hour,WatchPoint,AQI\n20200402,08,x,21\n")


def test_a_column_a_site_is_read_pollutant_by_pollutant(tmp_path: Path) -> None:
    table = csv_of(tmp_path, cnemc_by_pollutant(3))
    assert sorted(set(table["key"])) == ["co", "o3", "pm25"]
    assert value(table, "pm25", "1001A") == [10, 11, 12]
    assert value(table, "co", "1002A") == [20.5, 21.5, 22.5]
    of_one = table[(table["key"] == "pm25") & (table["station_id"] == "1003A")]
    assert [str(time) for time in of_one["time"]] == ["2019-12-31 16:00:00", "2019-12-31 17:00:00", "2019-12-31 18:00:00"]


def test_means_of_a_day_and_indices_are_not_taken_for_hours(tmp_path: Path) -> None:
    table = csv_of(tmp_path, cnemc_by_pollutant(1).replace("PM2.5_24h,10,20.5,30", "PM2.5_24h,77,77,77"))
    assert 77 not in table["value"].tolist()


def test_empty_fields_of_a_column_a_site_are_missing(tmp_path: Path) -> None:
    table = csv_of(tmp_path, "date,hour,type,1001A,1002A\n20200101,23,PM2.5,,5\n20200101,23,SO2,3,\n")
    assert value(table, "pm25") == pytest.approx([np.nan, 5], nan_ok=True)
    assert value(table, "so2") == pytest.approx([3, np.nan], nan_ok=True)


def test_two_columns_of_one_site_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="two columns of the site 1001A"):
        csv_of(tmp_path, "date,hour,type,1001A,1001A\n20200101,0,PM2.5,1,2\n")


def test_a_dump_without_any_pollutant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"holds none of PM2\.5, .*; it has AQI"):
        csv_of(tmp_path, "date,hour,type,1001A\n20200101,0,AQI,1\n")


def test_sites_take_their_places_from_the_list_of_stations(tmp_path: Path) -> None:
    (tmp_path / "observations").mkdir()
    csv_of(tmp_path / "observations", cnemc_by_pollutant(2))
    listed = "location_id,location,lat,lon\n1001A,Wanshouxigong,39.8673,116.366\n1002A,Dingling,40.2865,116.17\n"
    (tmp_path / "stations.csv").write_text(listed, encoding="utf-8")
    monitoring = read_monitoring(tmp_path / "observations")
    assert [(s.id, s.latitude) for s in monitoring.stations] == [("1001A", 39.8673), ("1002A", 40.2865)]
    assert monitoring.unplaced == ("1003A",)
    assert monitoring.data["pm25"].sel(station="1003A").values.tolist() == [30, 31]


@pytest.mark.parametrize("name", ["hour.json", "hour.json.gz", "hour.geojson"])
def test_a_feature_is_a_site_at_its_place(name: str, tmp_path: Path) -> None:
    table = json_of(tmp_path, cnemc_features([cnemc_site()]), name)
    assert list(table.columns) == list(VALUE_COLUMNS)
    first = table.iloc[0]
    assert (first["station_id"], first["name"], first["latitude"], first["longitude"]) == ("1001A", "北京市万寿西宫", 39.8673, 116.366)
    assert set(table["time"]) == {pd.Timestamp("2018-02-19T23:00")}
    assert {key: value(table, key)[0] for key in ("pm25", "co", "no2", "o3", "so2")} == {
        "pm25": 38,
        "co": 0.7,
        "no2": 17,
        "o3": 84,
        "so2": 3,
    }


@pytest.mark.parametrize("code", ["-;", "_", "—", "", " "])
def test_missing_in_json_is_written_in_many_ways(code: str, tmp_path: Path) -> None:
    assert np.isnan(value(json_of(tmp_path, cnemc_features([cnemc_site(pm2_5=code)])), "pm25")).all()


def test_null_is_missing_and_numbers_may_be_numbers(tmp_path: Path) -> None:
    text = cnemc_features([cnemc_site()]).replace('"pm2_5": "38"', '"pm2_5": null').replace('"co": "0.7"', '"co": 0.7')
    table = json_of(tmp_path, text)
    assert np.isnan(value(table, "pm25")).all()
    assert value(table, "co") == [0.7]


def test_a_plain_list_of_sites_with_capital_letters_is_read_too(tmp_path: Path) -> None:
    site = {key.title().replace("Pm2_5", "PM2_5").replace("Positionname", "PositionName"): told for key, told in cnemc_site().items()}
    table = json_of(tmp_path, json.dumps([{**site, "Latitude": "39.8673", "Longitude": "116.366"}]))
    assert value(table, "pm25") == [38]
    assert table["longitude"].iloc[0] == 116.366


def test_a_feature_without_a_point_has_no_place(tmp_path: Path) -> None:
    text = json.dumps({"features": [{"type": "Feature", "geometry": None, "properties": cnemc_site()}]})
    assert json_of(tmp_path, text)["latitude"].isna().all()


def test_one_document_a_line_is_read_line_by_line(tmp_path: Path) -> None:
    lines = [cnemc_features([cnemc_site(time=f"2018-02-20T0{hour}:00:00", pm2_5=str(hour))]) for hour in (1, 2, 3)]
    assert value(json_of(tmp_path, "\n".join(lines) + "\n"), "pm25") == [1, 2, 3]


def test_a_name_that_begins_with_its_city_says_it_once(tmp_path: Path) -> None:
    assert set(json_of(tmp_path, cnemc_features([cnemc_site(positionname="北京市定陵")]))["name"]) == {"北京市定陵"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (cnemc_features([cnemc_site()])[:-40], "EOF while parsing"),
        (cnemc_features([cnemc_site(code=" ")]), r"features\.0\.properties\.stationcode"),
        (cnemc_features([cnemc_site(time="yesterday")]), "yesterday"),
        (cnemc_features([cnemc_site(time="2018-02-20T07:00:00+08:00")]), "has an offset from UTC"),
        (cnemc_features([cnemc_site(pm2_5="high")]), "'high' in the column pm2_5 is no number"),
        (json.dumps({"features": [{"stationcode": "x", "timepoint": "y"}]}), r"features\.0\.geometry"),
    ],
)
def test_json_that_is_not_whole_or_laid_out_otherwise_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"any\.json.*{said}"):
        json_of(tmp_path, text)


def test_sites_without_any_pollutant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match="holds none of pm2_5"):
        json_of(tmp_path, json.dumps([{"stationcode": "1001A", "timepoint": "2018-02-20T07:00:00"}]))


def test_other_json_is_not_theirs(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    for content in (b"", b"{}", b"\xff\xfe", b"[1, 2]", CNEMC_SITES_HEADER.encode(), gzip.compress(b"{}")[:12]):
        file.write_bytes(content)
        assert not cnemc_json.recognises(file)
        assert not cnemc_csv.recognises(file) or content.startswith(b"Date")
    assert not cnemc_json.recognises(tmp_path / "absent.json")


def test_the_sample_of_hourly_sites(shared_data: Path) -> None:
    file = shared_data / "formats" / "cnemc_hourly_sites.csv"
    assert format_of(file) is cnemc_csv.FORMAT
    table = cnemc_csv.read(file)
    assert table["station_id"].nunique() == 12
    assert (table["time"].min(), table["time"].max()) == (pd.Timestamp("2020-04-02T00:00"), pd.Timestamp("2020-04-07T19:00"))
    assert table.groupby("key")["value"].count().to_dict() == {"co": 1139, "no2": 1151, "o3": 1140, "pm10": 1115, "pm25": 1118, "so2": 1151}


def test_the_sample_of_the_national_hour(shared_data: Path) -> None:
    file = shared_data / "formats" / "cnemc_national_hour.json"
    assert format_of(file) is cnemc_json.FORMAT
    monitoring = read_monitoring(file)
    assert len(monitoring.stations) == 1495
    assert monitoring.data["time"].values.tolist() == [np.datetime64("2018-02-19T23", "ns").astype(int)]
    told = {str(key): int(values.notnull().sum()) for key, values in monitoring.data.data_vars.items()}
    assert told == {"co": 1475, "no2": 1474, "o3": 1477, "pm10": 1222, "pm25": 1473, "so2": 1477}
    assert [s.name for s in monitoring.stations][:2] == ["北京市万寿西宫", "北京市定陵"]
