from pathlib import Path

import numpy as np
import pytest

from hazecast.errors import SettingsError
from hazecast.records import Level
from hazecast.warnings.edition import known_editions, load_edition, load_hourly_edition, read_edition
from hazecast.warnings.telling import facts_of

HEAD = 'name = "mine"\ntitle = {en = "t"}\nissuer = "i"\nissued = "2020"\nlanguage = "en"\ncap = {event = {en = "haze"}}\n'


def level(name: str, *conditions: str, horizon: int = 24) -> str:
    rows = ", ".join(f"{{ {c} }}" for c in conditions)
    looks = 'grade = {en = "g"}\ncolour = "#000000"\ncap_severity = "Severe"'
    return f'[[levels]]\nlevel = "{name}"\n{looks}\nhorizon_hours = {horizon}\nconditions = [{rows}]\n'


def test_the_2013_edition_has_the_rows_and_columns_of_the_text() -> None:
    table = {
        f"{row.level.name.lower()}-{c.column}": (
            c.visibility_below_m,
            c.pm25_above_ug_m3,
            c.pm25_up_to_ug_m3,
            c.humidity_from,
            c.humidity_below,
        )
        for row in load_hourly_edition("cma-haze-2013").levels
        for c in row.conditions
    }
    inf = np.inf
    assert table == {
        "yellow-1": (3000, None, inf, 0, 80),
        "yellow-2": (3000, 115, 150, 80, inf),
        "yellow-3": (5000, 150, 250, 0, inf),
        "orange-1": (2000, None, inf, 0, 80),
        "orange-2": (2000, 150, 250, 80, inf),
        "orange-3": (5000, 250, 500, 0, inf),
        "red-1": (1000, None, inf, 0, 80),
        "red-2": (1000, 250, 500, 80, inf),
        "red-3": (5000, 500, inf, 0, inf),
    }


def test_the_2013_edition_carries_severities_colours_and_horizons() -> None:
    edition = load_hourly_edition("cma-haze-2013")
    assert [(r.level, r.cap_severity, r.horizon_hours) for r in edition.levels] == [
        (Level.YELLOW, "Moderate", 24),
        (Level.ORANGE, "Severe", 24),
        (Level.RED, "Extreme", 24),
    ]
    assert len({r.colour for r in edition.levels}) == 3
    assert edition.issued == "2013-01-28"
    assert edition.names_pm25
    assert edition.humidity_classes == (0.0, 80.0)


def test_the_older_edition_has_no_red_no_pm25_and_shorter_horizons() -> None:
    edition = load_hourly_edition("cma-haze-2007")
    assert [(r.level, r.horizon_hours) for r in edition.levels] == [(Level.YELLOW, 12), (Level.ORANGE, 6)]
    assert not edition.names_pm25
    assert edition.humidity_classes == (0.0,)


def test_every_edition_that_comes_with_hazecast_loads() -> None:
    assert {load_edition(name).name for name in known_editions()} == {
        "cma-haze-2007",
        "cma-haze-2013",
        "heavy-pollution-2016",
        "heavy-pollution-2019",
        "heavy-pollution-2024",
        "japan-pm25-advisory",
        "regional-haze-6h",
    }


@pytest.mark.parametrize("name", known_editions())
def test_every_edition_speaks_three_languages(name: str) -> None:
    edition = load_edition(name)
    languages = {"zh", "en", "ja"}
    told = [edition.title, edition.cap.event, *(row.grade for row in edition.levels), *(row.guidance for row in edition.levels)]
    assert all(set(words) == languages for words in told)
    assert all(len({len(lines) for lines in row.guidance.values()}) == 1 for row in edition.levels)


@pytest.mark.parametrize("name", known_editions())
def test_what_products_say_of_an_edition_is_in_its_file(name: str) -> None:
    edition = load_edition(name)
    told = facts_of(edition)
    assert [row.level for row in told.levels] == [row.level for row in edition.levels]
    assert told.cap_event_code == ("11B19" if "haze" in name else "")
    for row in told.levels:
        assert {n.language for n in row.grade} == {g.language for g in row.guidance} == {"zh", "en", "ja"}
        assert all(c.said or c.visibility_below_m for c in row.conditions)
        assert all(c.code.startswith(row.level.name.lower()) for c in row.conditions)


