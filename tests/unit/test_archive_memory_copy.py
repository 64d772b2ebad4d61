"""A copy of an archive's memory answers as the archive does, and knows nothing of its cycles."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xarray as xr

from hazecast.archive.arrivals import arrivals_known
from hazecast.archive.ledger import claim_cycle, cycle_states
from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.memory_copy import copy_memory
from hazecast.archive.observations.reading import read_observations
from hazecast.archive.observations.store import verify
from hazecast.archive.observations.watch import Watching, watched_since
from hazecast.errors import ArchiveError
from hazecast.intake.ingesting import ingest
from hazecast.records import Cycle, InputRole
from tests.small_case import HEADER, small_settings, small_weather, write_small_case

WATCHED = datetime(2019, 1, 8, tzinfo=UTC)
LATER = datetime(2019, 1, 11, tzinfo=UTC)


def known(memory: Memory, as_of: datetime) -> xr.Dataset:
    hours = datetime(2019, 1, 1, 1, tzinfo=UTC), datetime(2019, 1, 12, tzinfo=UTC)
    return read_observations(memory.observations, ["1001", "1002"], ["pm25"], *hours, as_of)


def test_a_copy_knows_what_the_archive_knew_and_when(tmp_path: Path) -> None:
    case = write_small_case(tmp_path / "case")
    settings = small_settings(case)
    archive, copy = tmp_path / "archive", tmp_path / "copy"
    with open_memory(archive) as memory:
        ingest(settings, memory, Watching.LIVE, lambda: WATCHED)
        (case.observations / "corrected.csv").write_text(
            f"{HEADER}\n1001,1,Jinan North,2019-01-09T00:00:00+00:00,36.75,117.0,pm25,µg/m³,5.0\n", encoding="utf-8"
        )
        small_weather(hours=30).to_netcdf(case.meteorology / "era5.nc")
        ingest(settings, memory, Watching.AS_BEFORE, lambda: LATER)
        claim_cycle(memory.ledger, Cycle(WATCHED, WATCHED, timedelta(hours=6)), "one", "s", WATCHED)
    copy_memory(archive, copy)
    with open_memory(archive) as ours, open_memory(copy) as theirs:
        for as_of in (WATCHED, LATER - timedelta(hours=1), LATER + timedelta(hours=1)):
            xr.testing.assert_identical(known(theirs, as_of), known(ours, as_of))
        assert not known(theirs, WATCHED).identical(known(theirs, LATER + timedelta(hours=1)))
        assert watched_since(theirs.observations) == WATCHED
        assert verify(theirs.observations) == verify(ours.observations)
        arrived = arrivals_known(theirs.ledger, InputRole.METEOROLOGY)
        assert arrived == arrivals_known(ours.ledger, InputRole.METEOROLOGY)
        assert [arrival.gone_at for arrival in arrived] == [LATER, None]
        assert (len(cycle_states(ours.ledger)), len(cycle_states(theirs.ledger))) == (1, 0)


def test_an_archive_that_remembers_nothing_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"archive .*none remembers no inputs.*hazecast ingest"):
        copy_memory(tmp_path / "none", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
