"""Source regions on a lattice: the share of each cell that belongs to each of them."""

from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, SettingsError
from hazecast.grids.conserving import conserved
from hazecast.grids.kernels.winding import cover_cells
from hazecast.grids.lattice import Lattice
from hazecast.records import ELSEWHERE, SourceRegion

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FEWEST_LINES, MOST_LINES = 64, 1024  # through a row of cells
LINES_OF_A_REGION = 16  # through a region at least, however small, as far as MOST_LINES allow
STEPS_OF_A_SHARE = 2.0**23  # shares are whole multiples of its inverse, so that sums of them are exact, even in 32 bits
TURN = 360.0


def region_shares(lattice: Lattice, regions: Sequence[SourceRegion]) -> xr.DataArray:
    """The share of each cell that belongs to each of `regions`, and last to the rest of the domain, as (region, latitude, longitude).

    Where regions overlap, the ground belongs to the first; a mask takes what is left of a cell, as far as it goes. The shares of a cell
    add up to exactly 1. Raises SettingsError for a region that has nothing on the lattice, InputError for a ring round a pole.
    """
    shares = covered_shares(lattice, regions)
    for region, share in zip(regions, shares.values, strict=False):
        if not share.any():
            raise _nothing_of(region, lattice)
    return shares


def covered_shares(lattice: Lattice, regions: Sequence[SourceRegion]) -> xr.DataArray:
    """The same, with nothing for a region that has nothing on the lattice."""
    left = np.ones(lattice.shape)
    shares = np.zeros((len(regions) + 1, *lattice.shape))
    for i, part in enumerate(_parts(lattice, regions)):
        shares[i] = np.minimum(np.round(part * STEPS_OF_A_SHARE) / STEPS_OF_A_SHARE, left)
        left -= shares[i]
    shares[-1] = left
    coords = {"region": [*(region.id for region in regions), ELSEWHERE], "latitude": lattice.latitude, "longitude": lattice.longitude}
    return xr.DataArray(shares, coords=coords, dims=("region", "latitude", "longitude"), attrs={"units": "1"})


def _nothing_of(region: SourceRegion, lattice: Lattice) -> SettingsError:
    south, north, west, east = _extent(region)
    return SettingsError(
        f"Source region {region.id!r} lies from {south:g} to {north:g} degrees north and {west:g} to {east:g} east, and has nothing of the "
        f"domain ({lattice.latitude[0]:g} to {lattice.latitude[-1]:g} north, {lattice.longitude[0]:g} to {lattice.longitude[-1]:g} east) "
        "that is not of a region before it.",
        "Take it out of [[sources]], correct it, or list it before those that lie over it.",
    )


def _extent(region: SourceRegion) -> tuple[float, float, float, float]:
    if region.mask is not None:
        belongs = region.mask.where(region.mask > 0, drop=True)
        latitude, longitude = ((belongs if belongs.size else region.mask)[axis].values for axis in ("latitude", "longitude"))
    else:
        longitude, latitude = np.concatenate(region.rings).T
    return float(latitude.min()), float(latitude.max()), float(longitude.min()), float(longitude.max())


def _parts(lattice: Lattice, regions: Sequence[SourceRegion]) -> Iterable[Array]:
    """Of each region in its turn: of rings without what rings before it have, of a mask as it is."""
    drawn = [region for region in regions if region.rings]
    covered = iter(_covered(lattice, drawn) if drawn else ())
    return (next(covered) if region.mask is None else _masked(lattice, region.mask) for region in regions)


def _masked(lattice: Lattice, mask: xr.DataArray) -> Array:
    share = conserved(mask.to_dataset(name="share"), lattice, absent_is_zero=True)["share"]
    values: Array = share.transpose("latitude", "longitude").values
    return np.clip(values, 0.0, 1.0)


def _covered(lattice: Lattice, regions: Sequence[SourceRegion]) -> Array:
    """(region, latitude, longitude), from rings alone."""
    rings = [[_closed(ring, region.id) for ring in region.rings] for region in regions]
    edges = [np.concatenate([_edges(ring, lattice) for ring in own]) for own in rings]
    whose = np.repeat(np.arange(len(regions)), [len(own) for own in edges])
    lines, line_first = _scan_lines(lattice, [np.concatenate(own)[:, 1] for own in rings])
    out = np.zeros((len(regions), *lattice.shape))
    cover_cells(lines, line_first, np.concatenate(edges), whose, out)
    return out


def counted_on(ring: Array) -> Array:
    """A ring (point, 2) whose longitudes are counted on where it crosses the date line; an edge all round the Earth stays one."""
    steps = np.diff(ring[:, 0])
    jumps = (np.abs(steps) > TURN / 2) & (np.abs(steps) != TURN)
    turned = ring.astype(np.float64)
    turned[1:, 0] -= TURN * np.cumsum(np.where(jumps, np.round(steps / TURN), 0.0))
    return turned


def _closed(ring: Array, id: str) -> Array:
    """The ring counted on, with its first point once more at its end."""
    whole = counted_on(np.concatenate([ring, ring[:1]]))
    if abs(whole[-1, 0] - whole[0, 0]) > TURN / 2:
        raise InputError(
            f"Source region {id!r} has a ring round a pole, from {ring[0, 0]:g} degrees east all round the Earth.",
            "Cut it along a meridian, and lead it along that to the pole.",
        )
    return whole


def _edges(ring: Array, lattice: Lattice) -> Array:
    """The edges (edge, 4) of a closed ring, from x, y to x, y, x in columns of the lattice; once for each turn that it has there."""
    west, east = lattice.column_edges[[0, -1]]
    turns = np.arange(np.ceil((west - ring[:, 0].max()) / TURN), np.floor((east - ring[:, 0].min()) / TURN) + 1)
    x = (ring[:, 0] + TURN * turns[:, None] - west) / lattice.spacing_longitude
    y = np.broadcast_to(ring[:, 1], x.shape)
    return np.stack([x[:, :-1], y[:, :-1], x[:, 1:], y[:, 1:]], axis=-1).reshape(-1, 4)


def _scan_lines(lattice: Lattice, latitudes: Sequence[Array]) -> tuple[Array, Index]:
    """Latitudes of scan lines that part each row into strips of one area, and where the lines of each row begin; `latitudes` are
    those of each region, for the smaller ones need more lines."""
    south, north = lattice.row_edges[:-1], lattice.row_edges[1:]
    count = np.full(south.size, FEWEST_LINES)
    for latitude in latitudes:
        low, high = latitude.min(), latitude.max()
        needed = np.ceil(LINES_OF_A_REGION * (north - south) / max(high - low, 1e-9))
        there = (south < high) & (north > low)
        count[there] = np.maximum(count[there], np.minimum(needed[there], MOST_LINES))
    first = np.concatenate([[0], np.cumsum(count)])
    within = (np.arange(first[-1]) - np.repeat(first[:-1], count) + 0.5) / np.repeat(count, count)
    bottom, top = (np.repeat(np.sin(np.deg2rad(edge)), count) for edge in (south, north))
    return np.rad2deg(np.arcsin(bottom + within * (top - bottom))), first
