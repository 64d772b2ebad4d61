"""An emission inventory brought into one form, and the way from its layers there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.layout import WHOLE_YEAR, Layer
from hazecast.vocabulary import EMISSION_UNITS, EMITTED, Sector

Array = NDArray[np.float64]
DIMS = ("sector", "month", "latitude", "longitude")
SAME_PLACE_DEGREES = 1e-4
OC_TO_ORGANIC_MATTER = 1.4  # near the source (Turpin and Lim 2001, Aerosol Sci. Technol. 35, 602, give 1.2 to 1.6 for urban)
_REMEDY = "Keep one inventory of one version a folder, each sector once."


@dataclass(frozen=True, slots=True)
class Inventory:
    """Emission in kg m-2 s-1, a variable for each pollutant along `DIMS`, NaN where the inventory has no value.

    `sector` holds values of `Sector`; `month` is 1 to 12 or fewer of them, or `WHOLE_YEAR` alone; latitude and longitude are the
    centres of regular cells, ascending. `year` is that of PM2.5.
    """

    data: xr.Dataset
    year: int

    def __post_init__(self) -> None:
        months = self.data["month"].values.tolist()
        if not months or (months != [WHOLE_YEAR] and not set(months) <= set(range(1, 13))) or months != sorted(set(months)):
            raise ValueError(f"The months are {months}; expected some of 1 to 12, ascending, or {WHOLE_YEAR} alone.")
        if not set(self.data["sector"].values.tolist()) <= {s.value for s in Sector}:
            raise ValueError(f"The sectors are {self.data['sector'].values}; expected some of {', '.join(Sector)}.")
        for axis in ("latitude", "longitude"):
            steps = np.diff(self.data[axis].values)
            if steps.size < 2 or not (steps > 0).all() or not np.allclose(steps, steps.mean(), rtol=0.02, atol=0.0):
                raise ValueError(f"{axis} is {self.data[axis].values}; expected the centres of regular cells, ascending.")
        for name, values in self.data.data_vars.items():
            if name not in EMITTED or values.dims != DIMS or bool((values < 0).any()) or bool(np.isinf(values).any()):
                raise ValueError(f"{name} lies along {values.dims} from {float(values.min())}; expected {DIMS} from 0.")


def inventory_of(layers: Sequence[Layer], year: int) -> Inventory:
    """The sum of `layers` by pollutant, sector and month.

    Raises UnreadableInput where layers hold the same emission twice, where a sector lacks a month that another has, or where they are
    not on one grid.
    """
    _require_one_grid(layers)
    months = sorted({layer.month for layer in layers})
    sectors = [s for s in Sector if any(layer.sector is s for layer in layers)]
    for pollutant in dict.fromkeys(layer.pollutant for layer in layers):
        _require_each_once([layer for layer in layers if layer.pollutant == pollutant], months)
    sums, nothing = _sums(layers), np.full(layers[0].field.shape, np.nan)
    fields = {
        pollutant: (DIMS, np.array([[sums.get((pollutant, s, m), nothing) for m in months] for s in sectors]), {"units": EMISSION_UNITS})
        for pollutant in EMITTED
        if any(layer.pollutant == pollutant for layer in layers)
    }
    places = {axis: layers[0].field[axis].values for axis in ("latitude", "longitude")}
    return Inventory(xr.Dataset(fields, coords={"sector": [s.value for s in sectors], "month": months, **places}), year)


def with_pm25_of_carbon(inventory: Inventory) -> Inventory:
    """Black carbon and the organic matter of organic carbon in place of PM2.5, where the inventory has no other."""
    carbon = inventory.data["bc"] + OC_TO_ORGANIC_MATTER * inventory.data["oc"]
    return Inventory(inventory.data.assign(pm25=carbon.assign_attrs(units=EMISSION_UNITS)), inventory.year)


def _sums(layers: Iterable[Layer]) -> Mapping[tuple[str, Sector, int], Array]:
    """A cell is missing where every layer lacks it."""
    sums: dict[tuple[str, Sector, int], Array] = {}
    for layer in layers:
        key, field = (layer.pollutant, layer.sector, layer.month), layer.field.values.astype(np.float64)
        before = sums.get(key, np.full(field.shape, np.nan))
        sums[key] = np.where(np.isnan(before), field, before + np.nan_to_num(field))
    return sums


def _require_each_once(layers: Sequence[Layer], months: Sequence[int]) -> None:
    pollutant = layers[0].pollutant
    schemes = dict.fromkeys(layer.scheme for layer in layers)
    if len(schemes) > 1:
        examples = ", ".join(next(f"{s} ({layer.source})" for layer in layers if layer.scheme == s) for s in schemes)
        raise UnreadableInput(f"The inventory of {pollutant} is there by several classifications: {examples}.", _REMEDY)
    of_source: dict[str, list[int]] = {}
    for layer in layers:
        of_source.setdefault(layer.source, []).append(layer.month)
    for source, given in of_source.items():
        if len(set(given)) != len(given):
            raise UnreadableInput(f"The inventory of {pollutant} has the sector {source} of one month or year more than once.", _REMEDY)
        if lacking := [m for m in months if m not in given]:
            told = "the mean of the year" if lacking == [WHOLE_YEAR] else f"the months {', '.join(map(str, lacking))}"
            raise UnreadableInput(f"The inventory of {pollutant} lacks {told} for the sector {source}, which others have.", _REMEDY)


def _require_one_grid(layers: Sequence[Layer]) -> None:
    first = layers[0].field
    for layer in layers:
        for axis in ("latitude", "longitude"):
            one, other = first[axis].values, layer.field[axis].values
            if one.shape != other.shape or not np.allclose(one, other, rtol=0.0, atol=SAME_PLACE_DEGREES):
                raise UnreadableInput(
                    f"The inventory of {layer.pollutant}, sector {layer.source}, has {other.size} cells along {axis} from {other[0]:g}, "
                    f"that of {layers[0].pollutant}, {layers[0].source}, {one.size} from {one[0]:g}.",
                    "Keep an inventory of one grid in a folder.",
                )
