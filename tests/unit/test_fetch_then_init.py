"""From the command that fetches to the one that reads: sources as they answer, and `hazecast init` on what came of them."""

import gzip
import hashlib
import json
import threading
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from hazecast.intake.fields.reading import read_weather
from tests.commands import Done, hazecast
from tests.grib_samples import CLOUDS, PRESSURE, RAIN, T2M, U10, V10, at_pressure, on_hybrid, over, regular
from tests.small_case import FIRST, HOURS, STATIONS, small_weather, station_csv
from tests.web_server import Asked, WebServer, file_answer, serving, status_answer

KEY = "87654321-secret-key"
PERIOD = ("--from", "2019-01-01", "--to", "2019-01-13")
ERA5_NAMES: Mapping[str, str] = {
    "10m_u_component_of_wind": "u10",
    "10m_v_component_of_wind": "v10",
    "2m_temperature": "t2m",
    "2m_dewpoint_temperature": "d2m",
    "surface_pressure": "sp",
    "boundary_layer_height": "blh",
    "total_cloud_cover": "tcc",
    "total_precipitation": "tp",
    "surface_solar_radiation_downwards": "ssrd",
}
DEW_POINT = {**T2M, "parameterNumber": 6}
MIXING_HEIGHT = {"parameterCategory": 3, "parameterNumber": 196, "typeOfFirstFixedSurface": 1}
SUN = {"parameterCategory": 4, "parameterNumber": 192, "typeOfFirstFixedSurface": 1}
U, V, T, HEIGHT = ({"parameterCategory": c, "parameterNumber": n} for c, n in ((2, 2), (2, 3), (0, 0), (3, 5)))
AIR = {"parameterCategory": 20, "parameterNumber": 0, "productDefinitionTemplateNumber": 40, "discipline": 0}


@pytest.fixture(autouse=True)
def _a_home_without_keys_or_proxies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "cdsapi_key", "cdsapi_rc", "ecmwf_datastores_key", "ecmwf_datastores_rc_file"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def observed(server: WebServer, tmp_path: Path) -> Path:
    """What OpenAQ's archive gives of the five stations of the small case."""
    archive = {f"/{key}": body for number in range(len(STATIONS)) for key, body in days_of(number).items()}
    for path, body in archive.items():
        server.route(path, file_answer(body))
    server.route("/", lambda asked: listing(asked, {path.removeprefix("/"): body for path, body in archive.items()}))
    locations = [word for station in STATIONS for word in ("--location", station[0])]
    done = hazecast("fetch", "openaq", *locations, *PERIOD, "--out", "observed", "--base-url", server.url, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    return tmp_path / "observed"


def days_of(number: int) -> dict[str, bytes]:
    """A station's files by their keys, a day a file."""
    head, *rows = station_csv(number).splitlines()
    by_day: dict[str, list[str]] = {}
    for row in rows:
        by_day.setdefault(row.split(",")[3][:10], []).append(row)
    id = STATIONS[number][0]
    return {
        f"records/csv.gz/locationid={id}/year={day[:4]}/month={day[5:7]}/location-{id}-{day.replace('-', '')}.csv.gz": gzip.compress(
            "\n".join([head, *kept, ""]).encode(), mtime=0
        )
        for day, kept in by_day.items()
    }


def listing(asked: Asked, archive: Mapping[str, bytes]) -> None:
    prefix = parse_qs(urlsplit(asked.path).query)["prefix"][0]
    listed = "".join(
        f"<Contents><Key>{key}</Key><ETag>{md5(content)}</ETag><Size>{len(content)}</Size></Contents>"
        for key, content in archive.items()
        if key.startswith(prefix)
    )
    asked.answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode())


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def inspected(tmp_path: Path, weather: str = "weather", observations: str = "observed") -> Done:
    return hazecast("init", "--meteorology", weather, "--observations", observations, "--out", "haze.toml", "--json", cwd=tmp_path)


def found(tmp_path: Path) -> dict[str, Any]:
    done = inspected(tmp_path)
    assert (done.err, done.status) == ("", 0)
    facts: dict[str, Any] = json.loads(done.out)
    assert (tmp_path / facts["settings_file"]).is_file()
    return facts


