"""Forecasts as CoverageJSON. What is not known is null in it, never a number."""

from typing import Any

import numpy as np
import xarray as xr

from hazecast.records import Level
from hazecast.vocabulary import VARIABLES

MEDIA_TYPE = "application/prs.coverage+json"
CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_REFERENCING = (
    {"coordinates": ["x", "y"], "system": {"type": "GeographicCRS", "id": CRS}},
    {"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}},
)


def times_of(data: xr.Dataset) -> list[str]:
    """The valid times in UTC."""
    return [f"{np.datetime_as_string(moment, 's')}Z" for moment in data["valid_time"].values]


def parameters_of(data: xr.Dataset) -> dict[str, Any]:
    """What each variable is, and in what unit."""
    return {str(name): _parameter(str(name), field) for name, field in data.items()}


def series(data: xr.Dataset, longitude: float, latitude: float) -> dict[str, Any]:
    """A PointSeries of variables along `lead_time`, at a place in degrees."""
    axes = {"x": {"values": [longitude]}, "y": {"values": [latitude]}, "t": {"values": times_of(data)}}
    return _coverage("PointSeries", axes, data, {"t": "lead_time"})


def grid(data: xr.Dataset) -> dict[str, Any]:
    """A Grid of variables on `lead_time`, `latitude` and `longitude`."""
    axes = {
        "x": {"values": data["longitude"].values.tolist()},
        "y": {"values": data["latitude"].values.tolist()},
        "t": {"values": times_of(data)},
    }
    return _coverage("Grid", axes, data, {"t": "lead_time", "y": "latitude", "x": "longitude"})


def collection_of(coverages: list[dict[str, Any]], data: xr.Dataset) -> dict[str, Any]:
    """Several series of the same parameters."""
    return {
        "type": "CoverageCollection",
        "domainType": "PointSeries",
        "parameters": parameters_of(data),
        "referencing": list(_REFERENCING),
        "coverages": coverages,
    }


def _coverage(kind: str, axes: dict[str, Any], data: xr.Dataset, dims: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "Coverage",
        "domain": {"type": "Domain", "domainType": kind, "axes": axes, "referencing": list(_REFERENCING)},
        "parameters": parameters_of(data),
        "ranges": {str(name): _range(field.transpose(*dims.values()), list(dims)) for name, field in data.items()},
    }


def _range(field: xr.DataArray, axes: list[str]) -> dict[str, Any]:
    values = field.values.astype(np.float64).ravel()
    known = np.isfinite(values) if field.name != "level" else values >= 0
    told = [value if is_known else None for value, is_known in zip(values.tolist(), known.tolist(), strict=True)]
    kind = "float"
    if field.name == "level":
        kind, told = "integer", [None if value is None else int(value) for value in told]
    return {"type": "NdArray", "dataType": kind, "axisNames": axes, "shape": list(field.shape), "values": told}


def _parameter(name: str, field: xr.DataArray) -> dict[str, Any]:
    known = VARIABLES.get(name)
    label = field.attrs.get("long_name") or (known.long_name if known else name)
    told: dict[str, Any] = {"type": "Parameter", "observedProperty": {"label": {"en": label}}}
    if name == "level":
        levels = [level for level in Level if level >= 0]
        categories = [{"id": level.name.lower(), "label": {"en": level.name.lower()}} for level in levels]
        told["observedProperty"]["categories"] = categories
        return told | {"categoryEncoding": {level.name.lower(): int(level) for level in levels}}
    return told | {"unit": {"symbol": field.attrs.get("units") or (known.units if known else "1")}}
