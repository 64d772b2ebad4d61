"""What somebody wishes for of a source of data, from the options of `hazecast fetch` and, for what they leave out, a settings file."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hazecast.cli.running import now
from hazecast.cli.times import moment_of
from hazecast.config import Settings, load_settings
from hazecast.errors import SettingsError
from hazecast.fetch.wishes import Box, Period, latest_run
from hazecast.records import Station

if TYPE_CHECKING:
    from datetime import datetime

    from hazecast.fetch.sources.open_meteo import Product

USUAL_HOURS = 96


def _settings(config: Path | None, option: str) -> Settings:
    if config is None:
        raise SettingsError(f"{option} is lacking.", "Give it, or a settings file to take it from, with --config.")
    return load_settings(config)


def period_of(start: str, end: str, config: Path | None) -> Period:
    """From --from to --to; without them the settings' history, up to now."""
    if not end:
        _settings(config, "--to")  # only who has settings means the present by leaving it out
    last = moment_of("--to", end) if end else now().replace(minute=0, second=0, microsecond=0)
    if start:
        return Period(moment_of("--from", start), last)
    return Period(last - timedelta(days=_settings(config, "--from").forecast.history_days), last)


def box_of(text: str, config: Path | None) -> Box:
    """The box that --box gives, or the settings' domain."""
    if not text:
        domain = _settings(config, "--box").domain
        turns = 360.0 if domain.west >= 180.0 else 0.0
        return Box(domain.south, domain.north, domain.west - turns, domain.east - turns)
    try:
        south, north, west, east = (float(edge) for edge in text.split(","))
    except ValueError as wrong:
        raise SettingsError(f"--box is {text!r}; expected four numbers.", "Give it as 36,43,113,120: south, north, west, east.") from wrong
    return Box(south, north, west, east)


def run_of(text: str, every_hours: int, delay_hours: int) -> "datetime":
    """The run that --run gives, or the latest that should be out."""
    return moment_of("--run", text) if text else latest_run(now(), every_hours, delay_hours)


def lead_hours_of(hours: int | None, every: int, config: Path | None) -> tuple[int, ...]:
    """Lead times from 0 to --hours, or else to the settings' horizon, or else to the usual one."""
    if hours is None:
        hours = load_settings(config).forecast.horizon_hours if config else USUAL_HOURS
    return tuple(range(0, hours + 1, every))


def locations_of(numbers: Sequence[int], config: Path | None) -> tuple[int, ...]:
    """The numbers of --location, or the ids of the settings' stations."""
    if numbers:
        return tuple(numbers)
    ids = [station.id for station in _settings(config, "--location").stations]
    if strange := [id for id in ids if not (id.isascii() and id.isdecimal())]:
        raise SettingsError(
            f"The station {strange[0]!r} in {config} has no number of OpenAQ's as its id.",
            "Give the numbers with --location, as often as needed.",
        )
    return tuple(int(id) for id in ids)


def places_of(texts: Sequence[str], config: Path | None) -> tuple[Station, ...]:
    """The places of --place, or the settings' stations."""
    if texts:
        return tuple(_place(text) for text in texts)
    return tuple(Station(s.id, s.name, s.latitude, s.longitude) for s in _settings(config, "--place").stations)


def _place(text: str) -> Station:
    id, _, where = text.rpartition(":")
    try:
        latitude, longitude = (float(number) for number in where.split(","))
        return Station(id, id, latitude, longitude)
    except ValueError as wrong:
        raise SettingsError(f"--place is {text!r}; expected an id and a place on Earth.", "Give it as beijing:39.9,116.4.") from wrong


def product_of(text: str) -> "Product":
    """The product of Open-Meteo that --product names."""
    from hazecast.fetch.sources.open_meteo import Product

    try:
        return Product(text)
    except ValueError as wrong:
        raise SettingsError(f"--product is {text!r}; Open-Meteo has none such.", f"Choose one of {', '.join(Product)}.") from wrong