# ---- the data stores ----


def open_store(server: WebServer, dataset: str, made: Any) -> None:
    """A store that does a job as soon as it is posted; `made` gives the bytes that answer its inputs."""
    one_at_a_time = threading.Lock()

    def execute(asked: Asked) -> None:
        assert asked.headers["private-token"] == KEY
        with one_at_a_time:  # NetCDF and GRIB are made by libraries that bear no threads
            content = made(inputs := json.loads(asked.body)["inputs"])
        job = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:8]
        server.route(f"/results/{job}", file_answer(content))
        server.route(f"/api/retrieve/v1/jobs/{job}", status_answer(200, json.dumps({"jobID": job, "status": "successful"}).encode()))
        asset = {"asset": {"value": {"href": f"{server.url}/results/{job}"}}}
        server.route(f"/api/retrieve/v1/jobs/{job}/results", status_answer(200, json.dumps(asset).encode()))
        asked.answer(201, json.dumps({"jobID": job, "status": "accepted"}).encode())

    server.route(f"/api/retrieve/v1/processes/{dataset}/execution", execute)


def fetched_from_store(server: WebServer, tmp_path: Path, source: str, *more: str) -> None:
    (tmp_path / "home" / ".cdsapirc").write_text(f"url: https://cds.climate.copernicus.eu/api\nkey: {KEY}\n")
    base = ("--box", "36.3,37,116.7,117.4", "--out", "weather", "--base-url", f"{server.url}/api")
    done = hazecast("fetch", source, *base, *more, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")


def era5_file(inputs: Mapping[str, Any]) -> bytes:
    """As the store writes it: of what was asked for, on these days, with the coordinates that it adds."""
    names = [ERA5_NAMES[name] for name in inputs["variable"]]
    days = np.array([f"{inputs['year'][0]}-{inputs['month'][0]}-{day}" for day in inputs["day"]], dtype="datetime64[D]")
    weather = small_weather(names)
    kept = weather.sel(valid_time=np.isin(weather["valid_time"].values.astype("datetime64[D]"), days))
    return bytes(kept.assign_coords(number=0, expver=("valid_time", np.full(kept.sizes["valid_time"], "0001"))).to_netcdf())


@pytest.mark.usefixtures("observed")
def test_what_was_fetched_of_era5_is_read_as_it_lies(server: WebServer, tmp_path: Path) -> None:
    open_store(server, "reanalysis-era5-single-levels", era5_file)
    fetched_from_store(server, tmp_path, "era5", *PERIOD)
    facts = found(tmp_path)
    assert (facts["weather_lacking"], len(facts["stations"]), facts["weather_hours_lacking"]) == ([], 5, 0)
    assert (facts["weather_first"][:13], facts["observations_first"][:13]) == ("2019-01-01T00", "2019-01-01T00")
    settings = tomllib.loads((tmp_path / "haze.toml").read_text(encoding="utf-8"))
    assert (settings["meteorology"]["path"], settings["meteorology"]["kind"]) == ("weather", "analysis")
    assert (settings["observations"]["path"], [s["id"] for s in settings["stations"]]) == ("observed", [s[0] for s in STATIONS])
    assert KEY not in "".join(p.read_text(encoding="latin1") for p in tmp_path.rglob("*") if p.is_file() and p.name != ".cdsapirc")


def cams_messages(inputs: Mapping[str, Any]) -> bytes:
    """What was asked for at every lead time, ozone in the lowest level of the model as its share of the air."""
    north, west, south, east = inputs["area"]
    shape = (round((north - south) / 0.4) + 1, round((east - west) / 0.4) + 1)
    day, hour = inputs["date"][0].split("/")[0].replace("-", ""), int(inputs["time"][0][:2])
    grid = {"south": south, "west": west, "step": 0.4, "dataDate": int(day), "dataTime": 100 * hour}
    ozone = on_hybrid({**AIR, "parameterNumber": 2, "constituentType": 0}, 137)
    particles = {**AIR, "constituentType": 40009, "typeOfFirstFixedSurface": 1}
    kinds = {"10m_u_component_of_wind": (U10, 2.0), "10m_v_component_of_wind": (V10, 1.0), "ozone": (ozone, 5e-8)}
    kinds |= {"2m_temperature": (T2M, 275.0), "surface_pressure": (PRESSURE, 1.01e5), "particulate_matter_2.5um": (particles, 4e-8)}
    return b"".join(
        regular(np.full(shape, kinds[name][1]), **grid, **kinds[name][0], stepRange=int(lead))
        for lead in inputs["leadtime_hour"]
        for name in inputs["variable"]
    )


@pytest.mark.usefixtures("observed")
def test_what_was_fetched_of_cams_is_read_as_it_lies(server: WebServer, tmp_path: Path) -> None:
    open_store(server, "cams-global-atmospheric-composition-forecasts", cams_messages)
    names = ("eastward_wind", "northward_wind", "air_temperature", "pm25", "o3")
    wanted = [word for name in names for word in ("--variable", name)]
    fetched_from_store(server, tmp_path, "cams", "--run", "2019-01-12T00", "--hours", "12", "--every", "1", *wanted)
    assert {p.name for p in (tmp_path / "weather").iterdir() if p.suffix == ".grib"} == {
        "cams-20190112T00Z-surface.grib",
        "cams-20190112T00Z-gases.grib",
    }
    facts = found(tmp_path)
    assert not {"Eastward wind", "Northward wind", "Air temperature"} & set(facts["weather_lacking"])
    assert (facts["weather_first"][:13], facts["weather_last"][:13], facts["weather_hours_lacking"]) == (
        "2019-01-12T00",
        "2019-01-12T12",
        0,
    )
    assert 'kind = "forecast"' in (tmp_path / "haze.toml").read_text(encoding="utf-8")
    ozone = read_weather(tmp_path / "weather").data["o3"]
    known = ozone.notnull().all(("latitude", "longitude"))
    assert known.values.tolist() == [hour % 3 == 0 for hour in range(13)]
    np.testing.assert_allclose(ozone[0], 5e-8 * 1.01e5 / (287.05 * 275.0) * 1e9, rtol=1e-3)


# ---- GFS ----


def gfs_fields(hour: int) -> list[tuple[str, bytes]]:
    """The lines of the index, but for their numbers and places, with their messages; among them some that nobody asked for."""
    grid = {"south": 35.0, "west": 115.0, "step": 0.25, "centre": "kwbc", "dataDate": 20190112, "dataTime": 0}
    values, now = np.ones((17, 17)), "anl" if hour == 0 else f"{hour} hour fcst"

    def at(line: str, code: Mapping[str, Any], value: float) -> tuple[str, bytes]:
        return f"{line}:{now}", regular(value * values, **grid, **code, stepRange=hour)

    fields = [at("PRMSL:mean sea level", {"parameterCategory": 3, "parameterNumber": 1, "typeOfFirstFixedSurface": 101}, 1.0e5)]
    for level, height in ((1000, 100.0), (975, 320.0), (950, 540.0), (925, 760.0), (900, 990.0)):
        for name, code, value in (("UGRD", U, 3.0), ("VGRD", V, -1.0), ("TMP", T, 272.0), ("HGT", HEIGHT, height)):
            fields.append(at(f"{name}:{level} mb", at_pressure(code, level), value))
    for level, height in ((850, 1_450.0), (800, 1_950.0), (750, 2_470.0), (700, 3_010.0)):
        for name, code, value in (("UGRD", U, 5.0), ("VGRD", V, -1.0), ("TMP", T, 268.0), ("HGT", HEIGHT, height)):
            fields.append(at(f"{name}:{level} mb", at_pressure(code, level), value))
    fields += [at("UGRD:10 m above ground", U10, 2.0), at("VGRD:10 m above ground", V10, -1.0), at("TMP:2 m above ground", T2M, 274.0)]
    fields += [at("DPT:2 m above ground", DEW_POINT, 270.0), at("PRES:surface", PRESSURE, 1.01e5), at("HPBL:surface", MIXING_HEIGHT, 400.0)]
    if hour:
        since = 6 * ((hour - 1) // 6)
        whole = {**CLOUDS, "typeOfFirstFixedSurface": 10}
        fields.append(at("TCDC:entire atmosphere", whole, 60.0))
        sums = {"APCP": (RAIN, 0, hour, 1, 2.0), "DSWRF": (SUN, since, hour, 0, 90.0), "TCDC": (whole, since, hour, 0, 40.0)}
        for name, (code, start, end, statistic, value) in sums.items():
            level = "entire atmosphere" if name == "TCDC" else "surface"
            kind = "acc" if statistic == 1 else "ave"
            message = regular(value * values, **grid, **{**code, **over(start, end, statistic)})
            fields.append((f"{name}:{level}:{start}-{end} hour {kind} fcst", message))
    return fields


def publish_gfs(server: WebServer, hour: int) -> int:
    """A file and its index; how long the file is."""
    content, index = b"", ""
    for number, (line, message) in enumerate(gfs_fields(hour), 1):
        index += f"{number}:{len(content)}:d=2019011200:{line}:\n"
        content += message
    path = f"/gfs.20190112/00/atmos/gfs.t00z.pgrb2.0p25.f{hour:03d}"
    server.route(path, file_answer(content))
    server.route(f"{path}.idx", file_answer(index.encode()))
    return len(content)


@pytest.mark.usefixtures("observed")
def test_what_was_fetched_of_gfs_is_read_as_it_lies(server: WebServer, tmp_path: Path) -> None:
    sizes = {hour: publish_gfs(server, hour) for hour in (0, 3, 6, 9, 12)}
    run = ("--run", "2019-01-12T00", "--hours", "12", "--out", "weather", "--base-url", server.url)
    done = hazecast("fetch", "gfs", *run, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert "5 files fetched" in done.out
    came = {hour: (tmp_path / "weather" / f"gfs-20190112T00Z-f{hour:03d}.grib2").stat().st_size for hour in sizes}
    assert all(0 < came[hour] < sizes[hour] for hour in sizes)
    facts = found(tmp_path)
    assert (facts["weather_lacking"], len(facts["stations"])) == ([], 5)
    assert (facts["weather_first"][:13], facts["weather_last"][:13]) == ("2019-01-12T00", "2019-01-12T12")
    assert 'kind = "forecast"' in (tmp_path / "haze.toml").read_text(encoding="utf-8")


# ---- Open-Meteo ----


def open_meteo(asked: Asked) -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
    times = [str(time)[:16] for time in FIRST + np.arange(HOURS) * np.timedelta64(1, "h")]
    names = query["hourly"].split(",")
    units = dict.fromkeys(names, "µg/m³") | {"time": "iso8601"}
    answer = {
        "latitude": float(query["latitude"]),
        "longitude": float(query["longitude"]),
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "hourly_units": units,
        "hourly": {"time": times, **{name: [20.0] * HOURS for name in names}},
    }
    asked.answer(200, json.dumps(answer).encode(), Content_Type="application/json")


def test_what_was_fetched_of_open_meteo_is_read_beside_observations_and_not_taken_for_them(
    server: WebServer, observed: Path, tmp_path: Path
) -> None:
    small_weather(("u10", "v10", "t2m", "d2m")).to_netcdf(tmp_path / "weather.nc")
    server.route("/v1/air-quality", open_meteo)
    places = [word for id, _, lat, lon in STATIONS[:2] for word in ("--place", f"{id}:{lat},{lon}")]
    arguments = ("fetch", "open-meteo", *places, *PERIOD, "--base-url", server.url, "--out")
    for folder in ("modelled", observed.name):
        done = hazecast(*arguments, folder, cwd=tmp_path)
        assert (done.status, done.err) == (0, "")
    alone = inspected(tmp_path, "weather.nc", "modelled")
    assert alone.status == 2
    assert "modelled" in alone.err
    beside = json.loads(inspected(tmp_path, "weather.nc").out)
    assert (len(beside["stations"]), beside["pollutants_found"]) == (5, ["PM2.5"])
