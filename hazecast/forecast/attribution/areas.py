"""From the sources of the air at stations to their shares in areas, with how sure they are."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.attribution.spread import share_band
from hazecast.grids.lattice import lattice_of_data
from hazecast.grids.sampling import sampling
from hazecast.records import ELSEWHERE, Area, Attribution, Gridded, Source, SourceForecast

Array = NDArray[np.float64]
NOWHERE = ""  # a station that no forecast has


def attribution_of(sources: SourceForecast | None, areas: Sequence[Area], gridded: Gridded) -> Attribution | None:
    """Shares of sources in the mean over each area's stations, not known without any; None where the sources are not known."""
    if sources is None:
        return None
    stations = sources.stations
    shares = [_shares(stations.reindex(station=list(area.station_ids) or [NOWHERE])) for area in areas]
    data = xr.concat(shares, dim="area", coords="minimal", compat="override")
    names = {region.id: region.names for region in gridded.gathered.regions}
    ids = stations["source"].values.tolist()
    own = ("area", np.array([_own_region(area, gridded) for area in areas], dtype=object))
    return Attribution(
        tuple(Source(id, names.get(id, ())) for id in ids),
        data.assign(own_source=own).assign_coords(area=[area.id for area in areas]),
        stations.sizes.get("member", 0),
    )


def _shares(stations: xr.Dataset) -> xr.Dataset:
    """(lead_time, source) and (lead_time) of one area."""
    parts = stations["pm25_source"].mean("station", skipna=False).transpose("lead_time", "source")
    total = parts.sum("source", skipna=False)
    share = (parts / total).where(total > 0.0)
    low, high = share_band(share.values, _member_parts(stations))
    return xr.Dataset(
        {
            "share": share,
            "share_low": (share.dims, low),
            "share_high": (share.dims, high),
            "secondary_share": (stations["pm25_secondary"].mean("station", skipna=False) / total).where(total > 0.0),
        }
    )


def _member_parts(stations: xr.Dataset) -> Array | None:
    if "pm25_source_member" not in stations:
        return None
    parts = stations["pm25_source_member"].mean("station", skipna=False)
    return np.asarray(parts.transpose("member", "lead_time", "source").values)


def _own_region(area: Area, gridded: Gridded) -> str:
    """The region that most of the ground round an area's stations belongs to; empty where that is none of the listed."""
    shares = gridded.region_shares
    stations = [station for station in gridded.gathered.stations if station.id in area.station_ids]
    if shares is None or not stations:
        return ""
    where = sampling(lattice_of_data(shares.to_dataset(name="share")), stations)
    held = np.nanmean(where.of(shares.transpose("latitude", "region", "longitude").values), axis=0)
    most = str(shares["region"].values[int(np.nanargmax(held))])
    return "" if most == ELSEWHERE else most