def test_an_edition_of_ones_own_is_a_file_and_needs_no_code(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(HEAD + level("yellow", "column = 1, visibility_below_m = 4000"), encoding="utf-8")
    assert load_edition(str(mine)).name == "mine"
    with pytest.raises(SettingsError, match="cannot be read"):
        load_edition(str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match="another name"):
        load_edition(str(tmp_path / "cma-haze-2013.toml"))


def test_what_counts_hours_refuses_an_edition_on_days() -> None:
    with pytest.raises(SettingsError, match="decides on days"):
        load_hourly_edition("heavy-pollution-2019")


@pytest.mark.parametrize("name", ["cma-haze-2031", "", "../edition", "editions/cma-haze-2013"])
def test_an_unknown_edition_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(SettingsError, match=r"cma-haze-2007, cma-haze-2013") as refused:
        load_edition(name)
    assert repr(name) in refused.value.problem


def test_an_edition_whose_levels_fall_with_more_pm25_is_refused() -> None:
    hole = HEAD + level("yellow", "column = 1, visibility_below_m = 5000, pm25_above_ug_m3 = 100, pm25_up_to_ug_m3 = 200")
    with pytest.raises(SettingsError, match="not monotone"):
        read_edition("mine", hole)


def test_an_upper_bound_that_another_level_takes_over_is_accepted() -> None:
    text = HEAD + level("yellow", "column = 1, visibility_below_m = 5000, pm25_above_ug_m3 = 100, pm25_up_to_ug_m3 = 200")
    text += level("red", "column = 1, visibility_below_m = 5000, pm25_above_ug_m3 = 200")
    assert [r.level for r in read_edition("mine", text).levels] == [Level.YELLOW, Level.RED]


@pytest.mark.parametrize(
    ("levels", "complaint"),
    [
        (level("red", "column = 1, visibility_below_m = 1000") + level("yellow", "column = 1, visibility_below_m = 3000"), "lowest first"),
        (
            level("yellow", "column = 1, visibility_below_m = 1000") + level("red", "column = 1, visibility_below_m = 3000"),
            "no air can reach",
        ),
        (level("yellow", "column = 1, visibility_below_m = 3000, smell = 2"), "Extra inputs"),
        (level("yellow", "column = 1, visibility_below_m = 0"), "greater than 0"),
        (level("yellow", "column = 1, visibility_below_m = nan"), "finite"),
        (level("yellow", "column = 1, visibility_below_m = 9, humidity_from = 80, humidity_below = 80"), "leaves nothing"),
        (level("yellow", "column = 1, visibility_below_m = 9, pm25_above_ug_m3 = 80, pm25_up_to_ug_m3 = 80"), "leaves nothing"),
        (level("yellow", "column = 2, visibility_below_m = 9", "column = 1, visibility_below_m = 8"), "in order"),
        (level("none", "column = 1, visibility_below_m = 9"), "greater than or equal"),
        (level("purple", "column = 1, visibility_below_m = 9"), "Input should be"),
        (
            level("yellow", "column = 1, visibility_below_m = 9", horizon=6)
            + level("red", "column = 1, visibility_below_m = 8", horizon=12),
            "further ahead",
        ),
        (level("yellow", "column = 1, visibility_from_m = 9, visibility_below_m = 9"), "leaves nothing"),
        (level("yellow", "column = 1, visibility_from_m = 5, visibility_below_m = 9"), "not monotone"),
        ("clear_probability = 0.6\n" + level("yellow", "column = 1, visibility_below_m = 9"), "above the 0.5 it is raised at"),
        ('kind = "weekly"\nlevels = []', "kind|tag"),
        ("levels = []", "at least 1"),
        ("levels = [", "Invalid|Unexpected|Expected|Unclosed"),
    ],
)
def test_an_edition_that_is_not_right_is_refused_with_the_reason(levels: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        read_edition("mine", HEAD + levels)


def test_an_edition_under_another_name_than_its_file_is_refused() -> None:
    with pytest.raises(SettingsError, match="calls itself 'mine'"):
        read_edition("yours", HEAD + level("yellow", "column = 1, visibility_below_m = 3000"))
