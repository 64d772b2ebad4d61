"""The desk marks the levels that the bulletin marks, and rather too many than too few."""

from functools import partial
from pathlib import Path

import pytest

from hazecast.archive.bulletin_facts import facts_files
from hazecast.archive.cycle_files import STATIONS_FILE
from hazecast.archive.netcdf import write_dataset
from hazecast.bulletins.founding import weakness
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.desk.founding import weak_areas
from hazecast.records import BulletinFacts, Level
from tests.bulletin_facts import episode_facts


@pytest.fixture(scope="module")
def facts() -> BulletinFacts:
    return episode_facts()


@pytest.fixture
def folder(facts: BulletinFacts, tmp_path: Path) -> Path:
    written = {**facts_files(facts), STATIONS_FILE: partial(write_dataset, facts.forecast.stations)}
    for name, write in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name)
    return tmp_path


def test_they_are_those_of_the_bulletin(folder: Path, facts: BulletinFacts) -> None:
    telling = Telling(facts, wording("en"))
    assert weak_areas(folder) == {view.area.id for view in telling.views if weakness(view, telling)} == {"tangshan", "handan"}


def test_what_levels_rest_on_is_gone_or_cannot_be_read(folder: Path, facts: BulletinFacts) -> None:
    (folder / STATIONS_FILE).write_bytes(b"torn")
    telling = Telling(facts, wording("en"))
    assert weak_areas(folder) == {view.area.id for view in telling.views if view.level is not Level.UNKNOWN}
    (folder / STATIONS_FILE).unlink()
    weak_areas.cache_clear()
    assert weak_areas(folder) == frozenset()
