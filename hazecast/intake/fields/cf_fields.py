"""Which variables of a CF file hazecast knows, and what each of them is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hazecast.errors import MissingVariable, UnreadableInput
from hazecast.intake.fields.cf_axes import Grid, Levels, grids_in, heights_of, levels_of
from hazecast.intake.fields.cf_lexicon import (
    ALOFT_BY_NAME,
    BY_STANDARD_NAME,
    NEAR_BY_NAME,
    NEAR_GROUND_M,
    WINDS,
    Meaning,
    plain_name,
)
from hazecast.vocabulary import Variable

_OTHER_HEIGHT = re.compile(r"(?<!\d)([2-9]\d|\d{3,})(?!\d)")  # a number in a name that is neither 2 nor 10: u100, wind at 80 m
_EXTREMES = ("maximum", "minimum", "variance", "standard_deviation", "range")
_SAID_OF_EARTH = ("eastward", "northward", "zonal", "meridional")


@dataclass(frozen=True, slots=True)
class Field:
    """A variable of the file by `name`, what it is, and where: near the ground (`levels` None) or aloft.

    `along_grid` is whether it is wind along the grid's own axes; None where the file does not say. `level` is the index of the one
    height that is near the ground, of a field that has several. The lower its `rank`, the surer is what it is.
    """

    name: str
    variable: Variable
    grid: Grid
    levels: Levels | None
    level: tuple[str, int] | None
    along_grid: bool | None
    rank: int


def fields_in(raw: xr.Dataset, file: object) -> tuple[Field, ...]:
    """The known fields of a file, all on the grid that has most of them, each variable near the ground and aloft once.

    Raises MissingVariable where none is known, and UnreadableInput for fields without places, or two that could be one variable.
    """
    grids = grids_in(raw)
    found = [field for name in map(str, raw.data_vars) for field in _meanings(raw, name, grids)]
    if not found:
        _refuse(raw, grids, file)
    by_grid = {grid: [f for f in found if f.grid == grid] for grid in dict.fromkeys(f.grid for f in found)}
    most = max(by_grid.values(), key=len)
    return tuple(_surest(most, file))


def _surest(found: Iterable[Field], file: object) -> Iterator[Field]:
    candidates: dict[str, list[Field]] = {}
    for field in sorted(found, key=lambda f: f.rank):
        candidates.setdefault(field.variable.key, []).append(field)
    for field, *others in candidates.values():
        rivals = [other.name for other in others if other.rank == field.rank and other.name != field.name]
        if rivals:
            raise UnreadableInput(
                f"{file}: both {field.name} and {', '.join(rivals)} could be {field.variable.long_name}; expected one.",
                "Leave one in the file, or give them the coordinate of their height.",
            )
        yield field


def _meanings(raw: xr.Dataset, name: str, grids: tuple[Grid, ...]) -> Iterator[Field]:
    values = raw[name]
    grid = next((g for g in grids if g.dims <= set(map(str, values.dims))), None)
    if grid is None or values.dtype.kind not in "iuf" or _is_extreme(values):
        return
    said = BY_STANDARD_NAME.get(str(values.attrs.get("standard_name", "")).strip())
    levels = levels_of(raw, name, grid)
    along_grid = _along_grid(values, said)
    near = _near(raw, name, said, levels)
    if near is not None:
        variable, level, rank = near
        yield Field(name, variable, grid, None, level, along_grid if variable.key in WINDS else False, rank)
    aloft = said.aloft if said is not None else ALOFT_BY_NAME.get(plain_name(name))
    if aloft is not None and levels is not None and not _is_near_alone(raw, levels, near):
        yield Field(name, aloft, grid, levels, None, along_grid if aloft.key in WINDS else False, 1)


def _near(raw: xr.Dataset, name: str, said: Meaning | None, levels: Levels | None) -> tuple[Variable, tuple[str, int] | None, int] | None:
    """The variable near the ground, the index of its level if it has many, and how sure that is."""
    by_name = NEAR_BY_NAME.get(plain_name(name))
    variable = by_name if by_name is not None else None if said is None else said.near
    if variable is None:
        return None
    lowest, highest = NEAR_GROUND_M.get(variable.key, (-np.inf, np.inf))
    if levels is not None and levels.name in raw[name].dims:
        if levels.kind != "height":
            return None
        heights = np.atleast_1d(raw[levels.name].values)
        there = (heights >= lowest) & (heights <= highest)
        return (variable, (levels.name, int(np.argmin(np.where(there, heights, np.inf)))), 0) if there.any() else None
    heights_named = heights_of(raw, name)
    if any(lowest <= height <= highest for height in heights_named):
        return variable, None, 0
    if heights_named or (levels is not None and levels.kind != "height" and variable.key in NEAR_GROUND_M):
        return None
    if by_name is not None:
        return variable, None, 1
    return None if _names_another_height(raw[name]) else (variable, None, 2)


def _is_near_alone(raw: xr.Dataset, levels: Levels, near: object) -> bool:
    return near is not None and raw[levels.name].size == 1


def _names_another_height(values: xr.DataArray) -> bool:
    return any(_OTHER_HEIGHT.search(str(text)) for text in (values.name, values.attrs.get("long_name", "")))


def _is_extreme(values: xr.DataArray) -> bool:
    said = str(values.attrs.get("cell_methods", "")).lower()
    return any(f": {extreme}" in said for extreme in _EXTREMES)


def _along_grid(values: xr.DataArray, said: Meaning | None) -> bool | None:
    if said is not None and said.along_grid is not None:
        return said.along_grid
    if "GRIB_uvRelativeToGrid" in values.attrs:
        return bool(values.attrs["GRIB_uvRelativeToGrid"])
    long_name = str(values.attrs.get("long_name", "")).lower()
    return False if any(word in long_name for word in _SAID_OF_EARTH) else None


def _refuse(raw: xr.Dataset, grids: tuple[Grid, ...], file: object) -> None:
    known = [str(n) for n, values in raw.data_vars.items() if _could_be_known(str(n), values)]
    if known and not grids:
        mapping = next((str(v.attrs["grid_mapping_name"]) for v in raw.variables.values() if "grid_mapping_name" in v.attrs), "")
        on = f", on the projection {mapping}," if mapping else ""
        raise UnreadableInput(
            f"{file} lacks the axes latitude, longitude{on} and has {', '.join(f'{d} ({n})' for d, n in raw.sizes.items()) or 'none'}; "
            "expected coordinates with the units degrees_north and degrees_east, each along a dimension of its own or both along the "
            "rows and columns.",
            "Add the latitude and longitude of the cells.",
        )
    if known:
        dims = ", ".join(dict.fromkeys(str(dim) for name in known for dim in raw[name].dims)) or "no dimension"
        raise UnreadableInput(
            f"{file}: {', '.join(known)} are along {dims}; expected numbers along those of {grids[0].latitude} and {grids[0].longitude}.",
            "Deliver fields on a grid, not at points.",
        )
    names = ", ".join(map(str, raw.data_vars)) or "none"
    raise MissingVariable(
        f"{file} holds no variable that hazecast knows by its standard name or its name; it has {names}.",
        "Give the variables their CF standard names; see docs/sources.md.",
    )


def _could_be_known(name: str, values: xr.DataArray) -> bool:
    return str(values.attrs.get("standard_name", "")) in BY_STANDARD_NAME or plain_name(name) in {**NEAR_BY_NAME, **ALOFT_BY_NAME}
