"""What a look at the data showed, told to a person and to a program."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hazecast.records import Note, NoteCode
from hazecast.survey.findings import finding_lines, survey_facts, survey_lines
from hazecast.survey.survey import Survey, survey
from tests.small_case import write_small_case


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    case = write_small_case(tmp_path_factory.mktemp("case"))
    return survey(case.meteorology, case.observations, case.settings)


def test_a_survey_is_told_in_a_few_lines(found: Survey) -> None:
    assert survey_lines(found, Path("case.toml")) == [
        "Weather       2019-01-01 00:00 to 2019-01-12 23:00 UTC",
        "  format      ERA5 NetCDF (1 file)",
        "  found       Eastward wind at 10 m, Northward wind at 10 m, Air temperature at 2 m, Dew point at 2 m, "
        "Precipitation of the past hour",
        "  lacking     Surface pressure, Mixing height, Solar radiation, Cloud cover",
        "Observations  2019-01-01 00:00 to 2019-01-12 23:00 UTC",
        "  format      OpenAQ archive CSV (5 files)",
        "  found       PM2.5",
        "  lacking     PM10, Sulfur dioxide, Nitrogen dioxide, Ozone, Carbon monoxide",
        "In common     2019-01-01 00:00 to 2019-01-12 23:00 UTC",
        "Stations      5 in 1 area (Jinan)",
        "Domain        36.1 to 37.2 °N, 116.5 to 117.6 °E",
        "Lattice       12 × 12 cells of 0.1°",
        "Time zone     Asia/Shanghai",
        "Emissions     no inventory: where people are known to live stands in for it; every product will say so",
        "Sources       told apart: Jinan, other parts of Shandong; and elsewhere",
        "Written       case.toml",
    ]


def test_what_a_survey_left_out_rejected_or_missed_is_told(found: Survey) -> None:
    lines = finding_lines(
        replace(
            found,
            weather_hours_lacking=3,
            stations_without_pm25=("A\nB",),
            stations_outside=("C", "D"),
            stations_without_place=("E",),
            rejected=(Note(NoteCode.VALUES_REJECTED, 7, "PM2.5"),),
        )
    )
    assert lines[0].endswith("23:00 UTC, 3 h lacking between")
    assert "  rejected    7 implausible values of PM2.5" in lines
    assert "  without PM2.5: A B" in lines
    assert "  left out, no weather there: C, D" in lines
    assert "  left out, no place on Earth given: E" in lines


def test_runs_another_models_base_and_what_is_modelled_are_told_where_they_are(found: Survey) -> None:
    sources = replace(found.sources, weather_runs="1 run, …", base="PM2.5 beside the weather", places_modelled=2)
    lines = finding_lines(replace(found, sources=sources))
    assert "  forecasts   1 run, …" in lines
    assert "Base forecast PM2.5 beside the weather; beside it hazecast's own transport" in lines
    assert "  not used    what is modelled and not observed, at 2 places" in lines


def test_of_many_names_the_first_are_told_and_how_many_more_there_are(found: Survey) -> None:
    names = tuple(f"S{n}" for n in range(40))
    assert f"  left out, no weather there: {', '.join(names[:12])} and 28 more" in finding_lines(replace(found, stations_outside=names))
    assert f"  left out, no weather there: {', '.join(names[:13])}" in finding_lines(replace(found, stations_outside=names[:13]))
    assert survey_facts(replace(found, stations_outside=names), Path("x.toml"))["stations_outside"] == names


def test_periods_without_a_common_hour_are_told(found: Survey) -> None:
    lines = finding_lines(replace(found, observations_first=np.datetime64("2020-01-01"), observations_last=np.datetime64("2020-02-01")))
    assert "In common     no hour: a forecast learns from hours that both have" in lines


def test_a_program_gets_the_survey_as_plain_values(found: Survey) -> None:
    told = json.loads(json.dumps(survey_facts(found, Path("case.toml")), allow_nan=False))
    assert told["settings_file"] == "case.toml"
    assert told["stations"] == ["1001", "1002", "1003", "1004", "1005"]
    assert told["areas"] == {"jinan": told["stations"]}
    assert told["domain"]["spacing"] == 0.1
    assert told["cells"] == [12, 12]
    assert told["time_zone"] == "Asia/Shanghai"
    assert told["values_rejected"] == {}
