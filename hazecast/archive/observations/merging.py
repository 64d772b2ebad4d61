"""Several sets of facts of one month made into one, with every fact kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.observations.facts import LOOSE, SPARSE, STAMP, VALUE, Facts, Hours, Index, Stamps, Values, positions

NO_FACTS = np.empty(0, dtype=LOOSE)


def merged(parts: Sequence[Facts]) -> Facts:
    """All facts of `parts`, of which no two say the same of one cell with one stamp; hours with few facts become loose ones."""
    keys = tuple(sorted({key for part in parts for key in part.keys}))
    stations = tuple(sorted({station for part in parts for station in part.stations}))
    hours = np.unique(np.concatenate([part.all_hours() for part in parts]))
    shape = (len(keys), hours.size, len(stations))
    values, stamps = np.full(shape, np.nan, dtype=VALUE), np.zeros(shape, dtype=STAMP)
    loose = []
    for part in parts:
        key, station = positions(part.keys, keys)[1], positions(part.stations, stations)[1]
        loose.append(_laid(part, (key, np.searchsorted(hours, part.hours), station), hours, values, stamps))
        loose.append(_renamed(part.loose, key, station))
    rest = _settled(np.concatenate(loose), hours, values, stamps)
    return packed(Facts(keys, hours, stations, values, stamps, rest))


def packed(facts: Facts) -> Facts:
    """The same facts, with those of hours that have few among the loose ones."""
    share = np.count_nonzero(facts.stamps, axis=(0, 2)) / max(len(facts.keys) * len(facts.stations), 1)
    dense = share >= SPARSE
    loose = facts.loose
    if not dense.all():
        cells = np.nonzero((facts.stamps > 0) & ~dense[:, None])
        loose = np.concatenate([loose, as_loose(cells, facts.hours, facts.values[cells], facts.stamps[cells])])
    ordered = loose[np.lexsort((loose["stamp"], loose["station"], loose["key"], loose["hour"]))]
    if dense.all():
        return Facts(facts.keys, facts.hours, facts.stations, facts.values, facts.stamps, ordered)
    return Facts(facts.keys, facts.hours[dense], facts.stations, facts.values[:, dense], facts.stamps[:, dense], ordered)


def as_loose(cells: tuple[NDArray[np.intp], ...], hours: Hours, values: Values, stamps: Stamps) -> NDArray[np.void]:
    """Facts of the cells (key, hour, station) as a list; `hours` are those that the second index counts."""
    listed = np.empty(values.size, dtype=LOOSE)
    listed["key"], listed["hour"], listed["station"] = cells[0], hours[cells[1]], cells[2]
    listed["value"], listed["stamp"] = values, stamps
    return listed


def _laid(part: Facts, at: tuple[Index, Index, Index], hours: Hours, values: Values, stamps: Stamps) -> NDArray[np.void]:
    """Put the block of `part` into place, the later fact uppermost; returns those beneath."""
    place = np.ix_(*at)
    there, here = stamps[place], np.asarray(part.stamps)
    above, below = here > there, (here > 0) & (here < there)
    old_values, new_values = values[place], np.asarray(part.values)
    beneath = []
    for where, of_values, of_stamps in ((above & (there > 0), old_values, there), (below, new_values, here)):
        if where.any():
            inside = np.nonzero(where)
            cells = tuple(axis[index] for axis, index in zip(at, inside, strict=True))
            beneath.append(as_loose(cells, hours, of_values[inside], of_stamps[inside]))
    values[place], stamps[place] = np.where(above, new_values, old_values), np.maximum(here, there)
    return np.concatenate(beneath) if beneath else NO_FACTS


def _renamed(loose: NDArray[np.void], key: Index, station: Index) -> NDArray[np.void]:
    """With keys and stations counted in other lists, of which `key` and `station` are the places."""
    renamed = loose.copy()
    if loose.size:
        renamed["key"], renamed["station"] = key[loose["key"]], station[loose["station"]]
    return renamed


def _settled(loose: NDArray[np.void], hours: Hours, values: Values, stamps: Stamps) -> NDArray[np.void]:
    """Exchange each cell's fact with its latest loose one, where that is later; returns what is loose then."""
    if not loose.size:
        return loose
    where = (loose["key"].astype(np.int64), np.searchsorted(hours, loose["hour"]), loose["station"].astype(np.int64))
    cells = np.ravel_multi_index(where, stamps.shape)
    order = np.lexsort((loose["stamp"], cells))
    loose, cells = loose[order], cells[order]
    latest = np.append(cells[1:] != cells[:-1], True)
    rises = latest & (loose["stamp"] > stamps.reshape(-1)[cells])
    risen = cells[rises]
    index = np.unravel_index(risen, stamps.shape)
    sunk = as_loose(index, hours, values[index], stamps[index])
    values[index], stamps[index] = loose["value"][rises], loose["stamp"][rises]
    return np.concatenate([loose[~rises], sunk[sunk["stamp"] > 0]])
