"""Ways in which NetCDF and Zarr can be wrong that only who knows variables and dimensions can think of."""

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from tests.mutations import Mutation

ODD_UNITS = ("", "knots", "furlong per fortnight", "../../x", "K" * 100_000, "1e999 m", "%s%n", "m s-1\x00", "days since 2019-99-99", "京")
PATH_NAME = "..%2f..%2fetc%2fpasswd"
ABSURD = 2**31 - 2
CHUNK = 1 << 13
BOMB_BYTES = 300_000_000
Write = Callable[[xr.Dataset, Path], None]


def as_netcdf(format: str) -> Write:
    def write(data: xr.Dataset, file: Path) -> None:
        file.unlink()
        data.to_netcdf(file, format=format)  # type: ignore[call-overload]

    return write


def as_zarr(data: xr.Dataset, folder: Path) -> None:
    shutil.rmtree(folder)
    data.drop_encoding().to_zarr(folder, mode="w", consolidated=False)


def mutations_of_dataset(good: xr.Dataset, write: Write) -> Iterator[Mutation]:
    """Types, dimensions, missing values, sizes, units and names that are other than they should be; `good` is undecoded.

    What a file says of itself consistently is believed: numbers of another type are those numbers.
    """

    def other(name: str, change: Callable[[xr.Dataset], xr.Dataset], may_differ: bool = False) -> Mutation:
        def make(file: Path) -> Path:
            write(change(good.copy(deep=True)), file)
            return file

        return Mutation(name, make, may_differ)

    fields = [str(name) for name in good.data_vars if good[name].ndim >= 2][:1] or [str(name) for name in good.data_vars][-1:]
    axes = [str(name) for name in good.variables if good[name].ndim == 1 and good[name].dtype.kind in "iuf"][:3]
    for name in [*fields, *axes]:
        yield other(f"{name} as text", lambda d, n=name: _with(d, n, d[n].astype(str)))  # type: ignore[misc]
        yield other(f"{name} as letters", lambda d, n=name: _with(d, n, xr.full_like(d[n], b"x", dtype="S1")))  # type: ignore[misc]
        yield other(f"{name} in a byte", lambda d, n=name: _with(d, n, _cast(d[n], "i1")), may_differ=True)  # type: ignore[misc]
        yield other(f"{name} in whole numbers", lambda d, n=name: _with(d, n, _cast(d[n], "i4")), may_differ=True)  # type: ignore[misc]
        yield other(f"{name} in 32 bits", lambda d, n=name: _with(d, n, _cast(d[n], "f4")), may_differ=True)  # type: ignore[misc]
        yield other(f"{name} all NaN", lambda d, n=name: _with(d, n, d[n].astype("f8") * np.nan))  # type: ignore[misc]
        yield other(f"{name} half NaN", lambda d, n=name: _with(d, n, _half_nan(d[n])))  # type: ignore[misc]
        yield other(f"{name} all infinite", lambda d, n=name: _with(d, n, d[n].astype("f8") * np.nan + np.inf))  # type: ignore[misc]
        yield other(f"{name} all 1e300", lambda d, n=name: _with(d, n, xr.full_like(d[n], 1e300, dtype="f8")))  # type: ignore[misc]
        yield other(f"{name} all zero", lambda d, n=name: _with(d, n, d[n] * 0), may_differ=True)  # type: ignore[misc]
        yield other(f"{name} all the fill value", lambda d, n=name: _with(d, n, xr.full_like(d[n], 9.96921e36, dtype="f8")))  # type: ignore[misc]
        yield other(f"{name} lacking", lambda d, n=name: d.drop_vars(n), may_differ=True)  # type: ignore[misc]
        yield other(f"{name} a single number", lambda d, n=name: _with(d, n, d[n].isel(dict.fromkeys(d[n].dims, 0), drop=True)))  # type: ignore[misc]
        yield other(f"{name} named as a path", lambda d, n=name: d.rename_vars({n: PATH_NAME}), may_differ=True)  # type: ignore[misc]
        for units in ODD_UNITS[:: 1 if name in (fields[0], axes[-1]) else 4]:
            yield other(f"{name} in {units[:20]!r}", lambda d, n=name, u=units: _with(d, n, d[n].assign_attrs(units=u)), may_differ=True)  # type: ignore[misc]
        for key, value in (("scale_factor", 0.0), ("scale_factor", np.nan), ("add_offset", 1e300), ("_FillValue", 0.0), ("missing_value", "x"), ("coordinates", "../.. x"), ("calendar", "martian")):  # fmt: skip  # noqa: E501
            yield other(
                f"{name} with {key} {value}", lambda d, n=name, k=key, v=value: _with(d, n, _attributed(d[n], k, v)), may_differ=True
            )  # type: ignore[misc]
    yield from _of_dimensions(good, fields, other)


