"""The ground of areas on the forecast's grid: what of each cell belongs to one, and which stations lie in it."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, MissingExtra, SettingsError
from hazecast.grids.lattice import Lattice, lattice_of_data
from hazecast.grids.placing import in_the_turn_of
from hazecast.grids.regions import counted_on, covered_shares
from hazecast.records import PlaceName, Polygon, SourceRegion, Station, Territory

Array = NDArray[np.float64]
EDGE = 1e-6  # degrees that a border may lie beyond the edge of a cell, for rounding
HALF = 0.5  # of a cell, from which on it is drawn as part of a mask's territory


def territory_within(called: str, polygons: Sequence[Polygon], lattice: Lattice) -> Territory:
    """What polygons, each an outline and its holes in degrees, have of a lattice.

    Raises InputError for one that is empty, crosses itself or jumps over the date line, SettingsError where they reach beyond the
    lattice, and MissingExtra.
    """
    for polygon in polygons:
        _require_whole(called, polygon)
    turned = tuple(tuple(_beside(ring, polygon[0], lattice) for ring in polygon) for polygon in polygons)
    _require_inside(called, np.concatenate([polygon[0] for polygon in turned]), lattice)
    region = SourceRegion("area", (PlaceName("en", called),), tuple(_oriented(turned)))
    share = covered_shares(lattice, (region,)).sel(region="area", drop=True)
    if not share.values.any():
        raise SettingsError(f"{called} is too small for any part of a cell.", "Draw it larger, or list its stations instead.")
    return Territory(tuple(polygons), share)


def territory_of_mask(called: str, mask: xr.DataArray, lattice: Lattice) -> Territory:
    """What a mask (latitude, longitude), the share of each of its cells, has of a lattice; its polygons are the borders of the cells of
    which half belongs to it.

    Raises SettingsError where it reaches beyond the lattice or has nothing on it, and MissingExtra.
    """
    latitude, longitude = (np.asarray(mask[axis].values, dtype=np.float64) for axis in ("latitude", "longitude"))
    rows, columns = np.nonzero(mask.transpose("latitude", "longitude").values > 0.0)
    if not rows.size:
        raise SettingsError(f"{called}: the mask is 0 in all of the domain.", "Give a mask of the share of each of its cells, 0 to 1.")
    centres = np.stack([in_the_turn_of(lattice.longitude, longitude[columns]), latitude[rows]], axis=-1)
    _require_inside(called, centres, lattice)
    region = SourceRegion("area", (PlaceName("en", called),), mask=mask)
    share = covered_shares(lattice, (region,)).sel(region="area", drop=True)
    return Territory(_borders(share, lattice), share)


def ground_in_cells(territory: Territory) -> Array:
    """How much of the ground of each cell of the grid (latitude, longitude) belongs to a territory, in m2."""
    area = lattice_of_data(territory.share.to_dataset(name="share")).cell_area
    return np.asarray(territory.share.values * area[:, None], dtype=np.float64)


def stations_inside(territory: Territory, stations: Iterable[Station]) -> tuple[str, ...]:
    """The ids of the stations that lie in it or on its border, in their order."""
    shapely = _shapely()
    ground = shapely.union_all([shapely.Polygon(polygon[0], polygon[1:]) for polygon in territory.polygons])
    listed = list(stations)
    west, _, east, _ = ground.bounds
    longitude = in_the_turn_of(np.array([west, east]), np.array([station.longitude for station in listed]))
    inside = shapely.covers(ground, shapely.points(longitude, [station.latitude for station in listed]))
    return tuple(station.id for station, within in zip(listed, inside, strict=True) if within)


def _require_whole(called: str, polygon: Polygon) -> None:
    shapely = _shapely()
    for ring in polygon:
        if (np.abs(np.diff(ring[:, 0])) > 180.0).any():
            raise InputError(
                f"{called} has an outline that jumps over the date line, from {ring[:, 0].max():g} to {ring[:, 0].min():g} degrees east.",
                "Cut it there into two polygons, as RFC 7946 has it, or count its longitudes on beyond 180.",
            )
    drawn = shapely.Polygon(polygon[0], polygon[1:])
    if not shapely.is_valid(drawn):
        raise InputError(
            f"{called} has an outline that crosses or touches itself: {shapely.is_valid_reason(drawn)}.",
            "Mend it, such as with: ogr2ogr -makevalid new.geojson old.geojson",
        )
    if not drawn.area > 0.0:
        raise InputError(f"{called} has an outline without any ground in it.", "Draw it whole.")


def _beside(ring: Array, outline: Array, lattice: Lattice) -> Array:
    """The ring by as many whole turns nearer to the lattice as its outline takes."""
    middle = np.array([(outline[:, 0].min() + outline[:, 0].max()) / 2])
    turns = np.array([float((in_the_turn_of(lattice.longitude, middle) - middle)[0]), 0.0])
    return np.asarray(ring + turns)


def _require_inside(called: str, points: Array, lattice: Lattice) -> None:
    """Raise SettingsError for points (point, 2) beyond the lattice's edges; it says so where they would be inside the other way round."""
    columns, rows = lattice.column_edges, lattice.row_edges
    if _within(points[:, 0], columns) and _within(points[:, 1], rows):
        return
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    swapped = _within(in_the_turn_of(lattice.longitude, points[:, 1]), columns) and _within(points[:, 0], rows)
    raise SettingsError(
        f"{called} reaches from {south:g} to {north:g} degrees north and {west:g} to {east:g} east, beyond the domain "
        f"({rows[0]:g} to {rows[-1]:g} north, {columns[0]:g} to {columns[-1]:g} east): what lies outside would never be known.",
        "Its longitudes and latitudes seem exchanged: GeoJSON has [longitude, latitude]."
        if swapped
        else "Make the domain larger, or the area smaller.",
    )


def _within(values: Array, edges: Array) -> bool:
    return bool(values.min() >= edges[0] - EDGE and values.max() <= edges[-1] + EDGE)


def _oriented(polygons: Iterable[Polygon]) -> Iterable[Array]:
    """Outlines anticlockwise and holes clockwise, as regions have them."""
    for polygon in polygons:
        for i, ring in enumerate(polygon):
            whole = counted_on(ring)
            x, y = (whole - whole[0]).T
            anticlockwise = float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) > 0
            yield ring[:-1] if anticlockwise == (i == 0) else ring[:-1][::-1]


def _borders(share: xr.DataArray, lattice: Lattice) -> tuple[Polygon, ...]:
    shapely = _shapely()
    part = share.values
    rows, columns = np.nonzero(part >= min(HALF, float(part.max())))
    west, south = lattice.column_edges, lattice.row_edges
    whole = shapely.union_all(shapely.box(west[columns], south[rows], west[columns + 1], south[rows + 1]))
    return tuple(
        (np.asarray(piece.exterior.coords), *(np.asarray(hole.coords) for hole in piece.interiors)) for piece in shapely.get_parts(whole)
    )


def _shapely() -> Any:
    try:
        import shapely
    except ImportError as absent:
        raise MissingExtra("An area with an outline", "maps") from absent
    return shapely
