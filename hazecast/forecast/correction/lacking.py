"""What an input that lacks does to a row: the named steps between a forecast from everything and none at all."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import FEATURES, Source, columns_of
from hazecast.forecast.series import Rows, Series
from hazecast.records import Rung

Flags = NDArray[np.bool_]
Table = NDArray[np.float32]
Lacking = tuple[Source, ...]

FRESH_WINDOW_HOURS = 6
WEATHER_KEYS = ("eastward_wind", "air_temperature", "relative_humidity")
NOTHING_LACKS: Lacking = ()
STATION_SILENT: Lacking = (Source.STATION,)
NETWORK_SILENT: Lacking = (Source.STATION, Source.NEIGHBOURS)
NO_BASE: Lacking = (Source.BASE,)
NO_WEATHER: Lacking = (Source.WEATHER, Source.BASE)
SHARE_WITHOUT = 0.25  # of the rows are shown without some kind of input, so that its absence is learnt too


def _cases() -> tuple[Lacking, ...]:
    """The fewest lacking kinds first; where neither weather nor any observation is known, climatology takes over."""
    of_air = ((), NO_BASE, NO_WEATHER)
    of_observations = ((), STATION_SILENT, NETWORK_SILENT)
    both = [(*o, *a) for a, o in product(of_air, of_observations) if not (o == NETWORK_SILENT and a == NO_WEATHER)]
    return tuple((*case, *model) for model in ((), (Source.MODEL,)) for case in both)


CASES = _cases()


def rung_of(lacking: Lacking) -> Rung:
    """The step of the ladder on which a value stands that was made without these."""
    if Source.WEATHER in lacking:
        return Rung.WITHOUT_WEATHER
    if Source.STATION in lacking:
        return Rung.WITHOUT_OBSERVATIONS
    return Rung.WITHOUT_BASE if Source.BASE in lacking else Rung.CORRECTED


@dataclass(frozen=True, slots=True, eq=False)
class Absences:
    """For each row whether the kinds of input that can lack do: flags (row,) by source."""

    station: Flags
    neighbours: Flags
    weather: Flags
    base: Flags
    model: Flags

    def within(self, lacking: Lacking) -> Flags:
        """Rows that lack nothing but these (row,)."""
        beyond = np.zeros(self.station.size, dtype=bool)
        for source in (Source.STATION, Source.NEIGHBOURS, Source.WEATHER, Source.BASE, Source.MODEL):
            if source not in lacking:
                beyond |= getattr(self, source.name.lower())
        return ~beyond


def absences(series: Series, rows: Rows) -> Absences:
    """What lacks for each row: no observation within `FRESH_WINDOW_HOURS` before the last that is known, nothing at the valid hour.

    Neighbours lack only where the station does: one that hears itself needs nobody. A model that was never delivered is not missed.
    """
    silent = np.isnan(series.mean("pm25", rows.known, FRESH_WINDOW_HOURS, rows.station))
    alone = np.isnan(series.mean("neighbours", rows.known, FRESH_WINDOW_HOURS, rows.station))
    calm = np.ones(rows.lead.size, dtype=bool)
    for key in WEATHER_KEYS:
        calm &= np.isnan(series.at(key, rows.valid, rows.station))
    base = np.isnan(series.at("base", rows.valid, rows.station))
    model = np.isnan(series.at("model", rows.valid, rows.station)) if "model" in series.values else np.zeros(rows.lead.size, dtype=bool)
    return Absences(silent, silent & alone, calm, base, model)


def without(table: Table, lacking: Lacking) -> Table:
    """A copy of the feature table in which what is made of these is missing."""
    out = table.copy()
    out[:, _columns(lacking)] = np.nan
    return out


def with_some_lacking(table: Table, cases: tuple[Lacking, ...], seed: int) -> Table:
    """A copy in which a share `SHARE_WITHOUT` of the rows, drawn by `seed`, lacks what one of the cases lacks, each as often."""
    out = table.copy()
    drawn = np.random.default_rng(seed + 1).integers(0, round(len(cases) / SHARE_WITHOUT), table.shape[0])
    for i, lacking in enumerate(cases):
        out[np.ix_(np.flatnonzero(drawn == i), _columns(lacking))] = np.nan
    return out


def _columns(lacking: Lacking) -> NDArray[np.int64]:
    mine = np.zeros(len(FEATURES), dtype=bool)
    for source in lacking:
        mine[columns_of(source)] = True
    return np.flatnonzero(mine)
