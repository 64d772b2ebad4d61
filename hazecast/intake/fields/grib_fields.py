"""What stands in the header of a GRIB message: which quantity, where, when, and of which run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.grib_decoder import DECODER, KeyType, Question
from hazecast.intake.fields.grib_lexicon import (
    LevelKind,
    Quantity,
    level_of,
    may_be_known,
    needs_short_name,
    quantity_of,
)
from hazecast.intake.fields.grib_messages import Message, messages_of
from hazecast.intake.fields.near_ground import is_near_ground

_REMEDY = "Deliver the file as its source writes it."
_NAMES: Mapping[str, KeyType] = MappingProxyType({"shortName": "str", "units": "str"})
_KEYS: Mapping[str, KeyType] = MappingProxyType(
    {
        **dict.fromkeys(("centre", "typeOfLevel", "stepType", "dataType", "stream", "class", "expver"), "str"),
        **dict.fromkeys(("dataDate", "dataTime", "validityDate", "validityTime", "startStep", "endStep"), "int"),
        **dict.fromkeys(("subCentre", "number", "NV", "constituentType", "derivedForecast"), "int"),
        "level": "float",
    }
)
_IN_MINUTES = MappingProxyType({"stepUnits": "m"})
_OF_CODES = Question(_KEYS, (), _IN_MINUTES)
_OF_NAMES = Question(MappingProxyType({**_KEYS, **_NAMES}), (), _IN_MINUTES)

FINAL = "0001"
REANALYSES = frozenset({"ea", "l5", "ei"})
ERA5 = "ea"
MONTHLY = frozenset({"moda", "mnth", "edmo", "edda", "mdfa", "msmm"})
_SUMMED = frozenset({"tp"})  # also where old files of ECMWF call it instantaneous
_SUMMED_UNITS = "J m**-2"
_AMOUNTS = MappingProxyType({"kg m-2 s-1": "kg m-2", "W m-2": "J m-2"})  # what a rate of the code table becomes when it is summed


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a file by what its header says.

    `init_time` is NaT where it is an analysis; `run_time` is when its run began all the same. `summed_from` is the beginning of the
    sum or mean that it is: None for an instant, NaT where the file does not say. `source` tells one model and member from another.
    """

    message: Message
    symbol: str
    units: str
    kind: LevelKind
    level: float
    is_lowest: bool
    counts_downwards: bool
    valid_time: np.datetime64
    run_time: np.datetime64
    init_time: np.datetime64
    summed_from: np.datetime64 | None
    is_mean: bool
    is_final: bool
    source: tuple[str, int, int]


def fields_of(file: Path) -> Iterator[Field]:
    """The fields of a file that hazecast knows, by their headers.

    Raises UnreadableInput for what is not GRIB or damaged, for a time that is none, and for monthly means.
    """
    for message in messages_of(file):
        if may_be_known(message):
            where = f"{file}: message {message.number}"
            question = _OF_NAMES if needs_short_name(message) else _OF_CODES
            field = _field(message, DECODER.ask(message.header, question, where).keys, where)
            if field is not None:
                yield field


def _field(message: Message, keys: Mapping[str, Any], where: str) -> Field | None:
    quantity = quantity_of(message.code, keys.get("shortName", ""), keys.get("centre", ""), keys.get("constituentType"))
    place = None if quantity is None else level_of(quantity, keys.get("typeOfLevel", ""), keys.get("level", np.nan))
    if quantity is None or place is None or keys.get("derivedForecast", 0) not in (0, 1):
        return None
    if keys.get("stream") in MONTHLY:
        raise UnreadableInput(f"{where} is a monthly mean (stream {keys['stream']}); expected hours.", "Deliver hourly fields.")
    units = _units(quantity, keys)
    valid, run = _time(keys, "validity", where), _time(keys, "data", where)
    span = _span(quantity, units, keys, valid)
    if span is None:
        return None
    kind, level = place
    return Field(
        message=message,
        symbol=quantity.symbol,
        units=units,
        kind=kind,
        level=level,
        is_lowest=_is_lowest(keys, level),
        counts_downwards=keys.get("NV", 0) > 0 or keys.get("centre") == "ecmf",
        valid_time=valid,
        run_time=run,
        init_time=np.datetime64("NaT", "ns") if _is_analysis(keys) else run,
        summed_from=span.start,
        is_mean=span.is_mean,
        is_final=keys.get("expver", FINAL) == FINAL,
        source=(str(keys.get("centre", "")), keys.get("subCentre", 0), keys.get("number", 0)),
    )


def _units(quantity: Quantity, keys: Mapping[str, Any]) -> str:
    if quantity.units is None:
        return str(keys.get("units", ""))
    return _AMOUNTS.get(quantity.units, quantity.units) if keys.get("stepType") == "accum" else quantity.units


def _time(keys: Mapping[str, Any], which: str, where: str) -> np.datetime64:
    date, time = keys.get(f"{which}Date"), keys.get(f"{which}Time")
    try:
        hours, minutes = divmod(int(time or 0), 100)
        day = datetime.strptime(f"{date:08d}", "%Y%m%d")
        return np.datetime64(day.replace(hour=hours, minute=minutes), "ns")
    except (TypeError, ValueError):
        raise UnreadableInput(f"{where} is of the date {date} and time {time}; expected such as 20180402 and 1200.", _REMEDY) from None


def _is_analysis(keys: Mapping[str, Any]) -> bool:
    """Also a short forecast by which a reanalysis fills its hours; but not the first step of a run of NCEP, which it calls so."""
    return keys.get("class") in REANALYSES or (keys.get("dataType") == "an" and keys.get("centre") != "kwbc")


def _is_lowest(keys: Mapping[str, Any], level: float) -> bool:
    """The coefficients of the vertical coordinate are two for each boundary of the levels, which count from the top."""
    values = keys.get("NV", 0)
    return level == values / 2 - 1 if values else keys.get("centre") == "ecmf" and is_near_ground("hybrid", level)


@dataclass(frozen=True, slots=True)
class _Span:
    start: np.datetime64 | None
    is_mean: bool = False


def _span(quantity: Quantity, units: str, keys: Mapping[str, Any], valid: np.datetime64) -> _Span | None:
    """Since when a field was summed or averaged; None where it is of no use, such as a maximum or the mean of clouds."""
    statistic = keys.get("stepType")
    of_time = quantity.symbol in ("tp", "rate", "sun")
    is_sum = statistic == "accum" or quantity.symbol in _SUMMED or units == _SUMMED_UNITS
    if not of_time or (statistic == "instant" and not is_sum):
        return _Span(None) if statistic == "instant" and quantity.symbol != "rate" else None
    if statistic not in ("instant", "accum", "avg"):
        return None
    if keys.get("class") == ERA5:
        return _Span(valid - np.timedelta64(1, "h"), statistic == "avg")
    start, end = keys.get("startStep"), keys.get("endStep")
    minutes = end if statistic == "instant" else None if start is None or end is None else end - start
    if not minutes or minutes < 0:
        return _Span(np.datetime64("NaT", "ns")) if keys.get("class") in REANALYSES else None
    return _Span(valid - np.timedelta64(timedelta(minutes=minutes)), statistic == "avg")
