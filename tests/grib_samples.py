"""Small GRIB files, made by the library that reads them from its own samples."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import eccodes
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SAMPLE = {1: "regular_ll_sfc_grib1", 2: "regular_ll_sfc_grib2"}
MISSING = 9999.0

# A parameter of edition 2 by its code and level, as its producers write it.
U10 = {"parameterCategory": 2, "parameterNumber": 2, "typeOfFirstFixedSurface": 103, "scaledValueOfFirstFixedSurface": 10}
V10 = {**U10, "parameterNumber": 3}
T2M = {"parameterCategory": 0, "parameterNumber": 0, "typeOfFirstFixedSurface": 103, "scaledValueOfFirstFixedSurface": 2}
PRESSURE = {"parameterCategory": 3, "parameterNumber": 0, "typeOfFirstFixedSurface": 1}
SUN = {"parameterCategory": 4, "parameterNumber": 7, "typeOfFirstFixedSurface": 1}
RAIN = {"parameterCategory": 1, "parameterNumber": 8, "typeOfFirstFixedSurface": 1}
CLOUDS = {"parameterCategory": 6, "parameterNumber": 1, "typeOfFirstFixedSurface": 1}


def at_pressure(code: Mapping[str, int], hpa: int) -> dict[str, Any]:
    return {**code, "typeOfFirstFixedSurface": 100, "scaledValueOfFirstFixedSurface": hpa * 100}


def at_height(code: Mapping[str, int], metres: int) -> dict[str, Any]:
    return {**code, "typeOfFirstFixedSurface": 103, "scaledValueOfFirstFixedSurface": metres}


def on_hybrid(code: Mapping[str, int], number: int) -> dict[str, Any]:
    return {**code, "typeOfFirstFixedSurface": 105, "scaledValueOfFirstFixedSurface": number}


def over(start: int, end: int, statistic: int = 1) -> dict[str, Any]:
    """Keys of a sum (1) or mean (0) from hour to hour of a run."""
    kind = {"typeOfStatisticalProcessing": statistic, "stepRange": f"{start}-{end}"}
    return {"productDefinitionTemplateNumber": 8, **kind}


def regular(values: Array, *, south: float = 30.0, west: float = 100.0, step: float = 1.0, edition: int = 2, **keys: Any) -> bytes:
    """A message on a regular grid; `values` (y, x) stand from south to north and from west to east, whatever the scanning keys."""
    rows, columns = values.shape
    north, east = south + (rows - 1) * step, west + (columns - 1) * step
    j_positive, i_negative = keys.get("jScansPositively", 0), keys.get("iScansNegatively", 0)
    grid = {
        "Ni": columns,
        "Nj": rows,
        "latitudeOfFirstGridPointInDegrees": south if j_positive else north,
        "latitudeOfLastGridPointInDegrees": north if j_positive else south,
        "longitudeOfFirstGridPointInDegrees": (east if i_negative else west) % 360.0,
        "longitudeOfLastGridPointInDegrees": (west if i_negative else east) % 360.0,
        "iDirectionIncrementInDegrees": step,
        "jDirectionIncrementInDegrees": step,
    }
    return message(SAMPLE[edition], values, {**grid, **keys})


def projected(kind: str, values: Array, **keys: Any) -> bytes:
    """A message of edition 2 on a projection; `values` (y, x) stand upwards and rightwards, whatever the scanning keys."""
    rows, columns = values.shape
    return message("GRIB2", values, {"gridType": kind, "Nx": columns, "Ny": rows, "shapeOfTheEarth": 6, **keys})


def message(sample: str, values: Array, keys: Mapping[str, Any]) -> bytes:
    handle = eccodes.codes_grib_new_from_samples(sample)
    defaults = {"centre": "ecmf", "dataDate": 20240110, "dataTime": 0, "packingType": "grid_simple", "bitsPerValue": 24}
    if "regular_ll_sfc_grib2" in sample or sample == "GRIB2":
        defaults |= {"scaleFactorOfFirstFixedSurface": 0, "typeOfProcessedData": 1}
    try:
        first = {key: keys[key] for key in ("productDefinitionTemplateNumber", "gridType", "setLocalDefinition") if key in keys}
        for key, value in {**defaults, **first, **keys}.items():
            if key != "values":
                eccodes.codes_set(handle, key, value)
        known = np.isfinite(values)
        if not known.all():
            eccodes.codes_set(handle, "bitmapPresent", 1)
            eccodes.codes_set(handle, "missingValue", MISSING)
        eccodes.codes_set_values(handle, in_order(np.where(known, values, MISSING), keys))
        text: bytes = eccodes.codes_get_message(handle)
    finally:
        eccodes.codes_release(handle)
    return text


def in_order(values: Array, keys: Mapping[str, Any]) -> Array:
    """The values in the order that the scanning keys ask for, one by one."""
    rows, columns = values.shape
    lines = range(columns) if keys.get("jPointsAreConsecutive") else range(rows)
    found = []
    for number, line in enumerate(lines):
        along = range(rows) if keys.get("jPointsAreConsecutive") else range(columns)
        if keys.get("alternativeRowScanning") and number % 2:
            along = along[::-1]
        for place in along:
            j, i = (place, line) if keys.get("jPointsAreConsecutive") else (line, place)
            row = j if keys.get("jScansPositively") else rows - 1 - j
            column = columns - 1 - i if keys.get("iScansNegatively") else i
            found.append(values[row, column])
    return np.array(found)


def written(file: Path, *messages: bytes) -> Path:
    file.write_bytes(b"".join(messages))
    return file
