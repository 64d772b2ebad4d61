"""On how firm a ground the level told of an area stands: what rests on little must not look like what rests on a forecast.

What it rests on is told by the remarks on each area.
"""

import numpy as np

from hazecast.bulletins.situation import AreaView, Period, hours_within
from hazecast.bulletins.telling import Telling
from hazecast.records import BulletinFacts, Ground, Level, Rung

WEAK_FROM = 0.5
"""The share of an area's station hours without a forecast from which on its level is weakly founded."""


def is_weak(view: AreaView, facts: BulletinFacts) -> bool:
    """Whether the level of an area rests on usual values or on nothing for half of its station hours or more, or its warning in force is
    kept for want of input.
    """
    kept = any(
        status.area_id == view.area.id and status.ground is Ground.LACKING and status.level > Level.NONE
        for status in facts.assessment.statuses
    )
    return kept or (view.level is not Level.UNKNOWN and _share_without_forecast(view, facts) >= WEAK_FROM)


def weakness(view: AreaView, telling: Telling) -> str:
    """What stands beside a level that is weakly founded; empty where it is not, and where the level is unknown, which says more."""
    return telling.wording.say("weakly founded") if view.level is not Level.UNKNOWN and is_weak(view, telling.facts) else ""


def weak_areas(telling: Telling) -> str:
    """The areas whose levels of the first window, or whose warnings, are weakly founded; empty where none is."""
    return telling.areas([view.area.id for view in telling.views if is_weak(view, telling.facts)])


def _share_without_forecast(view: AreaView, facts: BulletinFacts) -> float:
    """Of the hours of an area's stations in its window, 0 to 1; a station that is not there has none. Of ground alone it is 0."""
    stations = facts.forecast.stations
    if view.window is None or not view.area.station_ids:
        return 0.0
    hours = hours_within(stations["valid_time"].values, Period(view.window.valid_from, view.window.valid_until))
    own = np.isin(stations["station"].values.astype(str), view.area.station_ids)
    rungs = stations["rung"].transpose("station", "lead_time").values[np.ix_(own, hours)]
    every_hour = len(view.area.station_ids) * int(hours.sum())
    return 1.0 - int((rungs < Rung.CLIMATOLOGY).sum()) / every_hour if every_hour else 1.0
