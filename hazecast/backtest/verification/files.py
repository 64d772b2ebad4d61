"""Scores as files."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import write_dataset
from hazecast.backtest.verification.scoring import Verification
from hazecast.backtest.verification.statistic import named

CSV_FILE, NETCDF_FILE = "scores.csv", "scores.nc"


def write_scores(verification: Verification, folder: Path) -> None:
    """Write `scores.csv`, one row a score, and `scores.nc`, the same rows with the curves; raises OSError when they cannot be."""
    verification.table.to_csv(folder / CSV_FILE, index=False, float_format="%.6g", lineterminator="\n")
    write_dataset(scores_dataset(verification), folder / NETCDF_FILE)


def scores_dataset(verification: Verification) -> xr.Dataset:
    """The table along `row`, the curves, and what was counted and on which terms as attributes.

    A column of words, such as `score`, is `row_score`, the place of each row's word in `score_names`.
    """
    table, counts, terms = verification.table, verification.counts, verification.terms
    rows: dict[str, tuple[str, NDArray[Any]]] = {}
    for name in table.columns:
        if table[name].dtype.kind in "if":
            rows[f"row_{name}"] = ("row", table[name].to_numpy())
        else:
            place, words = pd.factorize(table[name])
            rows |= {f"row_{name}": ("row", place.astype(np.int32)), f"{name}_names": (f"{name}_name", words.to_numpy(dtype=object))}
    return verification.curves.assign(rows).assign_attrs(
        first_cycle=str(np.datetime_as_string(verification.first_cycle, unit="m")),
        last_cycle=str(np.datetime_as_string(verification.last_cycle, unit="m")),
        cycles=verification.cycles,
        possible_pairs=counts.possible,
        pairs_without_observation=counts.not_observed,
        pairs_without_forecast=counts.not_forecast,
        **{f"pairs_without_{named(name)}": n for name, n in zip(counts.forecasts, counts.missing, strict=True)},
        same_pairs=", ".join(verification.comparison.common),
        own_pairs=", ".join(verification.comparison.own),
        edition=terms.edition.name,
        block_days=terms.block_days,
        resamples=terms.resamples,
        confidence=terms.confidence,
        seed=terms.seed,
    )
