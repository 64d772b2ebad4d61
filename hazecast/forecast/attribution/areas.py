"""From the sources of the air at stations to their shares in areas, with how sure they are."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.attribution.spread import share_band
from hazecast.grids.lattice import lattice_of_data
from hazecast.grids.sampling import sampling
from hazecast.grids.territories import ground_in_cells
from hazecast.records import ELSEWHERE, Area, Attribution, Gridded, Source, SourceForecast

Array = NDArray[np.float64]
OF_THE_AIR = ["pm25_source", "pm25_secondary"]


def attribution_of(sources: SourceForecast | None, areas: Sequence[Area], gridded: Gridded) -> Attribution | None:
    """Shares of sources in the mean over each area's stations or, where none lies in it, over its ground; None where they are not known.

    How sure a share is, is known at stations alone.
    """
    if sources is None:
        return None
    stations = sources.stations
    shares = [_shares(_air_of(area, sources)) for area in areas]
    data = xr.concat(shares, dim="area", coords="minimal", compat="override")
    names = {region.id: region.names for region in gridded.gathered.regions}
    ids = stations["source"].values.tolist()
    own = ("area", np.array([_own_region(area, gridded) for area in areas], dtype=object))
    return Attribution(
        tuple(Source(id, names.get(id, ())) for id in ids),
        data.assign(own_source=own).assign_coords(area=[area.id for area in areas]),
        stations.sizes.get("member", 0),
    )


def _air_of(area: Area, sources: SourceForecast) -> xr.Dataset:
    """The mean air of an area by source, (…, lead_time, source) and (lead_time)."""
    if area.station_ids or area.territory is None:
        return sources.stations.reindex(station=list(area.station_ids)).mean("station", skipna=False)
    ground = ground_in_cells(area.territory)
    rows, columns = (xr.DataArray(places, dims="cell") for places in np.nonzero(ground > 0.0))
    cells = sources.grid[OF_THE_AIR].isel(latitude=rows, longitude=columns)
    return cells.weighted(xr.DataArray(ground[ground > 0.0], dims="cell")).mean("cell", skipna=False)


def _shares(air: xr.Dataset) -> xr.Dataset:
    """(lead_time, source) and (lead_time) of one area."""
    parts = air["pm25_source"].transpose("lead_time", "source")
    total = parts.sum("source", skipna=False)
    share = (parts / total).where(total > 0.0)
    low, high = share_band(share.values, _member_parts(air))
    return xr.Dataset(
        {
            "share": share,
            "share_low": (share.dims, low),
            "share_high": (share.dims, high),
            "secondary_share": (air["pm25_secondary"] / total).where(total > 0.0),
        }
    )


def _member_parts(air: xr.Dataset) -> Array | None:
    if "pm25_source_member" not in air:
        return None
    return np.asarray(air["pm25_source_member"].transpose("member", "lead_time", "source").values)


def _own_region(area: Area, gridded: Gridded) -> str:
    """The region that most of the ground round an area's stations, or of its own, belongs to; empty where that is none of the listed."""
    shares = gridded.region_shares
    stations = [station for station in gridded.gathered.stations if station.id in area.station_ids]
    if shares is None or not (stations or area.territory):
        return ""
    if stations:
        where = sampling(lattice_of_data(shares.to_dataset(name="share")), stations)
        held = np.nanmean(where.of(shares.transpose("latitude", "region", "longitude").values), axis=0)
    else:
        assert area.territory is not None
        held = np.einsum("ryx,yx->r", shares.transpose("region", "latitude", "longitude").values, ground_in_cells(area.territory))
    most = str(shares["region"].values[int(np.nanargmax(held))])
    return "" if most == ELSEWHERE else most
