"""The values of the fields taken from a GRIB file, decoded, turned to the Earth, and in the units of the vocabulary."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import UnreadableInput
from hazecast.intake.fields import dew_point
from hazecast.intake.fields.conversion import converted
from hazecast.intake.fields.curvilinear import Heading
from hazecast.intake.fields.grib_choice import Choice
from hazecast.intake.fields.grib_decoder import DECODER, Question
from hazecast.intake.fields.grib_fields import Field
from hazecast.intake.fields.grib_grids import Grid, grid_of
from hazecast.intake.fields.grib_lexicon import LOG_PRESSURE, NEAR_AIR_TEMPERATURE
from hazecast.intake.fields.layout import Box, level_axis
from hazecast.intake.fields.mixing_ratio import concentration, is_mixing_ratio, no_density
from hazecast.vocabulary import Variable

_WINDS = ((v.EASTWARD_WIND.key, v.NORTHWARD_WIND.key), (v.EASTWARD_WIND_ALOFT.key, v.NORTHWARD_WIND_ALOFT.key))
_VALUES = Question(arrays=("values",))
_HOUR = np.timedelta64(1, "h")
Array = NDArray[np.float64]


class FieldReader:
    """Decodes fields of one file, all on one grid, and cuts `box` out of them."""

    def __init__(self, file: Path, box: Box | None) -> None:
        self.file = file
        self._box = box
        self._grids: dict[bytes, Grid] = {}

    def grid_of(self, field: Field) -> Grid:
        """The grid of a field; raises UnreadableInput where it is another than that of the fields before."""
        section = field.message.grid
        if section not in self._grids:
            grid = grid_of(self.file, field.message, self._box)
            first = next(iter(self._grids.values()), grid)
            if not grid.is_at(first):
                raise UnreadableInput(
                    f"{self.file}: message {field.message.number} is on another grid than those before it.", "Deliver one grid a file."
                )
            self._grids[section] = grid
        return self._grids[section]

    def heading_of(self, fields: Iterable[Field]) -> Heading | None:
        """Which way the wind's first component points; None for east. Raises UnreadableInput where fields differ in that."""
        headings = [self.grid_of(f).heading for f in fields]
        if any((one is None) != (headings[0] is None) for one in headings):
            raise UnreadableInput(
                f"{self.file}: some of its winds point along the grid's axes and some to the east and north.", "Deliver them alike."
            )
        return headings[0] if headings else None

    def values_of(self, field: Field, variable: Variable) -> Array:
        """The wanted cells in the unit of `variable` or, of a sum or mean over time, in its unit times hours."""
        where = f"{self.file}: message {field.message.number}"
        grid = self.grid_of(field)
        with self.file.open("rb") as stream:
            (decoded,) = DECODER.ask(field.message.read(stream), _VALUES, where).arrays
        try:
            cells = grid.of(decoded)
        except ValueError:
            raise UnreadableInput(
                f"{where} has {decoded.size} values on a grid of {grid.order.rows} × {grid.order.columns} cells.",
                "Fetch the file again from where it came.",
            ) from None
        if field.symbol == LOG_PRESSURE:
            return np.exp(cells)
        if is_mixing_ratio(field.units):
            return cells
        numbers = converted(cells, field.units, variable, where)
        hours = (field.valid_time - field.summed_from) / _HOUR if field.is_mean and field.summed_from is not None else 1.0
        return numbers * hours


def read_near_ground(reader: FieldReader, choice: Choice) -> xr.Dataset:
    """The fields near the ground as a Part's surface; raises UnreadableInput and UnknownUnits."""
    values = _turned(reader, choice, _decoded(reader, choice))
    values = _with_concentrations(reader, choice, values)
    temperature, humidity = (values.get(some.key) for some in (v.AIR_TEMPERATURE, v.RELATIVE_HUMIDITY))
    if v.DEW_POINT.key not in values and temperature is not None and humidity is not None:
        values[v.DEW_POINT.key] = dew_point.of_relative_humidity(humidity, temperature)
    return _placed(reader, choice, {key: of for key, of in values.items() if key in v.VARIABLES})


def read_aloft(reader: FieldReader, choice: Choice) -> xr.Dataset:
    """The fields aloft as those of a Part; raises UnreadableInput and UnknownUnits."""
    return _placed(reader, choice, _turned(reader, choice, _decoded(reader, choice)))


def _decoded(reader: FieldReader, choice: Choice) -> dict[str, Array]:
    """By variable: (time, [level,] y, x), NaN where there is no field."""
    rows = {entry: i for i, entry in enumerate(choice.entries)}
    floors = {level: i for i, level in enumerate(choice.levels)}
    values: dict[str, Array] = {}
    for (key, entry, level), field in choice.fields.items():
        cells = reader.values_of(field, choice.variables[key])
        shape = (len(rows), *([len(floors)] if floors else []), *cells.shape)
        whole = values.setdefault(key, np.full(shape, np.nan))
        whole[(rows[entry], floors[level]) if floors else rows[entry]] = cells
    return values


def _turned(reader: FieldReader, choice: Choice, values: dict[str, Array]) -> dict[str, Array]:
    """With winds to the east and north; a component without the other is of no use along the axes of a grid, and left out."""
    for eastward, northward in _WINDS:
        winds = [f for key in (eastward, northward) for f in choice.slots_of(key).values()]
        heading = reader.heading_of(winds)
        if heading is None:
            continue
        both = values.pop(eastward, None), values.pop(northward, None)
        if both[0] is not None and both[1] is not None:
            values |= dict(zip((eastward, northward), heading.to_earth(both[0], both[1]), strict=True))
    return values


def _with_concentrations(reader: FieldReader, choice: Choice, values: dict[str, Array]) -> dict[str, Array]:
    """With mixing ratios as mass in a volume of the air at the ground.

    Its pressure is that at the surface or, if that is not in the file, at the level in question; its temperature that at 2 m, or at the
    lowest level.
    """
    for key in [p.key for p in v.POLLUTANTS if p.key in values]:
        variable, fields = choice.variables[key], list(choice.slots_of(key).values())
        if not is_mixing_ratio(fields[0].units):
            continue
        at_level = np.array(fields[0].level) if fields[0].kind == "pressure" else None
        pressure = values.get(v.SURFACE_PRESSURE.key, at_level)
        temperature = values.get(v.AIR_TEMPERATURE.key, values.get(NEAR_AIR_TEMPERATURE.key))
        if pressure is None or temperature is None:
            raise no_density(f"{reader.file}: message {fields[0].message.number}", variable)
        values[key] = concentration(values[key], pressure, temperature, variable)
    return values


def _placed(reader: FieldReader, choice: Choice, values: dict[str, Array]) -> xr.Dataset:
    when = {"time": choice.valid_times, "init_time": ("time", choice.init_times)}
    if not choice.fields:
        return xr.Dataset(coords=when)
    grid = reader.grid_of(next(iter(choice.fields.values())))
    across = grid.dims
    places = {
        name: (across if axis.ndim == 2 else name, axis) for name, axis in (("latitude", grid.latitude), ("longitude", grid.longitude))
    }
    levels = {"level": level_axis(choice.kind, np.array(choice.levels))} if choice.kind != "ground" else {}
    dims = ("time", *levels, *across)
    fields = {key: (dims, numbers, {"units": v.VARIABLES[key].units}) for key, numbers in values.items()}
    return xr.Dataset(fields, coords={**when, **places, **levels})
