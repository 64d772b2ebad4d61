import numpy as np
import pytest

from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import load_edition
from hazecast.warnings.usable import usable

EDITION = load_edition("cma-haze-2013")
NAN = float("nan")
UNKNOWN, NONE, YELLOW, ORANGE, RED = Level.UNKNOWN, Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED


def level(pm25: float, visibility: float, humidity: float) -> Level:
    return Level(int(levels(EDITION, pm25, visibility, humidity)))


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [(3000, NONE), (2999.9, YELLOW), (2000, YELLOW), (1999.9, ORANGE), (1000, ORANGE), (999.9, RED), (0, RED)],
)
def test_in_dry_air_visibility_alone_decides(visibility: float, expected: Level) -> None:
    assert level(10, visibility, 79.9) is expected
    assert level(10, visibility, 80) is NONE


@pytest.mark.parametrize(
    ("pm25", "visibility", "expected"),
    [
        (115, 2999, NONE),
        (115.1, 2999, YELLOW),
        (115.1, 3000, NONE),
        (150, 1999, YELLOW),
        (150.1, 1999, ORANGE),
        (150.1, 2000, YELLOW),
        (250, 999, ORANGE),
        (250.1, 999, RED),
        (250.1, 1000, ORANGE),
    ],
)
def test_in_humid_air_visibility_and_pm25_decide_together(pm25: float, visibility: float, expected: Level) -> None:
    assert level(pm25, visibility, 80) is expected
    assert level(pm25, visibility, 100) is expected


@pytest.mark.parametrize("humidity", [0, 79.9, 80, 100])
@pytest.mark.parametrize(
    ("pm25", "expected"), [(150, NONE), (150.1, YELLOW), (250, YELLOW), (250.1, ORANGE), (500, ORANGE), (500.1, RED), (2000, RED)]
)
def test_below_five_kilometres_pm25_decides_at_any_humidity(pm25: float, expected: Level, humidity: float) -> None:
    assert level(pm25, 4999.9, humidity) is expected
    assert level(pm25, 5000, humidity) is NONE


@pytest.mark.parametrize("upper_bound", [150.1, 250.1, 500.1, 2000])
def test_the_upper_bounds_of_the_humid_column_never_lower_a_level(upper_bound: float) -> None:
    assert level(upper_bound, 900, 85) >= level(115.1, 900, 85)


@pytest.mark.parametrize(
    ("pm25", "visibility", "humidity", "expected"),
    [
        (NAN, NAN, NAN, UNKNOWN),
        (10, NAN, 50, UNKNOWN),
        (600, NAN, 50, UNKNOWN),
        (10, NAN, 85, NONE),
        (115.1, NAN, 85, UNKNOWN),
        (10, 2500, NAN, UNKNOWN),
        (10, 3000, NAN, NONE),
        (600, 4000, NAN, RED),
        (200, 2500, NAN, YELLOW),
        (120, 2500, NAN, YELLOW),
        (NAN, 900, 50, RED),
        (NAN, 2500, 50, UNKNOWN),
        (NAN, 900, 85, UNKNOWN),
    ],
)
def test_a_level_is_known_only_where_what_is_lacking_cannot_change_it(
    pm25: float, visibility: float, humidity: float, expected: Level
) -> None:
    assert level(pm25, visibility, humidity) is expected


@pytest.mark.parametrize("humidity", [50, 85, NAN])
def test_good_visibility_does_not_stand_in_for_pm25(humidity: float) -> None:
    assert level(NAN, 30_000, humidity) is UNKNOWN


@pytest.mark.parametrize("impossible", [-999.0, -0.1, np.inf, -np.inf])
def test_an_impossible_value_is_lacking(impossible: float) -> None:
    assert level(impossible, 2500, 85) is UNKNOWN
    assert level(200, impossible, 85) is UNKNOWN
    assert level(10, 2500, impossible) is UNKNOWN


def test_an_edition_without_pm25_does_not_ask_for_it() -> None:
    older = load_edition("cma-haze-2007")
    decided = levels(older, [NAN, NAN, NAN, 10.0], [2500.0, 1500.0, 3000.0, NAN], NAN)
    assert decided.tolist() == [YELLOW, ORANGE, NONE, UNKNOWN]


def test_levels_broadcast_and_keep_their_shape() -> None:
    pm25 = np.full((2, 3, 4), 300, dtype=np.float32)
    decided = levels(EDITION, pm25, np.float32(4000), 50)
    assert decided.shape == (2, 3, 4)
    assert decided.dtype == np.int8
    assert (decided == ORANGE).all()


def test_usable_keeps_the_precision_and_takes_whole_numbers() -> None:
    assert usable(np.array([1, -1], dtype=np.float32)).dtype == np.float32
    assert usable(np.array([1, 2])).dtype == np.float64
