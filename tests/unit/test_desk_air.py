"""Paths of air at the desk: where they lead, where they end, and that nothing is worked out twice or by two at once."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.desk import air
from hazecast.desk.air import AirFrom, air_from, gridded, paths_svg, shown_of
from hazecast.desk.frames import WIDTH, MapFrame
from hazecast.desk.refusals import Refusal
from hazecast.records import Cycle
from tests.desk_archive import CALM, INIT, desk_settings, waiting_facts

FRAME = MapFrame(110.0, 30.0, 120.0, 40.0)


def test_a_path_ends_where_it_is_not_known_any_more() -> None:
    latitude = np.array([[35.0, 35.5, np.nan, np.nan], [35.0, 34.5, 34.0, 33.5], [35.0, np.nan, 36.0, 37.0]])
    paths = xr.Dataset({name: (("trajectory", "time"), latitude + extra) for name, extra in (("latitude", 0.0), ("longitude", 80.0))})
    found = shown_of(paths)
    assert found == (((35.0, 115.0), (35.5, 115.5)), ((35.0, 115.0), (34.5, 114.5), (34.0, 114.0), (33.5, 113.5)))
    svg = paths_svg(AirFrom(INIT, found), FRAME).decode()
    assert svg.count("<polyline") == 2 * len(found)
    assert svg.rindex('stroke="#fff"') < svg.index('stroke="#0b1f33"')  # all light grounds lie under all paths
    x, y = FRAME.place(35.0, 115.0)
    assert f'points="{x:.1f},{y:.1f} ' in svg
    assert x == WIDTH / 2


def test_nothing_is_worked_out_twice_and_who_waits_too_long_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, calls = waiting_facts(*CALM), list[str]()

    def worked_out(_settings: object, _cycle: Cycle, area_id: str) -> AirFrom:
        calls.append(area_id)
        return AirFrom(INIT, ())

    monkeypatch.setattr(air, "_worked_out", worked_out)
    monkeypatch.setattr(air, "LONGEST_WAIT_S", 0.01)
    settings = desk_settings(tmp_path, facts)
    assert air_from(settings, facts.cycle, "handan") is air_from(settings, facts.cycle, "handan")
    assert calls == ["handan"]
    with air._one_at_a_time:
        assert air_from(settings, facts.cycle, "handan").at == INIT
        with pytest.raises(Refusal, match="Try again"):
            air_from(settings, facts.cycle, "tangshan")


@pytest.mark.parametrize(("minutes", "hours"), [(-60, 1), (0, 1), (61, 3), (600, 11), (60 * 900, 98)])
def test_no_more_weather_is_read_than_reaches_the_hour(minutes: int, hours: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, asked = waiting_facts(*CALM), list[tuple[Cycle, int]]()

    def gathered(cycle: Cycle, settings: object, _memory: object) -> object:
        asked.append((cycle, settings.forecast.history_days))  # type: ignore[attr-defined]
        return None

    monkeypatch.setattr("hazecast.intake.gather.gather", gathered)
    monkeypatch.setattr("hazecast.grids.gridding.to_grid", lambda *_: None)
    gridded(desk_settings(tmp_path, facts), facts.cycle, INIT + timedelta(minutes=minutes))
    ((cycle, days),) = asked
    assert (cycle.as_of, len(cycle.lead_hours), days) == (facts.cycle.as_of, hours, 3)
