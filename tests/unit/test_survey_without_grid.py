"""`hazecast init` without gridded weather."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.config import MeteorologySettings, load_settings
from hazecast.errors import NoDataInPeriod
from hazecast.grids.lattice import lattice_of_domain
from hazecast.records import Cycle, MeteorologyKind, Station, utc
from hazecast.survey.findings import finding_lines, survey_facts, survey_lines
from hazecast.survey.settings_file import settings_text
from hazecast.survey.survey import Survey, survey
from hazecast.survey.without_grid import MOST_CELLS_EACH_WAY, domain_round, placed_together
from tests.gathering import gather
from tests.small_case import INIT, STATIONS, SmallCase
from tests.station_case import write_station_case


@pytest.fixture
def case(tmp_path: Path) -> SmallCase:
    return write_station_case(tmp_path)


def looked_at(case: SmallCase) -> Survey:
    return survey(None, case.observations, case.settings)


def test_the_settings_promise_no_weather_ahead(case: SmallCase) -> None:
    settings = looked_at(case).settings
    assert settings.meteorology.path is None
    assert settings.meteorology.kind is MeteorologyKind.PAST
    assert [s.id for s in settings.stations] == [s[0] for s in STATIONS]
    assert [a.id for a in settings.areas] == ["jinan"]
    assert settings.sources == ()


def test_the_settings_work(case: SmallCase) -> None:
    found = looked_at(case)
    text = settings_text(found.settings, case.folder, finding_lines(found))
    case.settings.write_text(text, encoding="utf-8")
    assert '# path = "…"' in text.split("[meteorology]")[1].split("[observations]")[0]
    init = utc(np.datetime64(INIT, "s").item())
    gathered = gather(Cycle(init, init, timedelta(hours=24)), load_settings(case.settings))
    assert gathered.station_weather is not None
    assert gathered.station_weather["air_temperature"].notnull().any()


def test_what_is_found_is_told(case: SmallCase) -> None:
    lines = survey_lines(looked_at(case), case.settings)
    assert lines[0] == "Weather       of the stations alone, 2019-01-01 00:00 to 2019-01-12 23:00 UTC"
    assert "  found       Air temperature at 2 m, Dew point at 2 m, Surface pressure" in lines
    assert "Domain        36 to 37.3 °N, 116.3 to 117.7 °E" in lines
    assert not any(line.startswith(("Emissions", "Sources")) for line in lines)


def test_stations_without_weather_are_told_apart_from_those_with(tmp_path: Path) -> None:
    found = looked_at(write_station_case(tmp_path, weather=False))
    assert finding_lines(found)[0] == "Weather       of the stations alone, at no hour"
    assert "  found       nothing" in finding_lines(found)
    assert json.loads(json.dumps(survey_facts(found, Path("x.toml"))))["weather_first"] == "NaT"


def test_stations_must_have_places(tmp_path: Path) -> None:
    case = write_station_case(tmp_path)
    for file in case.observations.iterdir():
        file.unlink()
    (case.observations / "a.csv").write_text(
        "location_id,location,datetime,lat,lon,parameter,units,value\n1,A,2019-01-01T00:00Z,,,pm25,ug/m3,9\n"
    )
    with pytest.raises(NoDataInPeriod, match="no place on Earth"):
        looked_at(case)


def test_stations_forecast_no_weather() -> None:
    with pytest.raises(ValueError, match="a forecast needs a path"):
        MeteorologySettings(kind=MeteorologyKind.FORECAST)


places = st.lists(st.tuples(st.floats(-84.0, 84.0), st.floats(-30.0, 30.0)), min_size=1, max_size=5)


@given(places)
def test_a_domain_lies_round_its_stations_in_few_cells(where: list[tuple[float, float]]) -> None:
    domain = domain_round([Station(str(i), "x", *place) for i, place in enumerate(where)])
    for latitude, longitude in where:
        assert domain.south < latitude < domain.north
        assert domain.west < longitude < domain.east
    if max(domain.north - domain.south, domain.east - domain.west) <= 5.0 * MOST_CELLS_EACH_WAY:
        assert max(lattice_of_domain(domain).shape) <= MOST_CELLS_EACH_WAY + 5


def test_stations_across_the_date_line_stand_side_by_side() -> None:
    fiji = placed_together([Station("a", "Suva", -18.1, 178.4), Station("b", "Taveuni", -16.8, -179.9)])
    assert fiji[1].longitude == pytest.approx(180.1)
    assert domain_round(fiji).east - domain_round(fiji).west < 4.0
