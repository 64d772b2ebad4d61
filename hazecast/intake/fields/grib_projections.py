"""Where the cells of a GRIB grid on a projection, or turned away from the poles, lie on the Earth."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import MissingExtra

SOUTH_POLE = 0x80  # of projectionCentreFlag
Array = NDArray[np.float64]
Axes = tuple[Array, Array]  # offsets of columns and rows from the first point of the grid, in cells
Places = tuple[Array, Array]  # latitude and longitude, (y, x)


def places_of(keys: Mapping[str, Any], axes: Axes) -> Places | None:
    """Latitude and longitude of every cell; None for a kind of grid that is not known here.

    Raises KeyError for a number that the header lacks, and ValueError for numbers that make no projection.
    """
    kind = keys["gridType"]
    if kind == "rotated_ll":
        return _rotated(keys, axes)
    return _projected(keys, axes, _PROJECTIONS[kind](keys)) if kind in _PROJECTIONS else None


def _projected(keys: Mapping[str, Any], axes: Axes, projection: str) -> Places:
    """On the Earth's figure that the file names; pyproj's formulas are those of Snyder (1987), Map projections: a working manual."""
    try:
        from pyproj import Proj
        from pyproj.exceptions import CRSError, ProjError
    except ImportError:
        raise MissingExtra("Reading GRIB on a projection", "grib") from None
    try:
        on_plane = Proj(f"{projection} {_figure(keys)}")
        x, y = on_plane(keys["longitudeOfFirstGridPointInDegrees"], keys["latitudeOfFirstGridPointInDegrees"], errcheck=True)
        columns, rows = np.meshgrid(x + axes[0] * _step(keys, "DxInMetres"), y + axes[1] * _step(keys, "DyInMetres"))
        longitude, latitude = on_plane(columns, rows, inverse=True)
    except (CRSError, ProjError) as refused:
        raise ValueError(f"{projection}: {refused}") from refused
    return latitude, longitude


def _step(keys: Mapping[str, Any], name: str) -> float:
    step = float(keys[name])
    if not step > 0.0:
        raise ValueError(f"{name} is {step:g}; expected more than nothing")
    return step


def _figure(keys: Mapping[str, Any]) -> str:
    if "radius" in keys:
        return f"+R={keys['radius']:.3f}"
    return f"+a={keys['earthMajorAxisInMetres']:.3f} +b={keys['earthMinorAxisInMetres']:.3f}"


def _lambert(keys: Mapping[str, Any]) -> str:
    numbers = {"lat_0": "LaDInDegrees", "lon_0": "LoVInDegrees", "lat_1": "Latin1InDegrees", "lat_2": "Latin2InDegrees"}
    return "+proj=lcc " + " ".join(f"+{word}={keys[name]:.6f}" for word, name in numbers.items())


def _polar(keys: Mapping[str, Any]) -> str:
    pole = -1 if int(keys["projectionCentreFlag"]) & SOUTH_POLE else 1
    true_at = pole * abs(keys["LaDInDegrees"])
    return f"+proj=stere +lat_0={90 * pole} +lat_ts={true_at:.6f} +lon_0={keys['orientationOfTheGridInDegrees']:.6f}"


def _mercator(keys: Mapping[str, Any]) -> str:
    """Counted from the first point on, so that no seam runs through the grid."""
    return f"+proj=merc +lat_ts={keys['LaDInDegrees']:.6f} +lon_0={keys['longitudeOfFirstGridPointInDegrees'] + 180.0:.6f} +over"


_PROJECTIONS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"lambert": _lambert, "polar_stereographic": _polar, "mercator": _mercator}


def _rotated(keys: Mapping[str, Any], axes: Axes) -> Places:
    """A grid of latitude and longitude whose south pole was moved: the place in space is turned back by two plane rotations."""
    if keys.get("angleOfRotationInDegrees", 0.0) != 0.0:
        raise ValueError(f"it is turned about its own pole by {keys['angleOfRotationInDegrees']:g} degrees; expected none")
    east, north = (_spread(keys, word, axis) for word, axis in zip(("longitude", "latitude"), axes, strict=True))
    lam, phi = np.deg2rad(np.meshgrid(east, north))
    tilt = np.deg2rad(90.0 + keys["latitudeOfSouthernPoleInDegrees"])
    x, y, z = np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)
    x, z = np.cos(tilt) * x - np.sin(tilt) * z, np.sin(tilt) * x + np.cos(tilt) * z
    longitude = np.rad2deg(np.arctan2(y, x)) + keys["longitudeOfSouthernPoleInDegrees"]
    return np.rad2deg(np.arcsin(np.clip(z, -1.0, 1.0))), longitude - 360.0 * np.round(longitude / 360.0)


def _spread(keys: Mapping[str, Any], word: str, offsets: Array) -> Array:
    """An axis of the turned grid from its first value and its last, which stands at the far end of `offsets`."""
    first, last = (float(keys[f"{word}Of{which}GridPointInDegrees"]) for which in ("First", "Last"))
    count = float(np.abs(offsets).max())
    forwards = offsets.sum() >= 0.0
    if word == "longitude" and (last < first) == forwards:
        last += 360.0 if forwards else -360.0
    if (last > first) != forwards:
        raise ValueError(f"its {word} runs from {first:g} to {last:g}, against the order of its values")
    return first + np.abs(offsets) * (last - first) / count
