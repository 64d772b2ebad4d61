"""The same air on fewer, wider cells, for runs whose number matters more than their detail."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.layers import Air, air_of
from hazecast.forecast.transport.state import State, clean_state
from hazecast.grids.lattice import Lattice
from hazecast.grids.placing import goes_round

Floats = NDArray[np.floating]
ACROSS = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Blocks:
    """Squares of `width` × `width` cells of a lattice, from its south-western corner on; the last ones reach beyond it."""

    lattice: Lattice
    width: int

    @property
    def coarse(self) -> Lattice:
        """The lattice whose cells they are."""
        first = (self.width - 1) / 2.0
        rows, columns = (-(-size // self.width) for size in self.lattice.shape)
        latitude = self.lattice.latitude[0] + self.lattice.spacing_latitude * (first + self.width * np.arange(rows))
        return Lattice(latitude, self.lattice.longitude[0] + self.lattice.spacing_longitude * (first + self.width * np.arange(columns)))

    def mean(self, fields: Floats) -> Floats:
        """Means of fields (…, y, x) in the blocks; beyond the edge they go on as at it. NaN where any of a block's cells is."""
        rows, columns = self.coarse.shape
        beyond = rows * self.width - fields.shape[-2], columns * self.width - fields.shape[-1]
        padded = np.pad(fields, [(0, 0)] * (fields.ndim - 2) + [(0, beyond[0]), (0, beyond[1])], mode="edge")
        return np.asarray(padded.reshape(*fields.shape[:-2], rows, self.width, columns, self.width).mean(axis=(-3, -1)), fields.dtype)


def blocks_of(lattice: Lattice, most_cells: int) -> Blocks:
    """The narrowest blocks of which there are no more than `most_cells`; single cells where the lattice cannot be parted so.

    Round the globe, blocks must meet where they began, and none may reach beyond a pole.
    """
    closed = goes_round(lattice.longitude)
    for width in range(1, min(lattice.shape)):
        rows, columns = (-(-size // width) for size in lattice.shape)
        north = lattice.row_edges[0] + rows * width * lattice.spacing_latitude
        around = columns * width * lattice.spacing_longitude
        if min(rows, columns) < 3:
            break
        if rows * columns <= most_cells and north <= 90.0 and (lattice.longitude.size % width == 0 if closed else around <= 360.0):
            return Blocks(lattice, width)
    return Blocks(lattice, 1)


def coarser(driving: Driving, blocks: Blocks) -> Driving:
    """What drives the model, on the blocks; its weather is in memory then, read hour by hour."""
    if blocks.width == 1:
        return driving
    emission = replace(driving.emission, fields=blocks.mean(driving.emission.fields).astype(np.float64))
    shares = _on_blocks(driving.shares, blocks, blocks.mean(driving.shares.values))
    aloft = None if driving.aloft is None else _coarser_weather(driving.aloft, blocks)
    return Driving(_coarser_weather(driving.weather, blocks), aloft, emission, shares, air_of(blocks.coarse, driving.air.layers))


def coarser_state(state: State, air: Air, blocks: Blocks) -> State:
    """What the air carries, on the blocks of its lattice; a state of its own.

    A block's mixing ratio is the mean of its cells', which hold nearly the same air.
    """
    out = clean_state(air_of(blocks.coarse, air.layers), state.tags, state.pm25.dtype.type)
    for name in ("pm25", "so2", "nox"):
        fields = np.moveaxis(getattr(state, name), 2, 1)  # (layer, tracer, y, x)
        getattr(out, name)[...] = np.moveaxis(blocks.mean(fields), 1, 2)
    return out


def _coarser_weather(weather: xr.Dataset, blocks: Blocks) -> xr.Dataset:
    fields = {}
    for key, field in weather.data_vars.items():
        if not set(ACROSS) <= set(field.dims):
            fields[key] = field
            continue
        ordered = field.transpose("time", ..., *ACROSS)
        hours = [blocks.mean(ordered.isel(time=hour).values) for hour in range(ordered.sizes["time"])]
        fields[key] = _on_blocks(ordered, blocks, np.stack(hours))
    return xr.Dataset(fields, attrs=weather.attrs)


def _on_blocks(field: xr.DataArray, blocks: Blocks, values: Floats) -> xr.DataArray:
    kept = {name: axis for name, axis in field.coords.items() if not set(ACROSS) & set(axis.dims)}
    coarse = blocks.coarse
    return xr.DataArray(values, {**kept, "latitude": coarse.latitude, "longitude": coarse.longitude}, field.dims, attrs=field.attrs)
