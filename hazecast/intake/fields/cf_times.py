"""When the fields of a CF file are valid, and which run they come from: from one axis of time, or from reference time and step."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.layout import Wanted

_VALID = ("valid_time", "time", "datetime", "date_time")
_REFERENCES = ("forecast_reference_time", "init_time", "reference_time", "forecast_time0", "analysis_time")
_STEPS = ("forecast_period", "step", "lead_time", "prediction_timedelta", "leadtime")
_STEP_UNITS = {"hours": "h", "hour": "h", "h": "h", "minutes": "m", "seconds": "s", "s": "s", "days": "D", "day": "D"}
HOUR = np.timedelta64(1, "h")
Times = NDArray[np.datetime64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TimeAxes:
    """Valid and reference times (UTC) over the dimensions `dims`: one, or those of runs and of steps; NaT for analyses.

    `begin` is when each value's interval begins, from the bounds of the time axis, NaT where there are none.
    """

    dims: tuple[str, ...]
    valid: Times
    init: Times
    begin: Times

    def __post_init__(self) -> None:
        shapes = {self.valid.shape, self.init.shape, self.begin.shape}
        if len(shapes) != 1 or self.valid.ndim != len(self.dims) or not 1 <= self.valid.ndim <= 2:
            raise ValueError(f"Times have the shapes {shapes} along {self.dims}.")

    def full_hours(self) -> NDArray[np.bool_]:
        """Which are full hours; the others are of no use."""
        return np.asarray(self.valid == self.valid.astype("datetime64[h]"))

    def needed(self, hours: NDArray[np.bool_], wanted: Wanted) -> tuple[tuple[Index, ...], ...]:
        """Indices along `dims`, to be read piece by piece, of the valid times in `hours`.

        Of runs that have an hour in common the latest that is wanted, and that did not begin at that very hour if another is there:
        what a run sums or averages is lacking at its beginning.
        """
        keep = hours & self.full_hours() & wanted.runs_of(self.init)
        if self.valid.ndim < 2:
            return (tuple(np.flatnonzero(keep) for _ in self.dims),)
        candidates = np.argwhere(keep)
        runs, valid = self.init[keep], self.valid[keep]
        order = np.lexsort((runs, runs != valid, valid))
        last_of_hour = order[np.append(np.diff(valid[order]) > np.timedelta64(0), True)] if order.size else order
        chosen = candidates[np.sort(last_of_hour)]
        return tuple((np.array([run]), chosen[chosen[:, 0] == run, 1]) for run in np.unique(chosen[:, 0])) or ((np.array([], int),) * 2,)


def times_in(raw: xr.Dataset, file: object) -> TimeAxes:
    """Find the times of a file; raises UnreadableInput where there are none, or none that can be understood."""
    step = _named(raw, "forecast_period", _STEPS)
    valid_name, reference_name = _valid_and_reference(raw, step)
    reference = None if reference_name is None else raw[reference_name].reset_coords(drop=True)
    if valid_name is None and (reference is None or step is None):
        raise UnreadableInput(
            f"{file} lacks a time axis; it has {', '.join(f'{d} ({n})' for d, n in raw.sizes.items()) or 'no dimension'}; expected a "
            "coordinate with the standard name time, or forecast_reference_time and forecast_period.",
            "Add the time that the fields are valid at.",
        )
    known = [values for name in (valid_name, reference_name) if name is not None for values in [raw[name]]]
    for values in known:
        _require_times(values, file)
    ahead = None if step is None else _as_timedelta(raw[step].reset_coords(drop=True), file)
    valid = raw[valid_name].reset_coords(drop=True) if valid_name is not None else reference + ahead  # type: ignore[operator]
    if reference is None and ahead is not None and bool((ahead > np.timedelta64(0)).any()):
        reference = valid - ahead
    return _axes(raw, valid, reference, valid_name)


def _valid_and_reference(raw: xr.Dataset, step: str | None) -> tuple[str | None, str | None]:
    """Beside `valid_time`, or with a step and without it, plain `time` is the reference: so write cfgrib and others."""
    reference = _named(raw, "forecast_reference_time", _REFERENCES)
    candidates = [name for name in (*_VALID, *_by_standard_name(raw, "time")) if name in raw.variables and name != reference]
    candidates = [name for name in dict.fromkeys(candidates) if raw[name].ndim <= 2 and raw[name].dtype.kind != "S"]
    if not candidates:
        return None, reference
    if reference is None and step is not None and np.any(raw[step].values):
        if len(candidates) > 1 and "valid_time" in candidates:
            return "valid_time", next(name for name in candidates if name != "valid_time")
        if raw[step].dims != raw[candidates[0]].dims or raw[step].ndim == 0:
            return None, candidates[0]
    return candidates[0], reference


def _named(raw: xr.Dataset, standard_name: str, names: tuple[str, ...]) -> str | None:
    return next((name for name in (*_by_standard_name(raw, standard_name), *names) if name in raw.variables), None)


def _by_standard_name(raw: xr.Dataset, standard_name: str) -> list[str]:
    return [str(name) for name, values in raw.variables.items() if values.attrs.get("standard_name") == standard_name]


def _require_times(values: xr.DataArray, file: object) -> None:
    if values.dtype.kind != "M" or values.isnull().any():
        units = values.attrs.get("units", values.encoding.get("units", ""))
        raise UnreadableInput(
            f"{file}: the values of time cannot be read as times: {values.name} begins {np.atleast_1d(values.values)[:1]}, in units "
            f"{str(units)!r}; expected such as 'hours since 1900-01-01' in the standard calendar.",
            "Deliver the file as its source writes it.",
        )


def _as_timedelta(step: xr.DataArray, file: object) -> xr.DataArray:
    if step.dtype.kind == "m":
        return step
    units = str(step.attrs.get("units", step.encoding.get("units", ""))).strip().lower()
    if units not in _STEP_UNITS or step.dtype.kind not in "iuf" or step.isnull().any():
        raise UnreadableInput(
            f"{file}: the step {step.name} is in {units!r}; expected one of {', '.join(_STEP_UNITS)}.", "Correct the units of the step."
        )
    seconds = step.values * (np.timedelta64(1, _STEP_UNITS[units]) / np.timedelta64(1, "s"))  # type: ignore[call-overload]
    return step.copy(data=np.round(seconds).astype("timedelta64[s]").astype("timedelta64[ns]"))


def _axes(raw: xr.Dataset, valid: xr.DataArray, reference: xr.DataArray | None, valid_name: str | None) -> TimeAxes:
    begin, end = _interval(raw, valid_name)
    times = valid.dt.round("s")
    if begin is not None and end is not None and not (times == times.dt.floor("h")).any():
        times = end  # an hour's mean may be marked by its middle
    never = xr.full_like(times, np.datetime64("NaT", "ns"))
    whole = xr.broadcast(times, never if reference is None else reference.dt.round("s"), never if begin is None else begin)
    dims = _runs_first(tuple(map(str, whole[0].dims)), reference)
    valid_times, init, begins = (np.atleast_1d(values.transpose(*dims).values.astype("datetime64[ns]")) for values in whole)
    return TimeAxes(dims or ("time",), valid_times, init, begins)


def _runs_first(dims: tuple[str, ...], reference: xr.DataArray | None) -> tuple[str, ...]:
    along_runs = () if reference is None else tuple(map(str, reference.dims))
    return tuple(sorted(dims, key=lambda dim: dim not in along_runs)) if len(dims) == 2 else dims


def _interval(raw: xr.Dataset, valid_name: str | None) -> tuple[xr.DataArray | None, xr.DataArray | None]:
    """Beginning and end of what each time stands for, where the file gives bounds."""
    if valid_name is None:
        return None, None
    name = raw[valid_name].attrs.get("bounds", raw[valid_name].encoding.get("bounds"))
    if name not in raw.variables or raw[name].dtype.kind != "M" or raw[name].ndim != raw[valid_name].ndim + 1:
        return None, None
    bounds = raw[name].reset_coords(drop=True).dt.round("s")
    return bounds[..., 0], bounds[..., 1]
