"""How complete and how good series are: counts and, of what is usable, means and maxima that name the number of values behind them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Origin, Reason, Trust, Vetted

HOUR = np.timedelta64(1, "h")
Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Values of one variable at one station, or at all of them: of `expected` ones those that came, by trust.

    `mean` and `highest` are over the `usable` values, in the variable's units, NaN without any; `highest_at` is UTC.
    """

    expected: int
    values: int
    doubtful: int
    rejected: int
    mean: float
    highest: float
    highest_at: np.datetime64 | None

    @property
    def good(self) -> int:
        """Values that nothing speaks against."""
        return self.values - self.doubtful - self.rejected

    @property
    def usable(self) -> int:
        """Values that may be computed with."""
        return self.values - self.rejected

    @property
    def delivered_share(self) -> float:
        """Values over those expected; 0 where none is."""
        return self.values / self.expected if self.expected else 0.0

    @property
    def usable_share(self) -> float:
        """Usable values over those expected; 0 where none is."""
        return self.usable / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often one check spoke against values of a variable, and how many of these are rejected, for this or another reason."""

    key: str
    reason: Reason
    flagged: int
    rejected: int
    stations: int


def expected_hours(times: Times) -> int:
    """How many times there would be from the first to the last, were none lacking."""
    if times.size < 2:
        return int(times.size)
    step = np.sort(np.diff(times))[(times.size - 1) // 2]
    return int((times[-1] - times[0]) / step) + 1


def tally_of_network(vetted: Vetted, key: str) -> Tally:
    """Of all stations that have a value of the variable at all."""
    heard = np.flatnonzero(vetted.raw[key].notnull().any("time").values)
    return _tally(vetted, vetted.usable()[key], key, heard)


def tallies_of_stations(vetted: Vetted, key: str) -> tuple[Tally, ...]:
    """Of each station, in their order."""
    usable = vetted.usable()[key]
    return tuple(_tally(vetted, usable, key, np.array([place])) for place in range(vetted.raw.sizes["station"]))


def _tally(vetted: Vetted, usable: xr.DataArray, key: str, places: NDArray[np.int64]) -> Tally:
    times = vetted.raw["time"].values
    values, trust = usable.values[:, places].astype(np.float64), vetted.trust[key].values[:, places]
    some = bool((~np.isnan(values)).any())
    at = np.unravel_index(np.nanargmax(values), values.shape) if some else None
    return Tally(
        expected=expected_hours(times) * places.size,
        values=int(vetted.raw[key].notnull().values[:, places].sum()),
        doubtful=int((trust == Trust.DOUBTFUL).sum()),
        rejected=int((trust == Trust.REJECTED).sum()),
        mean=float(np.nanmean(values)) if some else float("nan"),
        highest=float(values[at]) if at is not None else float("nan"),
        highest_at=times[at[0]] if at is not None else None,
    )


def reason_counts(vetted: Vetted) -> tuple[ReasonCount, ...]:
    """By variable and reason, those without any value left out."""
    return tuple(_reason_counts(vetted))


def _reason_counts(vetted: Vetted) -> Iterator[ReasonCount]:
    for key in map(str, vetted.raw.data_vars):
        reason, rejected = vetted.reason[key].values, vetted.trust[key].values == Trust.REJECTED
        for why in Reason:
            flagged = (reason & np.uint32(why)) != 0
            if flagged.any():
                yield ReasonCount(key, why, int(flagged.sum()), int((flagged & rejected).sum()), int(flagged.any(axis=0).sum()))


def origin_counts(vetted: Vetted, modelled: xr.Dataset) -> dict[Origin, int]:
    """How many values there are by where they come from; `modelled` are those that came from a model, which no check looks at."""
    counts = dict.fromkeys(Origin, 0)
    for key in vetted.raw.data_vars:
        known = vetted.raw[key].notnull().values
        for origin in Origin:
            counts[origin] += int((vetted.origin[key].values[known] == origin).sum())
    counts[Origin.MODELLED] += sum(int(field.notnull().sum()) for field in modelled.data_vars.values())
    return counts
