"""The way of a CF dataset, however it is stored: what is wanted of it is chosen lazily, loaded, and brought to the vocabulary."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.cf_axes import Grid
from hazecast.intake.fields.cf_fields import Field, fields_in
from hazecast.intake.fields.cf_times import TimeAxes, times_in
from hazecast.intake.fields.cf_translation import translated
from hazecast.intake.fields.curvilinear import require_places, window_of
from hazecast.intake.fields.layout import Part, Wanted, require_axis, rows_and_columns
from hazecast.intake.fields.picking import Index, picked

Choose = Callable[[xr.Dataset], xr.Dataset]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is taken of a file: these fields, at these times, from this grid."""

    fields: tuple[Field, ...]
    times: TimeAxes
    grid: Grid

    @property
    def near(self) -> list[str]:
        """Names of the fields near the ground."""
        return [field.name for field in self.fields if field.levels is None]

    @property
    def aloft(self) -> list[str]:
        """Names of the fields aloft."""
        return [field.name for field in self.fields if field.levels is not None]


def read_cf(file: Path, wanted: Wanted, open_and_choose: Callable[[Choose], xr.Dataset]) -> Part:
    """The hours and the region that are wanted of a CF dataset.

    `open_and_choose` opens the dataset lazily and loads what the function that it is given takes of it. Raises UnreadableInput,
    UnknownUnits or MissingVariable, naming the file.
    """
    plans: list[_Plan] = []

    def choose(raw: xr.Dataset) -> xr.Dataset:
        plans.append(_plan(raw, file))
        return _chosen(raw, plans[0], wanted, file)

    loaded = open_and_choose(choose)
    return translated(loaded, plans[0].fields, plans[0].grid, np.unique(plans[0].times.valid), file)


def _plan(raw: xr.Dataset, file: Path) -> _Plan:
    fields, times = fields_in(raw, file), times_in(raw, file)
    if times.valid.size and not times.full_hours().any():
        raise UnreadableInput(
            f"{file}: no hour is a full one; they begin {str(times.valid.flat[0])[:16]} UTC.", "Deliver the weather of full hours."
        )
    for field in fields:
        _require_plain(raw, field, times, file)
    return _Plan(fields, times, fields[0].grid)


def _require_plain(raw: xr.Dataset, field: Field, times: TimeAxes, file: Path) -> None:
    values = raw[field.name]
    if lacking := [dim for dim in times.dims if dim in raw.dims and dim not in values.dims]:
        raise UnreadableInput(
            f"{file}: {field.name} is along {', '.join(map(str, values.dims))} and not along {', '.join(lacking)}.",
            "Deliver fields that all run along one time axis.",
        )
    known = {*field.grid.dims, *times.dims, field.levels.name if field.levels else "", field.level[0] if field.level else ""}
    for dim, size in values.sizes.items():
        if dim not in known and size != 1:
            raise UnreadableInput(
                f"{file}: {field.name} has {size} entries along {str(dim)!r}; expected one.",
                "Deliver one member and one kind of level a file.",
            )


def _chosen(raw: xr.Dataset, plan: _Plan, wanted: Wanted, file: Path) -> xr.Dataset:
    """Only the cells and hours that are needed; the time and the fields aloft have `_aloft` after their names."""
    rows, columns = _window(raw, plan.grid, wanted, file)
    axes = [plan.grid.latitude, plan.grid.longitude, *(f.levels.name for f in plan.fields if f.levels), *plan.grid.dims]
    cells = {plan.grid.rows: rows, plan.grid.columns: columns}
    placed = picked(xr.Dataset(coords={a: raw[a].variable for a in axes if a in raw.variables}), **cells)
    known = raw[[*plan.near, *plan.aloft]]
    near = _over_hours(_at_one_level(known[plan.near], plan.fields), plan.times, wanted.hours_of(plan.times.valid), wanted, cells)
    aloft = _over_hours(known[plan.aloft], plan.times, wanted.hours_aloft_of(plan.times.valid), wanted, cells)
    high = {f"{name}_aloft": values for name, values in aloft.rename_dims(time="time_aloft").variables.items()}
    return xr.Dataset({**near.variables, **high}, {axis: placed[axis].variable for axis in axes if axis in placed.variables})


_STAMPS: tuple[Hashable, ...] = ("time", "init_time", "begin")


def _window(raw: xr.Dataset, grid: Grid, wanted: Wanted, file: Path) -> tuple[Index, Index]:
    if raw[grid.latitude].ndim == 2:
        latitude, longitude = (raw[n].transpose(grid.rows, grid.columns).values.astype(np.float64) for n in (grid.latitude, grid.longitude))
        require_places(file, latitude, longitude)
        return window_of(latitude, longitude, wanted.box)
    require_axis(file, grid.latitude, raw[grid.latitude].values, 90.0)
    require_axis(file, grid.longitude, raw[grid.longitude].values, 360.0)
    return rows_and_columns(raw[grid.latitude].values.astype(np.float64), raw[grid.longitude].values.astype(np.float64), wanted.box)


def _at_one_level(data: xr.Dataset, fields: tuple[Field, ...]) -> xr.Dataset:
    """Fields at several heights at the one near the ground."""
    levelled = {field.name: field.level for field in fields if field.level is not None}
    return data.assign({name: data[name].isel({dim: index}, drop=True) for name, (dim, index) in levelled.items()})


def _over_hours(data: xr.Dataset, times: TimeAxes, hours: NDArray[np.bool_], wanted: Wanted, cells: Mapping[str, Index]) -> xr.Dataset:
    """The bare fields in those cells along one dimension `time`, whatever axes the file has, with time, init_time and begin."""
    bare = data.drop_vars(list(data.coords))
    whole = bare.expand_dims({dim: 1 for dim in times.dims if dim not in bare.dims})
    pieces = [_piece(whole, times, indices, cells) for indices in times.needed(hours, wanted)]
    return pieces[0] if len(pieces) == 1 else xr.concat(pieces, "time")


def _piece(data: xr.Dataset, times: TimeAxes, indices: tuple[NDArray[np.int64], ...], cells: Mapping[str, Index]) -> xr.Dataset:
    *run, along = times.dims
    piece = picked(data, **dict(zip(times.dims, indices, strict=True)), **cells)
    piece = piece.squeeze([dim for dim in run if dim in piece.dims])
    named = piece.rename_dims({along: "time"}) if along in piece.dims and along != "time" else piece
    stamps = zip(_STAMPS, (times.valid, times.init, times.begin), strict=True)
    return named.assign({name: ("time", values[np.ix_(*indices)].ravel()) for name, values in stamps})
