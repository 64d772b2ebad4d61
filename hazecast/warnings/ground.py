"""Areas that are judged by all of their ground: by the cells of the grid in the place of stations.

So do editions on hours, wherever anything of an area's ground is known; without, and by editions on days, whose texts speak of the mean
of a city's monitors, an area is judged by the stations in it.
"""

from collections.abc import Sequence

import numpy as np

from hazecast.config import WarningSettings
from hazecast.records import Area, Note, NoteCode, Station, TerritoryForecast
from hazecast.warnings.chances import ascending
from hazecast.warnings.edition import load_edition
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.on_days import OnDays
from hazecast.warnings.on_hours import OnHours
from hazecast.warnings.stations import AreaStations
from hazecast.warnings.usable import usable
from hazecast.warnings.values import QUANTILE_DIMS, STATION_DIMS, values_of


def ground_of(area: Area, territories: Sequence[TerritoryForecast], against: OnHours | OnDays) -> AreaStations | None:
    """The cells of an area's ground; None where it is judged by its stations."""
    own = territory_of(area, territories, against)
    if own is None or isinstance(against, OnDays):
        return None
    cells = own.forecast.stations
    ids = [str(id) for id in cells["station"].values]
    return AreaStations(
        ids=tuple(ids),
        level=against.at_stations(own.forecast),
        visibility=usable(values_of(cells, "visibility", STATION_DIMS)),
        pm25_quantile=ascending(values_of(cells, "pm25_quantile", QUANTILE_DIMS)),
        quantiles=cells["quantile"].values.astype(np.float64),
        judged=against.of_area(ids, own.forecast, own.ground),
    )


def territory_of(area: Area, territories: Sequence[TerritoryForecast], against: OnHours | OnDays) -> TerritoryForecast | None:
    """What is forecast on an area's ground; None where the area is judged by its stations."""
    own = next((territory for territory in territories if territory.area_id == area.id), None)
    return None if own is None or isinstance(against, OnDays) or not _is_known(own) else own


def notes_on_ground(
    areas: Sequence[Area], territories: Sequence[TerritoryForecast], stations: Sequence[Station], settings: WarningSettings
) -> tuple[Note, ...]:
    """Which stations stand for areas whose ground an edition on hours would decide on, but of which nothing is known."""
    if not isinstance(load_edition(settings.edition), HourlyEdition):
        return ()
    unknown = {territory.area_id for territory in territories if not _is_known(territory)}
    without = [area for area in areas if area.id in unknown and area.station_ids]
    wanted = dict.fromkeys(id for area in without for id in area.station_ids)
    names = ", ".join(station.name for station in stations if station.id in wanted)
    return (Note(NoteCode.AREA_BY_STATIONS, len(without), names),) if without else ()


def _is_known(territory: TerritoryForecast) -> bool:
    return bool(territory.forecast.stations["pm25"].notnull().any())