def _of_dimensions(good: xr.Dataset, fields: list[str], other: Callable[..., Mutation]) -> Iterator[Mutation]:
    dims = [str(dim) for dim in good[fields[0]].dims]
    for dim in dims:
        yield other(f"nothing along {dim}", lambda d, n=dim: d.isel({n: slice(0, 0)}))
        yield other(f"one entry along {dim}", lambda d, n=dim: d.isel({n: slice(0, 1)}))
        yield other(f"{dim} backwards", lambda d, n=dim: d.isel({n: slice(None, None, -1)}))
        yield other(f"{dim} twice", lambda d, n=dim: xr.concat([d, d], n, data_vars="minimal", coords="minimal", compat="override"))
        yield other(f"{dim} shuffled", lambda d, n=dim: d.isel({n: np.random.default_rng(1).permutation(d.sizes[n])}))
        yield other(f"{dim} named as a path", lambda d, n=dim: d.rename({n: PATH_NAME}), may_differ=True)
        yield other(f"{dim} without values", lambda d, n=dim: d.drop_vars(n, errors="ignore"), may_differ=True)
    yield other("dimensions in another order", lambda d: d.transpose(*reversed(dims), ...))
    for one, another in pairwise(dims):
        yield other(f"{one} called {another}", lambda d, a=one, b=another: _swapped(d, a, b), may_differ=True)
    yield other("no variable at all", lambda d: d.drop_vars(list(d.variables)))
    yield other("axes alone", lambda d: d.drop_vars(fields), may_differ=True)
    yield other("a further dimension", lambda d: d.assign({n: d[n].expand_dims(odd=3) for n in fields}))


def mutations_of_size(fields: tuple[str, ...], dim: str) -> Iterator[Mutation]:
    """Of NetCDF-4: sizes that a few bytes claim, and values that unpack to more than any machine has."""
    for size in (10**6, 10**8, ABSURD):
        for what in ((*fields, dim), fields, (dim,)):
            name = f"{' and '.join(what)} along {size} entries of {dim}, none written"
            yield Mutation(name, lambda file, n=size, w=what: _resized(file, dim, n, w))  # type: ignore[misc]


def bombs(field: str, dim: str) -> Iterator[Mutation]:
    """NetCDF-4 whose numbers, all alike, unpack to a thousand times their size."""
    yield Mutation("a zip bomb", lambda file: _resized(file, dim, _entries_of_a_bomb(file, field, dim), (field, dim), filled=True))
    yield Mutation("a zip bomb of an axis", lambda file: _resized(file, dim, 12_000_000, (dim,), filled=True))


def _entries_of_a_bomb(file: Path, field: str, dim: str) -> int:
    with netCDF4.Dataset(file) as good:
        others = [size for size, name in zip(good[field].shape, good[field].dimensions, strict=True) if name != dim]
        return BOMB_BYTES // (good[field].dtype.itemsize * int(np.prod(others)))


def _resized(file: Path, dim: str, size: int, names: tuple[str, ...], filled: bool = False) -> Path:
    """`names` along `size` entries of the dimension in place of what there were, unwritten or packed numbers; all else is left out if it
    runs along that dimension.
    """
    old = file.rename(file.with_name("old"))
    with netCDF4.Dataset(old) as good, netCDF4.Dataset(file, "w") as data:
        for name, dimension in good.dimensions.items():
            data.createDimension(name, size if name == dim else dimension.size)
        for name, was in good.variables.items():
            if dim in was.dimensions and name not in names:
                continue
            chunks = [min(CHUNK, size) if n == dim else good.dimensions[n].size for n in was.dimensions]
            new = data.createVariable(name, was.dtype, was.dimensions, zlib=dim in was.dimensions, complevel=6, chunksizes=chunks or None)
            new.setncatts({key: was.getncattr(key) for key in was.ncattrs() if key != "_FillValue"})
            if dim not in was.dimensions:
                new[...] = was[...]
            elif filled and name == dim:
                new[:] = np.arange(size) if name in names[1:] else np.zeros(size)
            elif filled:
                for begin in range(0, size, CHUNK):
                    new[begin : begin + CHUNK] = 1.0
    old.unlink()
    return file


def _with(data: xr.Dataset, name: str, values: xr.DataArray) -> xr.Dataset:
    """`values` in the place of a variable, which may be an axis."""
    was_axis = name in data.coords
    bare = data.drop_vars(name)
    plain = xr.Variable(values.dims, values.values, values.attrs)
    return bare.assign_coords({name: plain}) if was_axis else bare.assign({name: plain})


def _cast(values: xr.DataArray, dtype: str) -> xr.DataArray:
    with np.errstate(invalid="ignore", over="ignore"):
        return values.astype(dtype)


def _half_nan(values: xr.DataArray) -> xr.DataArray:
    numbers = values.astype("f8").values.copy()
    numbers[: max(1, numbers.shape[0] // 2)] = np.nan
    return values.astype("f8").copy(data=numbers)


def _attributed(values: xr.DataArray, key: str, value: Any) -> xr.DataArray:
    plain = values.drop_attrs().assign_attrs(values.attrs)
    return plain.assign_attrs({key: plain.dtype.type(value) if key == "_FillValue" and plain.dtype.kind in "iuf" else value})


def _swapped(data: xr.Dataset, one: str, another: str) -> xr.Dataset:
    return data.rename({one: "between"}).rename({another: one}).rename({"between": another})
