"""Many files of one grid joined into one dataset over the hours of all."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import UnreadableInput
from hazecast.intake.fields.picking import in_order

SAME_PLACE_DEGREES = 1e-4  # axes written as float32 and as float64 differ by less
Parts = Sequence[tuple[Path, xr.Dataset]]
Times = NDArray[np.datetime64]


def joined(parts: Parts) -> xr.Dataset:
    """One dataset over the hours of all `parts`: each part's values over those of the parts before it, and of a part with several
    runs those of the later run over those of the earlier. Raises UnreadableInput unless all are on one grid.
    """
    require_one_grid(parts)
    by_run = [run for _, part in parts for run in _runs_of(part)]
    if len(by_run) == 1:
        return by_run[0]
    times = np.unique(np.concatenate([part["time"].values for part in by_run]))
    rows = [np.searchsorted(times, part["time"].values) for part in by_run]
    keys = dict.fromkeys(str(key) for part in by_run for key in part.data_vars)
    fields = {key: _overlaid(key, [(r, p[key]) for r, p in zip(rows, by_run, strict=True) if key in p], times) for key in keys}
    places = {name: axis.variable for name, axis in by_run[0].coords.items() if "time" not in axis.dims}
    return xr.Dataset(fields, coords={"time": times, "init_time": ("time", _runs(rows, by_run, times)), **places})


def _runs_of(part: xr.Dataset) -> Iterable[xr.Dataset]:
    """The part itself, or each of its runs where two have an hour in common; analyses first, then in order of their beginning.

    Of an hour that a run has twice the last counts.
    """
    if np.unique(part["time"].values).size == part.sizes["time"]:
        return [part]
    runs = part["init_time"].values
    known = [in_order(part.isel(time=runs == run), "time") for run in np.unique(runs[~np.isnat(runs)])]
    return [in_order(part.isel(time=np.isnat(runs)), "time"), *known] if np.isnat(runs).any() else known


def _overlaid(key: str, layers: Sequence[tuple[NDArray[np.int64], xr.DataArray]], times: Times) -> xr.Variable:
    pattern = layers[0][1]
    whole = np.full((times.size, *pattern.shape[1:]), np.nan, dtype=pattern.dtype)
    for rows, layer in layers:
        for row, values in zip(rows, layer.values, strict=True):
            np.copyto(whole[row, ...], values, where=~np.isnan(values))
    return xr.Variable(pattern.dims, whole, {"units": v.VARIABLES[key].units})


def _runs(rows: Sequence[NDArray[np.int64]], parts: Sequence[xr.Dataset], times: Times) -> Times:
    runs = np.full(times.shape, np.datetime64("NaT"), dtype="datetime64[ns]")
    for row, part in zip(rows, parts, strict=True):
        runs[row] = part["init_time"].values
    return runs


def require_one_grid(parts: Parts) -> None:
    """Raise UnreadableInput unless all parts have the same places and levels."""
    first_file, first = parts[0]
    for file, part in parts[1:]:
        _require_same_grid(first_file, first, file, part)


def _require_same_grid(first_file: Path, first: xr.Dataset, file: Path, part: xr.Dataset) -> None:
    for name in ("latitude", "longitude", "level"):
        if name not in first.coords and name not in part.coords:
            continue
        one, other = (np.asarray(p[name].values if name in p.coords else []) for p in (first, part))
        if one.shape != other.shape or not np.allclose(one, other, rtol=0.0, atol=SAME_PLACE_DEGREES):
            raise UnreadableInput(
                f"{file.name} and {first_file.name} in {file.parent} are not on one grid: {name} is {_span(other)} and {_span(one)}.",
                "Keep files of one grid in a folder.",
            )


def _span(axis: NDArray[np.float64]) -> str:
    return f"{axis.flat[0]:g} to {axis.flat[-1]:g} in {axis.size} values" if axis.size else "not there"
