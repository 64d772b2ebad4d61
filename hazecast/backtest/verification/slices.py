"""The parts of a backtest that are scored by themselves: by lead time, season, hour, level, and how high it was or was said to be."""

import itertools
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.scores import LEAD_GROUPS
from hazecast.backtest.verification.local_time import SEASONS, local, season_and_hour, valid_times
from hazecast.backtest.verification.ordered import levels_in
from hazecast.backtest.verification.pairs import Pairs
from hazecast.backtest.verification.terms import Terms
from hazecast.records import Level

Codes = NDArray[np.int64]
HIGH = 115.0  # µg m-3; above it a warning may be due
FACTORS = ("lead", "season", "hour", "level", "observed", "forecast")
CROSSED = ("lead, season", "lead, level", "lead, observed", "lead, forecast")
KINDS = ("all", *FACTORS, *CROSSED)
ANY, UNKNOWN = -2, -1


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """Each slice by its `kind`, its label in `names`, and the codes (slice, factor) that a pair of it has; ANY where all belong."""

    kind: tuple[str, ...]
    names: tuple[str, ...]
    codes: Codes
    lead_groups: tuple[tuple[int, int], ...]
    levels: tuple[Level, ...]

    def __len__(self) -> int:
        return len(self.kind)

    def factors(self, pairs: Pairs) -> Codes:
        """The code of every factor of every pair, (cycle × station × lead, factor); UNKNOWN where it is not known."""
        season, hour = season_and_hour(pairs.local_times)
        high = [np.where(np.isnan(v), UNKNOWN, v > HIGH) for v in (pairs.observed, pairs.values[0])]
        level = np.where(pairs.observed_level == Level.UNKNOWN, UNKNOWN, np.searchsorted(self.levels, pairs.observed_level))
        by_pair = (self.lead_group(pairs.lead)[None, None, :], season[:, None, :], hour[:, None, :], level, *high)
        return np.stack([np.broadcast_to(code, pairs.observed.shape).ravel() for code in by_pair], axis=-1).astype(np.int64)

    def lead_group(self, lead: Codes) -> Codes:
        """The place of each lead time in `lead_groups`, UNKNOWN beyond them."""
        inside = [(lead >= first) & (lead <= last) for first, last in self.lead_groups]
        return np.asarray(np.select(inside, list(range(len(inside))), UNKNOWN))

    def holding(self, codes: Codes) -> NDArray[np.bool_]:
        """Which slices (slice, row) the rows of `codes` (row, factor) belong to."""
        return np.asarray(((self.codes[:, None, :] == ANY) | (self.codes[:, None, :] == codes)).all(axis=-1))


def slices_for(forecasts: xr.Dataset, terms: Terms) -> Slices:
    """All slices that the cycles and leads of a backtest can have pairs in."""
    lead = forecasts["lead_time"].values.astype(np.int64)
    season, hour = season_and_hour(local(valid_times(forecasts), terms.time_zone))
    groups = lead_groups(lead)
    levels = levels_in(terms.edition)
    sides = [(0, f"up to {HIGH:g}"), (1, f"above {HIGH:g}")]
    labelled: dict[str, list[tuple[int, str]]] = {
        "lead": [(i, f"{first}-{last}") for i, (first, last) in enumerate(groups)],
        "season": [(i, SEASONS[i]) for i in np.unique(season).tolist()],
        "hour": [(i, f"{i:02d}") for i in np.unique(hour).tolist()],
        "level": [(i, level.name.lower()) for i, level in enumerate(levels)],
        "observed": sides,
        "forecast": sides,
    }
    found = [("all", "all", (ANY,) * len(FACTORS))]
    for kind in KINDS[1:]:
        factors = kind.split(", ")
        for chosen in itertools.product(*(labelled[f] for f in factors)):
            code = dict(zip(factors, (c for c, _ in chosen), strict=True))
            found.append((kind, " / ".join(label for _, label in chosen), tuple(code.get(f, ANY) for f in FACTORS)))
    kinds, names, codes = zip(*found, strict=True)
    return Slices(kinds, names, np.array(codes, dtype=np.int64), groups, levels)


def lead_groups(lead: Codes) -> tuple[tuple[int, int], ...]:
    """The groups of lead times in hours that there are, the last one ending with the longest lead."""
    longest = int(lead.max())
    return tuple((first, min(last, longest)) for first, last in LEAD_GROUPS if ((lead >= first) & (lead <= last)).any())
