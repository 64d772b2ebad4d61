"""How strongly each source region emits, learnt from past observations through the transport model itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEAST_PAIRS = 48  # hours at stations
BLOCK_HOURS = 24  # an hour's departure says more of the hour than of the emission
LEAST_DAYS_OF_A_SEASON = 15
BACKGROUND_QUANTILE = 0.05
PRIOR_SPREAD = 0.7  # of a region's strength about that of all regions
SEASONAL_SPREAD = 0.35  # of a season's about the year's
BACKGROUND_SPREAD = 1.0  # of what flows in over an edge, in what is observed on the mean: beyond it may lie air like that within
LEAST_ERROR = 0.3  # of the mean of what is observed; a model of this kind errs by more on any day
FURTHEST = 10.0  # a strength lies within this factor of the first guess
SEASONS = ("DJF", "MAM", "JJA", "SON")


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """What each region's emission, and the air that comes over the edges, has to be multiplied by.

    values      (season, region + side), the last what flows in over the edge of each side, in µg m-3
    covariance  (season, region + side, region + side) of their uncertainty
    days        (season,) days of observations behind them
    first_guess what every region's would be if all were alike
    """

    values: Array
    covariance: Array
    days: Index
    first_guess: float

    def of_season(self, season: Index) -> Array:
        """(…, region + side) for the seasons with these indices."""
        return self.values[season]


def season_of(times: NDArray[np.datetime64]) -> Index:
    """Index into `SEASONS` of each time: December, January and February are 0."""
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    return np.asarray((month + 1) % 12 // 3, dtype=np.int64)


def fit_strengths(parts: Array, observed: Array, times: NDArray[np.datetime64], sides: int) -> Strengths | None:
    """The strengths with which the parts of regions and edges, carried with a strength of 1, best sum to what was observed.

    parts     (time, station, region + side) µg m-3, the last `sides` of them of the edges; NaN where the model does not know
    observed  (time, station) µg m-3, NaN where nothing was known

    Daily means are fitted by least squares, drawn towards a first guess in which all regions are alike (Tikhonov regularisation with the
    prior spreads above as its weights; the errors of days and stations that go together count once). A season is drawn towards the
    whole. None with fewer than `LEAST_PAIRS` pairs, or where the model carries nothing to the stations.
    """
    both = ~(np.isnan(parts).any(axis=2) | np.isnan(observed))
    regions = parts.shape[2] - sides
    own = parts[..., :regions].sum(axis=2)
    if both.sum() < LEAST_PAIRS or not own[both].mean() > 0.0:
        return None
    background = float(np.quantile(observed[both], BACKGROUND_QUANTILE))
    first_guess = max(float((observed[both].mean() - background) / own[both].mean()), 1e-6)
    days = _Days.of(parts, observed, both, times)
    centre = np.repeat([first_guess, background], [regions, sides])
    spread = np.repeat([PRIOR_SPREAD * first_guess, BACKGROUND_SPREAD * float(observed[both].mean())], [regions, sides])
    whole = days.fitted(centre, spread)
    seasons = [_of_season(days.in_season(season), *whole) for season in range(len(SEASONS))]
    counts = np.array([days.in_season(season).count for season in range(len(SEASONS))])
    return Strengths(np.stack([s[0] for s in seasons]), np.stack([s[1] for s in seasons]), counts, first_guess)


def _of_season(days: "_Days", centre: Array, covariance: Array) -> tuple[Array, Array]:
    if days.count < LEAST_DAYS_OF_A_SEASON:
        return centre, covariance
    return days.fitted(centre, SEASONAL_SPREAD * centre + np.sqrt(np.diag(covariance)))


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Daily means: `parts` (day, station, region + side) and `observed` (day, station), NaN where a day has too few hours."""

    parts: Array
    observed: Array
    season: Index

    @classmethod
    def of(cls, parts: Array, observed: Array, both: NDArray[np.bool_], times: NDArray[np.datetime64]) -> "_Days":
        block = (times - times[0]) // np.timedelta64(BLOCK_HOURS, "h")
        starts = np.flatnonzero(np.diff(block, prepend=-1))
        hours = np.add.reduceat(both.astype(np.float64), starts, axis=0)
        enough = hours >= BLOCK_HOURS / 4
        divisor = np.where(enough, np.maximum(hours, 1.0), np.nan)
        mean_parts = np.add.reduceat(np.where(both[..., None], parts, 0.0), starts, axis=0) / divisor[..., None]
        mean_observed = np.add.reduceat(np.where(both, observed, 0.0), starts, axis=0) / divisor
        return cls(mean_parts, mean_observed, season_of(times[starts]))

    @property
    def count(self) -> int:
        """Days of which something was observed."""
        return int((~np.isnan(self.observed)).any(axis=1).sum())

    def in_season(self, season: int) -> "_Days":
        """Those of one season."""
        there = self.season == season
        return _Days(self.parts[there], self.observed[there], self.season[there])

    def fitted(self, centre: Array, spread: Array) -> tuple[Array, Array]:
        """Strengths and their covariance, with prior `centre` and `spread`."""
        known = ~np.isnan(self.observed)
        if not known.any():
            return centre, np.diag(spread**2)
        design, target = self.parts[known], self.observed[known]
        strengths = centre
        for _ in range(2):  # the error of observations is first that of the first guess
            noise = self._noise(self.observed - self.parts @ strengths)
            system = np.vstack([design / noise, np.diag(1.0 / spread)])
            goal = np.append(target / noise, centre / spread)
            strengths = lsq_linear(system, goal, bounds=(centre / FURTHEST, np.maximum(centre, spread) * FURTHEST)).x
        covariance = np.linalg.inv(design.T @ design / noise**2 + np.diag(spread**-2.0))
        return strengths, np.asarray(covariance, dtype=np.float64)

    def _noise(self, residual: Array) -> float:
        """Standard deviation that makes errors which go together over stations and days count as one."""
        variance = float(np.nanmean(residual**2))
        known = ~np.isnan(residual)
        stations = max(float(known.sum() / max(known.any(axis=1).sum(), 1)), 1.0)
        daily = np.array([row[there].mean() for row, there in zip(residual, known, strict=True) if there.any()])
        over_stations = np.clip(stations * float((daily**2).mean()) / max(variance, 1e-9), 1.0, stations)
        lagged = float(np.mean(daily[1:] * daily[:-1])) / max(float((daily**2).mean()), 1e-9) if daily.size > 2 else 0.0
        over_days = (1.0 + np.clip(lagged, 0.0, 0.7)) / (1.0 - np.clip(lagged, 0.0, 0.7))
        least = (LEAST_ERROR * float(np.nanmean(self.observed))) ** 2
        return float(np.sqrt(max(variance, least, 1.0) * over_stations * over_days))
