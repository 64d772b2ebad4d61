"""Checks that records make when they are born."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import xarray as xr


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; a naive one is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def require_utc(name: str, moment: datetime) -> None:
    """Raise ValueError unless `moment` is aware and in UTC."""
    if moment.utcoffset() != timedelta(0):
        raise ValueError(f"{name} is {moment!r}; it must be aware and in UTC.")


def require_dims(name: str, data: xr.Dataset, dims: Sequence[str]) -> None:
    """Raise ValueError unless `data` has all of `dims`."""
    lacking = [d for d in dims if d not in data.dims]
    if lacking:
        raise ValueError(f"{name} lacks the dimensions {lacking}; it has {list(data.dims)}.")


def require_sources(emissions: xr.Dataset | None, population: xr.Dataset | None) -> None:
    """Raise ValueError unless what there is of them has its dimensions."""
    if emissions is not None:
        require_dims("emissions", emissions, ("sector", "month", "latitude", "longitude"))
    if population is not None:
        require_dims("population", population, ("latitude", "longitude"))


def require_places(name: str, data: xr.Dataset) -> None:
    """Raise ValueError unless `data` has (time, latitude, longitude), or (time, y, x) with the coordinates of both along y and x."""
    on_a_projection = all(name in data.coords and data[name].dims == ("y", "x") for name in ("latitude", "longitude"))
    require_dims(name, data, ("time", "y", "x") if on_a_projection else ("time", "latitude", "longitude"))
