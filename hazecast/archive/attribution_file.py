"""Where the PM2.5 of areas comes from, as a file of a cycle's products."""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.archive.netcdf import read_dataset
from hazecast.records import Attribution, PlaceName, Source

AREA_SOURCES_FILE = "area-sources.nc"


def attribution_data(attribution: Attribution) -> xr.Dataset:
    """All of an attribution as one dataset that can be written; the names of sources are an attribute of `source`, as JSON."""
    names = {source.id: {name.language: name.text for name in source.names} for source in attribution.sources}
    data = attribution.areas.copy()
    for key in ("share", "share_low", "share_high", "secondary_share"):
        data[key] = data[key].astype(np.float32).assign_attrs(units="1")
    data["source"].attrs["names"] = json.dumps(names, ensure_ascii=False)
    return data.assign(own_source=data["own_source"].astype(str)).assign_attrs(members=attribution.members)


def load_attribution(folder: Path) -> Attribution | None:
    """Read back what `attribution_data` wrote into a cycle's folder; None where the cycle did not know of sources."""
    file = folder / AREA_SOURCES_FILE
    if not file.is_file():
        return None
    data = read_dataset(file)
    names = json.loads(data["source"].attrs["names"])
    sources = tuple(Source(id, tuple(PlaceName(*name) for name in names[id].items())) for id in data["source"].values.tolist())
    return Attribution(sources, data, int(data.attrs["members"]))
