"""Where the haze comes from, in one line of `hazecast run` for each area."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr

from hazecast.records import PlaceName, WindowAssessment
from hazecast.report import sources_line, strengths_line
from tests.bulletin_facts import episode_facts

ZONE = ZoneInfo("Asia/Shanghai")
FACTS = episode_facts()
assert FACTS.attribution is not None
GIVEN = FACTS.attribution


def windows_of(area_id: str) -> list[WindowAssessment]:
    return [window for window in FACTS.assessment.windows if window.area_id == area_id]


def test_the_largest_three_sources_are_told_in_a_line() -> None:
    assert sources_line("Tangshan", windows_of("tangshan"), GIVEN, ZONE) == (
        "Tangshan, 188 µg/m³ at 14 Jan 23:00: 39 (30–49) % Tangshan (own), 17 (13–23) % in the air at the start, "
        "17 (13–22) % over the edges of the domain"
    )


def test_the_own_region_stands_where_its_size_puts_it() -> None:
    line = sources_line("Langfang", windows_of("langfang"), GIVEN, ZONE)
    assert line is not None
    assert line.partition(": ")[2].startswith("31 (24–40) % Tianjin, 23 (17–30) % Hebei (own), 14 ")


def test_what_is_not_known_is_said_and_no_peak_is_no_line() -> None:
    assert sources_line("Handan", windows_of("handan"), GIVEN, ZONE) == "Handan, 296 µg/m³ at 14 Jan 23:00: sources not known"
    assert sources_line("Taiyuan", windows_of("taiyuan"), GIVEN, ZONE) is None
    assert sources_line("Nowhere", [], GIVEN, ZONE) is None


def test_a_spread_that_is_not_known_is_left_out_and_a_name_cannot_steer_the_terminal() -> None:
    bare = replace(GIVEN, areas=GIVEN.areas.assign(share_low=np.nan * GIVEN.areas["share_low"]))
    renamed = tuple(replace(s, names=(PlaceName("en", "A\x1b[2J"),)) if s.id == "tangshan" else s for s in bare.sources)
    line = sources_line("Tangshan", windows_of("tangshan"), replace(bare, sources=renamed), ZONE)
    assert line is not None
    assert line.partition(": ")[2].startswith("39 % A [2J (own), 17 % in the air")


def test_what_was_learnt_of_emissions_is_told_for_the_season_with_its_error() -> None:
    values = np.array([[0.4, 30.0, 1.0, 70.0, 2.0], [0.9, 1.0, 1.0, 1.0, 1.0], [1.0] * 5, [1.0] * 5])
    coords = {"season": ["DJF", "MAM", "JJA", "SON"], "source": ["beijing", "edges-west", "edges-east", "edges-south", "edges-north"]}
    fields = {
        "strength": (("season", "source"), values),
        "strength_error": (("season", "source"), values / 10),
        "days": ("season", [59, 0, 0, 17]),
    }
    strengths = xr.Dataset(fields, coords=coords)
    assert strengths_line(strengths, datetime(2016, 1, 3, tzinfo=UTC)) == (
        "Learnt from 59 days of this season, 76 in all: emission times beijing 0.4 ± 0.04; "
        "over the edges west 30 ± 3, east 1 ± 0.1, south 70 ± 7, north 2 ± 0.2 µg/m³"
    )
    assert "beijing 0.9 ± 0.09" in strengths_line(strengths, datetime(2016, 4, 3, tzinfo=UTC))
