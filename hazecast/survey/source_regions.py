"""Which source regions are worth telling apart: the prefectures of the areas and the provinces around or, elsewhere, circles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hazecast.config import DomainSettings
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings
from hazecast.errors import MissingExtra
from hazecast.grids.lattice import Lattice, lattice_of_domain
from hazecast.grids.regions import covered_shares
from hazecast.intake.source_regions.around import free_id, ring_around, sources_around
from hazecast.intake.source_regions.china import Division, provinces
from hazecast.records import PlaceName, SourceRegion
from hazecast.survey.divisions import Home, homes_of, names_of_home, names_of_province

MOST_REGIONS = 12
MOST_NEAREST = 10  # of them, those that areas lie in
LEAST_PART = 0.04  # of the domain: a province that has less of it is not told apart
MOST_CELLS_EACH_WAY = 100


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A region, the areas that lie in it, and the part of China that it is, if it is one."""

    region: SourceRegion
    source: SourceSettings
    areas: tuple[AreaSettings, ...] = ()
    division: Division | None = None


def sources_of(areas: Sequence[AreaSettings], stations: Sequence[StationSettings], domain: DomainSettings) -> tuple[SourceSettings, ...]:
    """At most 12 regions: the prefectures that areas in China lie in and circles round the other areas, in the order of the areas, and
    then the provinces that have most of what is left of the domain.

    Circles alone where the optional part `maps` is not there, which has the borders of China.
    """
    try:
        homes = homes_of(areas, stations)
        known = provinces()
    except MissingExtra:
        homes, known = (), ()
    at_home = {area.id for home in homes for area in home.areas}
    circles = _circles([area for area in areas if area.id not in at_home], stations, domain)
    nearest = _busiest([*(_at_home(home) for home in homes), *circles], areas)
    around = list(_around(known, nearest))
    parts = _parts(domain, [*nearest, *around])
    large = sorted((c for c in around if parts[c.source.id] >= LEAST_PART), key=lambda c: -parts[c.source.id])
    chosen = [*(c for c in nearest if parts[c.source.id] > 0.0), *large]
    return tuple(candidate.source for candidate in chosen[:MOST_REGIONS])


def _busiest(candidates: Iterable[_Candidate], areas: Sequence[AreaSettings]) -> list[_Candidate]:
    """Those with the most stations, in the order of their areas."""
    order = [area.id for area in areas]
    kept = sorted(candidates, key=lambda c: -sum(len(area.stations) for area in c.areas))[:MOST_NEAREST]
    return sorted(kept, key=lambda c: order.index(c.areas[0].id))


def _at_home(home: Home) -> _Candidate:
    id, names = names_of_home(home)
    return _of_division(free_id(id), names, home.division, home.areas)


def _around(known: Iterable[Division], nearest: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """The provinces of which not all is told apart already."""
    taken, told = {c.source.id for c in nearest}, [c.division for c in nearest if c.division is not None]
    for province in known:
        if province.name not in {division.name for division in told}:
            id, names = names_of_province(province, other_parts=province.name in {division.province for division in told})
            yield _of_division(id if id not in taken else free_id(f"{id}-province", taken), names, province)


def _of_division(id: str, names: Mapping[str, str], division: Division, areas: tuple[AreaSettings, ...] = ()) -> _Candidate:
    source = SourceSettings(id=id, names=dict(names), china=(division.name,))
    return _Candidate(SourceRegion(id, _names(source), division.rings), source, areas, division)


def _circles(areas: Sequence[AreaSettings], stations: Sequence[StationSettings], domain: DomainSettings) -> Iterator[_Candidate]:
    by_id = {area.id: area for area in areas}
    for source in sources_around(areas, stations, domain):
        if source.around_area is not None and source.radius_km is not None:
            area = by_id[source.around_area]
            ring = ring_around(area, stations, source.radius_km)
            yield _Candidate(SourceRegion(source.id, _names(source), (ring,)), source, (area,))


def _names(source: SourceSettings) -> tuple[PlaceName, ...]:
    return tuple(PlaceName(language, text) for language, text in source.names.items())


def _parts(domain: DomainSettings, candidates: Sequence[_Candidate]) -> Mapping[str, float]:
    """What each has of the domain, as a part of its area."""
    lattice = _coarse(lattice_of_domain(domain))
    share = covered_shares(lattice, [candidate.region for candidate in candidates])
    area = (share.values * lattice.cell_area[:, None]).sum(axis=(1, 2))
    return dict(zip(share["region"].values.tolist(), (area / area.sum()).tolist(), strict=True))


def _coarse(lattice: Lattice) -> Lattice:
    """Of the same ground, with no more cells than it takes to tell parts of it."""
    axes = []
    for edges in (lattice.row_edges, lattice.column_edges):
        cells = min(edges.size - 1, MOST_CELLS_EACH_WAY)
        axes.append(edges[0] + (edges[-1] - edges[0]) * (np.arange(cells) + 0.5) / cells)
    return Lattice(*axes)
