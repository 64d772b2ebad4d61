"""Who gets what, when, and who does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hazecast.delivery.choosing import chosen, title_of
from hazecast.delivery.routing import AreaLevel, Kinds, Occasion, Quiet, Recipient, area_levels, deliveries_of
from hazecast.records import Action, Assessment, Cycle, HazeWarning, Level, WindowAssessment
from tests.parcels import BULLETIN, DOCUMENTS, INIT, exercise

EPB = Recipient("epb", "mail", least_level=Level.ORANGE)


def occasion(*levels: AreaLevel, last: Level | None = None, now: datetime = INIT) -> Occasion:
    return Occasion(levels, now, lambda _recipient, _channel: last)


def area(level: Level, known: bool = True, area_id: str = "beijing") -> AreaLevel:
    return AreaLevel(area_id, level, known)


def names(documents: tuple[object, ...]) -> list[str]:
    return [d.name for d in documents]  # type: ignore[attr-defined]


def test_documents_come_in_the_recipients_languages_the_main_one_first() -> None:
    assert names(chosen(DOCUMENTS, ("en", "zh"), ("text", "cap"))) == ["bulletin.en.txt", "bulletin.zh.txt", "alert.cap.xml"]
    assert names(chosen(DOCUMENTS, ("en",), ())) == ["bulletin.en.html", "bulletin.en.txt", "alert.cap.xml"]
    assert chosen(DOCUMENTS, (), ()) == DOCUMENTS


def test_who_asks_for_a_format_that_there_is_none_of_gets_the_text() -> None:
    assert names(chosen(DOCUMENTS, ("en",), ("pdf",))) == ["bulletin.en.txt"]


def test_the_title_is_one_line_without_anything_that_means_something() -> None:
    assert title_of(BULLETIN, "zh") == "霾橙色预警 <script> =cmd() Bcc: all@example.org – Beijing"
    assert title_of(replace(BULLETIN, documents=DOCUMENTS[4:]), "en") == "Haze"
    assert title_of(replace(BULLETIN, documents=DOCUMENTS[5:]), "") == BULLETIN.id
    assert title_of(exercise(), "en") == "[EXERCISE 演习 訓練] Haze"


@pytest.mark.parametrize(
    ("levels", "last", "is_told"),
    [
        ((area(Level.ORANGE),), None, True),
        ((area(Level.YELLOW),), None, False),
        ((area(Level.YELLOW),), Level.ORANGE, True),  # that it is over, or less
        ((area(Level.NONE),), Level.YELLOW, False),
        ((area(Level.NONE, known=False),), None, True),  # lacking input is no all-clear
        ((area(Level.YELLOW, known=False),), None, True),
        ((area(Level.NONE),), Level.UNKNOWN, True),
        ((), None, True),
    ],
)
def test_a_recipient_hears_of_the_level_asked_for_of_its_end_and_of_not_knowing(
    levels: tuple[AreaLevel, ...], last: Level | None, is_told: bool
) -> None:
    assert bool(deliveries_of(BULLETIN, (EPB,), occasion(*levels, last=last))) is is_told


def test_only_the_recipients_own_areas_count() -> None:
    shanghai = replace(EPB, areas=("shanghai",))
    told = occasion(area(Level.RED), area(Level.YELLOW, area_id="shanghai"))
    assert deliveries_of(BULLETIN, (shanghai,), told) == ()


@given(st.sampled_from(Kinds), st.booleans())
def test_an_exercise_goes_only_where_exercises_are_asked_for(kinds: Kinds, is_exercise: bool) -> None:
    bulletin = replace(BULLETIN, exercise=is_exercise)
    rows = deliveries_of(bulletin, (replace(EPB, kinds=kinds),), occasion(area(Level.RED)))
    assert bool(rows) is (kinds is Kinds.BOTH or (kinds is Kinds.EXERCISES) == is_exercise)
    assert all(row.exercise is is_exercise for row in rows)


SHANGHAI_NIGHT = Quiet(22, 7, Level.RED, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("utc_hour", "ends_after_hours"),
    [(13, None), (14, 9), (15, 8), (18, 5), (22, 1), (23, None), (6, None)],  # 21, 22, 23, 2, 6, 7, 14 in Shanghai
)
def test_quiet_hours_end_in_the_morning(utc_hour: int, ends_after_hours: int | None) -> None:
    now = INIT.replace(hour=utc_hour)
    end = SHANGHAI_NIGHT.end(now)
    assert end == (None if ends_after_hours is None else now + timedelta(hours=ends_after_hours))


def test_quiet_hours_keep_to_the_clock_on_the_wall_when_it_is_changed() -> None:
    night = Quiet(22, 7, Level.RED, "Europe/Berlin")
    assert night.end(datetime(2021, 3, 27, 22, tzinfo=UTC)) == datetime(2021, 3, 28, 5, tzinfo=UTC)


def test_what_is_serious_does_not_wait_and_the_rest_does() -> None:
    late = INIT.replace(hour=15)
    sleeper = replace(EPB, least_level=Level.NONE, quiet=SHANGHAI_NIGHT)
    (red,) = deliveries_of(BULLETIN, (sleeper,), occasion(area(Level.RED), now=late))
    (orange,) = deliveries_of(BULLETIN, (sleeper,), occasion(area(Level.ORANGE), now=late))
    assert (red.not_before, orange.not_before) == (None, late + timedelta(hours=8))


def window(area_id: str, level: Level, day: int = 0) -> WindowAssessment:
    start = INIT + timedelta(days=day)
    unknown = level is Level.UNKNOWN
    return WindowAssessment(
        area_id, start, start + timedelta(days=1), level, "", (), None, None, None, None, None, None, level, 24, 0 if unknown else 24
    )


def test_the_level_of_an_area_is_that_of_its_first_window_and_of_its_warnings() -> None:
    cycle = Cycle(INIT, INIT, timedelta(hours=48))
    standing = HazeWarning(
        id="w1",
        area_id="jinan",
        edition="cma-haze-2013",
        action=Action.ISSUE,
        level=Level.YELLOW,
        valid_from=INIT,
        valid_until=INIT + timedelta(hours=12),
        issued_at=INIT,
        cycle_key=cycle.key,
        condition="yellow-1",
        probability=None,
        replaces=(),
    )
    windows = (
        window("beijing", Level.NONE),
        window("beijing", Level.RED, day=1),
        window("jinan", Level.UNKNOWN),
        window("tianjin", Level.ORANGE),
    )
    nothing = xr.DataArray(0)
    assessment = Assessment(cycle, "cma-haze-2013", nothing, nothing, windows, (), (standing,))
    assert set(area_levels(assessment)) == {
        AreaLevel("beijing", Level.NONE, True),
        AreaLevel("jinan", Level.YELLOW, False),
        AreaLevel("tianjin", Level.ORANGE, True),
    }
