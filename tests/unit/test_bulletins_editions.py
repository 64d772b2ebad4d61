"""What bulletins say of the editions agrees with the editions themselves."""

import tomllib
from pathlib import Path

import pytest

from hazecast.bulletins.editions import EDITIONS, SEVERITIES, condition_in_words, edition, edition_in_words
from hazecast.bulletins.wording import wording
from hazecast.records import Level


@pytest.fixture(params=sorted(EDITIONS))
def rules(request: pytest.FixtureRequest, repository: Path) -> dict[str, object]:
    return tomllib.loads((repository / "hazecast" / "warnings" / "editions" / f"{request.param}.toml").read_text(encoding="utf-8"))


def test_every_edition_is_explained(repository: Path) -> None:
    assert {file.stem for file in (repository / "hazecast" / "warnings" / "editions").glob("*.toml")} == set(EDITIONS)


def test_limits_and_humidity_are_those_of_the_edition(rules: dict[str, object]) -> None:
    told = EDITIONS[str(rules["name"])]
    expected = {}
    for row in rules["levels"]:
        for condition in row["conditions"]:
            humidity = "below 80%" if "humidity_below" in condition else "80% or more" if "humidity_from" in condition else ""
            expected[f"{row['level']}-{condition['column']}"] = (
                condition["visibility_below_m"],
                condition.get("pm25_above_ug_m3"),
                humidity,
            )
    assert {code: (c.visibility, c.pm25) for code, c in told.conditions.items()} == {code: e[:2] for code, e in expected.items()}
    for code, (_, _, humidity) in expected.items():
        words = condition_in_words(str(rules["name"]), code, wording("en"))
        assert ("humidity" in words) == bool(humidity)
        assert humidity in words


def test_the_chinese_grades_are_those_of_the_edition(rules: dict[str, object]) -> None:
    told = EDITIONS[str(rules["name"])]
    grades = {Level[row["level"].upper()]: row["grade"] for row in rules["levels"]}
    assert {level: wording("zh").say(haze) for level, haze in told.haze.items()} == grades


def test_limits_that_are_drawn_hold_at_any_humidity(rules: dict[str, object]) -> None:
    at_any = {
        Level[row["level"].upper()]: condition["pm25_above_ug_m3"]
        for row in rules["levels"]
        for condition in row["conditions"]
        if "pm25_above_ug_m3" in condition and not {"humidity_below", "humidity_from"} & condition.keys()
    }
    assert dict(edition(str(rules["name"])).pm25_limits) == at_any


def test_a_condition_is_told_with_its_limits() -> None:
    assert condition_in_words("cma-haze-2013", "yellow-1", wording("en")) == "visibility below 3000 m with humidity below 80%"
    assert condition_in_words("cma-haze-2013", "red-3", wording("zh")) == "能见度小于5000米，且PM2.5浓度大于500 µg/m³"


def test_an_edition_that_is_not_listed_is_shown_by_its_key_and_codes() -> None:
    assert condition_in_words("delta-2031", "orange-4", wording("en")) == "condition orange-4 of delta-2031"
    assert edition_in_words("delta-2031", wording("en")) == "delta-2031"
    assert dict(edition("delta-2031").pm25_limits) == {}


def test_cap_codes_are_those_of_the_edition(rules: dict[str, object]) -> None:
    assert edition(str(rules["name"])).event_code == rules["cap_event_code"]
    assert {SEVERITIES[Level[row["level"].upper()]] for row in rules["levels"]} == {row["cap_severity"] for row in rules["levels"]}
