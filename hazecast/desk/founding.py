"""Which areas of a cycle have a level that is weakly founded, as their bulletin marks them."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import xarray as xr

from hazecast.archive.bulletin_facts import load_told_facts
from hazecast.archive.cycle_files import STATIONS_FILE
from hazecast.archive.netcdf import read_dataset
from hazecast.bulletins.founding import is_weak
from hazecast.bulletins.situation import areas_on
from hazecast.errors import UnreadableInput
from hazecast.records import Level


@lru_cache(maxsize=12)
def weak_areas(folder: Path) -> frozenset[str]:
    """The ids of those areas in the first window; none where retention has removed what their stations' values rest on, and all where
    that cannot be read.

    Raises ArchiveError where the facts of the cycle in the folder cannot be read.
    """
    file = folder / STATIONS_FILE
    if not file.is_file():
        return frozenset()
    told = load_told_facts(folder)
    views = [view for view in areas_on(told, 0) if view.level is not Level.UNKNOWN]
    try:
        facts = replace(told, forecast=replace(told.forecast, stations=read_dataset(file, _rungs)))
    except UnreadableInput:
        return frozenset(view.area.id for view in views)
    return frozenset(view.area.id for view in views if is_weak(view, facts))


def _rungs(stations: xr.Dataset) -> xr.Dataset:
    return stations[["rung", "quantile"]]
