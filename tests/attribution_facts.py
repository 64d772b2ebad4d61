"""Where the PM2.5 of made-up areas comes from: regions by distance, the edges, and the start, which is forgotten within a day."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Attribution, Source
from hazecast.records.sources import EDGES, ELSEWHERE, INITIAL, RESERVED

REACH = 0.9
"""How far a region's PM2.5 comes, in degrees."""
NO_WIDER: Mapping[str, str] = MappingProxyType({})


class Region(Protocol):
    """A place with emissions."""

    @property
    def id(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


def attribution_of(
    areas: Sequence[Region],
    regions: Sequence[Region],
    valid_times: NDArray[np.datetime64],
    own: Mapping[str, str] = NO_WIDER,
    unknown: Sequence[str] = (),
    edges: float = 0.12,
) -> Attribution:
    """Shares of `regions` in the PM2.5 of `areas`; of those in `unknown` nothing is known.

    Areas that are regions are their own; `own` has the wider regions of others.
    """
    sources = (*(Source(r.id, r.names) for r in regions), *(Source(i, ()) for i in RESERVED))
    ids = [source.id for source in sources]
    hours = np.arange(1, len(valid_times) + 1)
    owners = [area.id if area.id in ids else own.get(area.id, "") for area in areas]
    share = np.stack([_share(area, owner, regions, hours, edges) for area, owner in zip(areas, owners, strict=True)])
    share[[area.id in unknown for area in areas]] = np.nan
    secondary = np.where(np.isnan(share[..., 0]), np.nan, 0.22 + 0.18 * np.sin(hours / 24 * 2 * np.pi - 1.0) ** 2)
    dims = ("area", "lead_time", "source")
    data = {
        "share": (dims, share),
        "share_low": (dims, 0.78 * share),
        "share_high": (dims, np.minimum(1.24 * share + 0.01, 1.0)),
        "secondary_share": (dims[:2], secondary),
        "own_source": ("area", owners),
    }
    coordinates = {"area": [a.id for a in areas], "lead_time": hours, "source": ids, "valid_time": ("lead_time", valid_times)}
    return Attribution(sources, xr.Dataset(data, coordinates), members=12)


def _share(area: Region, owner: str, regions: Sequence[Region], hours: NDArray[np.int64], edges: float) -> NDArray[np.float64]:
    """(hour, source); the wind turns once in two days, and the regions it comes from count for more."""
    parts = []
    for region in regions:
        east, north = region.longitude - area.longitude, region.latitude - area.latitude
        upwind = np.cos(np.arctan2(east, north) - hours / 48 * 2 * np.pi)
        near = 0.7 if region.id == owner else np.exp(-np.hypot(0.77 * east, north) / REACH)
        parts.append(near * (1 + 0.8 * upwind * (region.id != owner)))
    start = 2.0 * np.exp(-hours / 9)
    others = {EDGES: edges * (2 + np.sin(hours / 30)), INITIAL: start, ELSEWHERE: np.full(hours.shape, 0.07)}
    amounts = np.stack([*parts, *(others[i] for i in RESERVED)], axis=1)
    return np.asarray(amounts / amounts.sum(axis=1, keepdims=True))
