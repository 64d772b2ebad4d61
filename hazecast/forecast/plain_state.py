"""Frozen records as plain values and back, and a hash of what they hold: how a trained model is written, without pickle."""

import dataclasses
import hashlib
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
from sklearn.base import BaseEstimator

from hazecast.forecast.features import Source
from hazecast.forecast.trees import flattened

Plain = Any


def plain(value: Any) -> Plain:
    """A record as nested dictionaries and lists of arrays, numbers, texts and estimators; what a record makes of itself is left out."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
    if isinstance(value, Mapping):
        return [[plain(key), plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Source):
        return value.value
    if isinstance(value, np.datetime64):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


def restored(kind: Any, state: Plain) -> Any:
    """The record of type `kind` that `plain` made this of; raises KeyError, TypeError or ValueError where it did not."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: restored(hints[field.name], state[field.name]) for field in dataclasses.fields(kind) if field.init})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        [inner] = [argument for argument in arguments if argument is not type(None)]
        return None if state is None else restored(inner, state)
    if origin is tuple:
        return tuple(restored(arguments[0], item) for item in state)
    if origin is not None and issubclass(origin, Mapping):
        return types.MappingProxyType({restored(arguments[0], key): restored(arguments[1], item) for key, item in state})
    if kind is np.datetime64:
        return np.datetime64(state)
    return Source(state) if kind is Source else state


def fingerprint(state: Plain) -> str:
    """SHA-256 of plain values, the same whenever and wherever they are written; of an estimator it takes its trees."""
    digest = hashlib.sha256()
    _feed(digest, state)
    return digest.hexdigest()


def _feed(digest: "hashlib._Hash", state: Plain) -> None:
    if isinstance(state, dict):
        for key in sorted(state):
            digest.update(f"{key}=".encode())
            _feed(digest, state[key])
    elif isinstance(state, list):
        digest.update(f"[{len(state)}]".encode())
        for item in state:
            _feed(digest, item)
    elif isinstance(state, np.ndarray):
        digest.update(f"{state.dtype.str}{state.shape}".encode())
        digest.update(np.ascontiguousarray(state).tobytes())
    elif isinstance(state, BaseEstimator):
        _feed(digest, plain(flattened(state)))
    else:
        digest.update(f"{type(state).__name__}:{state!r};".encode())
