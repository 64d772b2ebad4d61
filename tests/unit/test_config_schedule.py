from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from hazecast.config.desk import DeskSettings
from hazecast.config.schedule import DatabaseSettings, ScheduleSettings


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "init_time", "expected"),
    [
        ("5h", at(4, 27, 6), at(4, 27, 11)),
        ("0h", at(4, 27, 6), at(4, 27, 6, 30)),
        ("24h", at(4, 27, 6), at(4, 27, 12, 30)),
        ("08:00 Asia/Shanghai", at(4, 26, 18), at(4, 27)),
        ("08:00 Asia/Shanghai", at(4, 27), at(4, 27, 6, 30)),
        ("23:30 Asia/Shanghai", at(2, 28, 12), at(2, 28, 15, 30)),
        ("02:30 Europe/Berlin", at(3, 25, 0), at(3, 25, 1, 30)),
        ("02:30 Europe/Berlin", at(10, 28, 0), at(10, 28, 0, 30)),
    ],
    ids=["hours", "never before it is due", "the next cycle is due", "of the same night", "tomorrow's is too late", "before midnight",
         "a time that clocks skip", "a time that comes twice: the first"],
)  # fmt: skip
def test_the_deadline_of_a_cycle(deadline: str, init_time: datetime, expected: datetime) -> None:
    assert ScheduleSettings(every="6h", deadline=deadline).deadline_of(init_time) == expected


def test_every_cycle_of_a_year_has_a_deadline_between_its_being_due_and_the_next() -> None:
    schedule = ScheduleSettings(every="6h", deadline="02:30 Europe/Berlin")
    for cycle in range(365 * 4):
        init_time = at(1, 1) + cycle * timedelta(hours=6)
        assert timedelta(minutes=30) <= schedule.deadline_of(init_time) - init_time <= timedelta(hours=6, minutes=30)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"every": "6"}, "'6' is no interval of cycles; expected 1h to 24h, such as 6h"),
        ({"every": "25h"}, "'25h' is no interval"),
        (
            {"deadline": "8:00"},
            "'8:00' is no deadline; expected hours after init_time such as 5h, or a time of day such as 08:00 Asia/Shanghai",
        ),
        ({"deadline": "08:00 Asia/Peking2"}, "'Asia/Peking2' is not a time zone"),
        ({"wait_for": "gsf"}, "'gfs'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ScheduleSettings(**given)
    assert said in str(refused.value)


def test_one_name_waited_for_needs_no_list_and_older_settings_go_on_working() -> None:
    assert ScheduleSettings(wait_for="gfs").wait_for == ("gfs",)
    assert ScheduleSettings.model_validate({"every_hours": 6}).every == "6h"
    with pytest.raises(ValidationError, match="'25h' is no interval"):
        ScheduleSettings.model_validate({"every_hours": 25})


def test_an_address_of_a_database_holds_no_password() -> None:
    assert DatabaseSettings(address="postgresql://haze@db.example.org/hazecast").address
    with pytest.raises(ValidationError, match="there is a password in the address"):
        DatabaseSettings(address="postgresql://haze:secret@db.example.org/hazecast")
    with pytest.raises(ValidationError, match="is no address of a database"):
        DatabaseSettings(address="mysql://haze@db/hazecast")


@pytest.mark.parametrize("address", ["8321", "localhost", "localhost:http", "127.0.0.1:70000", ":1"])
def test_an_address_to_listen_at_has_a_host_and_a_port(address: str) -> None:
    with pytest.raises(ValidationError, match="is no address to listen at"):
        DeskSettings(address=address)
