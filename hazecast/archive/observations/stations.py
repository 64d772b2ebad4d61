"""Which stations the store knows, and where they stood: what sources told of them, each with the batch that told it.

A place that comes with values is kept when it differs from that which was in force at its time. A list of stations is kept whole, anew
when it has changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select

from hazecast.archive.database import reading
from hazecast.archive.observations.batches import KnownStation
from hazecast.archive.observations.catalogue import batches, stations
from hazecast.archive.observations.store import ObservationStore

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def stations_known(store: ObservationStore, as_of: datetime, newest_batch: int | None = None) -> tuple[KnownStation, ...]:
    """Every station that a source had told of by `as_of`, sorted by id, as it was told last. Raises ArchiveError."""
    told = (*station_list(store, as_of, newest_batch), *places_told(store, as_of, newest_batch))
    latest = {station.id: station for station in told}
    return tuple(latest[id] for id in sorted(latest))


def places_told(
    store: ObservationStore, as_of: datetime, newest_batch: int | None = None, assumed_delay: timedelta = timedelta(0)
) -> tuple[KnownStation, ...]:
    """What came with values that had arrived by `as_of`: every place of every station, by station and in the order of time.

    One whose arrival is assumed came with the value of the hour that began at its time. `newest_batch` and `assumed_delay` are those of
    an `ObservationQuestion`. Raises ArchiveError.
    """
    begun_by = as_of - assumed_delay - timedelta(hours=1)
    assumed_by_then = batches.c.assumed & or_(stations.c.since.is_(None), stations.c.since <= begun_by)
    chosen = (
        select(stations)
        .join(batches, batches.c.number == stations.c.number)
        .where(~stations.c.listed, assumed_by_then | (~batches.c.assumed & (batches.c.arrived_at <= as_of)))
    )
    if newest_batch is not None:
        chosen = chosen.where(stations.c.number <= newest_batch)
    with reading(store.catalogue) as connection:
        return _in_order(_known(row) for row in connection.execute(chosen.order_by(stations.c.id)))


def station_list(store: ObservationStore, as_of: datetime, newest_batch: int | None = None) -> tuple[KnownStation, ...]:
    """The newest list of stations that had arrived by `as_of`, or whose arrival is assumed, in its own order. Raises ArchiveError."""
    numbers = select(func.max(stations.c.number)).join(batches, batches.c.number == stations.c.number)
    numbers = numbers.where(stations.c.listed, batches.c.assumed | (batches.c.arrived_at <= as_of))
    if newest_batch is not None:
        numbers = numbers.where(stations.c.number <= newest_batch)
    chosen = select(stations).where(stations.c.listed, stations.c.number == numbers.scalar_subquery()).order_by(stations.c.id)
    with reading(store.catalogue) as connection:
        return tuple(_known(row) for row in connection.execute(chosen))


def add_stations(connection: Connection, number: int, told: Iterable[KnownStation]) -> int:
    """Enter what batch `number` tells of stations, where that is new; returns how many rows that is."""
    by_kind: dict[bool, list[KnownStation]] = {True: [], False: []}
    for station in told:
        by_kind[station.listed].append(station)
    fresh = [*_new_list(connection, by_kind[True]), *_new_places(connection, by_kind[False])]
    if fresh:
        connection.execute(insert(stations), [_values(number, station) for station in fresh])
    return len(fresh)


def _new_list(connection: Connection, listed: list[KnownStation]) -> list[KnownStation]:
    newest = select(func.max(stations.c.number)).where(stations.c.listed).scalar_subquery()
    held = select(stations).where(stations.c.listed, stations.c.number == newest).order_by(stations.c.id)
    return [] if not listed or _written(listed) == _written(_known(row) for row in connection.execute(held)) else listed


def _new_places(connection: Connection, told: list[KnownStation]) -> list[KnownStation]:
    if not told:
        return []
    held = _places(_known(row) for row in connection.execute(select(stations).where(~stations.c.listed).order_by(stations.c.id)))
    fresh = []
    for station in told:
        places = held[station.id]
        in_force = max((since for since in places if since <= _since(station)), default=None)
        if in_force is None or _place(places[in_force]) != _place(station):
            places[_since(station)] = station
            fresh.append(station)
    return fresh


def _in_order(told: Iterable[KnownStation]) -> tuple[KnownStation, ...]:
    """Of those of one station and time the last told."""
    held = _places(told)
    return tuple(held[id][since] for id in sorted(held) for since in sorted(held[id]))


def _places(told: Iterable[KnownStation]) -> Mapping[str, dict[datetime, KnownStation]]:
    held: dict[str, dict[datetime, KnownStation]] = defaultdict(dict)
    for station in told:
        held[station.id][_since(station)] = station
    return held


def _since(station: KnownStation) -> datetime:
    return station.since or _LONG_AGO


def _place(station: KnownStation) -> tuple[str, str, str]:
    return station.name, repr(station.latitude), repr(station.longitude)  # as text, for NaN does not equal itself


def _written(listed: Iterable[KnownStation]) -> list[str]:
    return [repr(station) for station in listed]


def _known(row: Row[Any]) -> KnownStation:
    latitude, longitude = (nan if place is None else place for place in (row.latitude, row.longitude))
    return KnownStation(row.station_id, row.name, latitude, longitude, row.since, row.listed)


def _values(number: int, station: KnownStation) -> dict[str, Any]:
    latitude, longitude = (None if isnan(place) else place for place in (station.latitude, station.longitude))
    return {
        "number": number,
        "station_id": station.id,
        "name": station.name,
        "latitude": latitude,
        "longitude": longitude,
        "since": station.since,
        "listed": station.listed,
    }
