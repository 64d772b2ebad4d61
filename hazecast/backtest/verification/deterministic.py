"""How far a forecast lies from what was observed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scores.continuous import mae, mse

from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Pairs
from hazecast.backtest.verification.statistic import Scored, Sums, named, only, ratio, rows
from hazecast.backtest.verification.terms import FORECAST, PERSISTENCE

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Deterministic:
    """One forecast's errors, and hazecast's on the same pairs, so that skill never compares different ones."""

    forecast: str

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics."""
        return ("n", "f", "y", "ff", "yy", "fy", "absolute", "square", "within_two", "hazecast_square")

    def statistics(self, pairs: Pairs, comparison: Comparison) -> Array:
        """Of every pair."""
        f, y = pairs.values[pairs.forecasts.index(self.forecast)].ravel(), pairs.observed.ravel()
        hazecast = pairs.values[0].ravel()
        columns = (
            np.ones_like(y),
            f,
            y,
            f * f,
            y * y,
            f * y,
            mae(rows(f), rows(y), preserve_dims="all").values,
            mse(rows(f), rows(y), preserve_dims="all").values,
            (f >= 0.5 * y) & (f <= 2.0 * y),
            (hazecast - y) ** 2,
        )
        return only(pairs.counted(self.forecast, comparison), columns)

    def scores(self, sums: Sums) -> tuple[Scored, ...]:
        """Bias, errors, correlation, FAC2 (Chang and Hanna 2004), moments; and hazecast's skill (Murphy 1988) over a baseline."""
        n = sums.of("n")
        f, y, ff, yy, fy = (ratio(sums.of(name), n) for name in ("f", "y", "ff", "yy", "fy"))
        forecast_sd, observed_sd = np.sqrt(np.maximum(ff - f * f, 0.0)), np.sqrt(np.maximum(yy - y * y, 0.0))
        square = ratio(sums.of("square"), n)
        found = (
            ("bias", f - y),
            ("mae", ratio(sums.of("absolute"), n)),
            ("rmse", np.sqrt(square)),
            ("correlation", ratio(fy - f * y, _varying(forecast_sd, f) * _varying(observed_sd, y))),
            ("fac2", ratio(sums.of("within_two"), n)),
            ("observed_mean", y),
            ("forecast_mean", f),
            ("observed_sd", observed_sd),
            ("forecast_sd", forecast_sd),
            ("unbiased_rmse", np.sqrt(np.maximum(square - (f - y) ** 2, 0.0))),
        )
        return (*(Scored(self.forecast, name, "", values) for name, values in found), *self._skill(sums))

    def _skill(self, sums: Sums) -> tuple[Scored, ...]:
        if self.forecast == FORECAST:
            return ()
        of_square = ratio(sums.of("hazecast_square"), sums.of("square"))
        skill = Scored(FORECAST, f"skill_over_{named(self.forecast)}", "", 1.0 - of_square)
        return (skill, Scored(FORECAST, "fairmode_target", "", np.sqrt(of_square))) if self.forecast == PERSISTENCE else (skill,)


def _varying(deviation: Array, mean: Array) -> Array:
    """A standard deviation, NaN where it is no more than what rounding leaves of a constant."""
    return np.where(deviation > 1e-6 * (1.0 + np.abs(mean)), deviation, np.nan)
