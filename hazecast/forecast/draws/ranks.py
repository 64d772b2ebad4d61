"""Ranks of templates: which of the draws is the highest at a station and hour, which the next, and so on."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ranks = NDArray[np.int64]


def ranks_of(templates: Array) -> Ranks:
    """The rank (station, lead, template), from 0, of templates (template, station, lead) among each other.

    Equal values are ranked in the order of the templates, at every station and hour alike. A missing value says nothing of its own: it
    takes the mean place of the other stations of its template at the hour, or of the template throughout, or the middle.
    """
    columns = np.ascontiguousarray(np.moveaxis(templates, 0, -1))
    missing = np.isnan(columns)
    if missing.any():
        columns = _filled(columns, missing)
    return _ranked(columns)


def _ranked(columns: Array) -> Ranks:
    order = np.argsort(columns, axis=-1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(order.shape[-1])[None, None], axis=-1)
    return ranks


def _filled(columns: Array, missing: NDArray[np.bool_]) -> Array:
    """Places from 0 to 1 of the values (station, lead, template) among those that are there, gaps filled."""
    present = np.maximum((~missing).sum(axis=-1, keepdims=True), 1)
    places = np.where(missing, np.nan, (_ranked(columns) + 0.5) / present)  # what lacks is sorted to the end
    for along in (0, (0, 1)):
        places = np.where(np.isnan(places), _mean(places, along), places)
    return np.where(np.isnan(places), 0.5, places)


def _mean(places: Array, along: int | tuple[int, int]) -> Array:
    """The mean of what is there, NaN where nothing is."""
    count = (~np.isnan(places)).sum(axis=along, keepdims=True)
    total = np.nansum(places, axis=along, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
