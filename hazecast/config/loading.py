"""The settings file, read; and the same settings with one thing changed."""

import reprlib
import tomllib
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from hazecast.config.content import OWN_EDITION
from hazecast.config.delivery import rooted
from hazecast.config.inputs import EmissionSettings
from hazecast.config.settings import Settings
from hazecast.config.site import SiteSettings
from hazecast.errors import SettingsError

MOST_BYTES = 1 << 24
_FAULTS = MappingProxyType(
    {"extra_forbidden": "there is no such setting", "missing": "this setting is lacking", "path_type": "a path was expected, in quotes"}
)


def load_settings(file: Path) -> Settings:
    """Read a settings file; relative paths in it are relative to the file.

    Raises SettingsError for a file that is absent, is not TOML, or holds an unknown key or a value out of range.
    """
    try:
        table = tomllib.loads(_text(file))
    except FileNotFoundError as absent:
        raise SettingsError(f"There is no settings file {file}.", "Write one with `hazecast init`.") from absent
    except OSError as refused:
        raise SettingsError(f"{file} cannot be read: {refused.strerror}.", "Name a settings file that you may read.") from refused
    except (ValueError, RecursionError, MemoryError) as broken:
        raise SettingsError(f"{file} is not TOML: {broken!s:.300}.", "Mend it there, or write one with `hazecast init`.") from broken
    try:
        settings = Settings.model_validate(table)
    except ValidationError as invalid:
        raise SettingsError(
            f"{file}: {_first_fault(invalid)}.", "Mend it; `hazecast init` writes every setting with its comment."
        ) from invalid
    return _resolved(settings, file.resolve().parent)


def with_forecaster(settings: Settings, name: str) -> Settings:
    """The same settings, by which somebody answers for the bulletins; raises SettingsError for what is no name."""
    try:
        site = SiteSettings.model_validate({**dict(settings.site), "forecaster": name})
    except ValidationError as invalid:
        raise SettingsError(f"--forecaster: {_first_fault(invalid)}.", "Give a name in one line of 80 characters at most.") from invalid
    return settings.model_copy(update={"site": site})


def looking_back(settings: Settings, days: int) -> Settings:
    """The same settings with a history of no more than so many days."""
    history = min(days, settings.forecast.history_days)
    return settings.model_copy(update={"forecast": settings.forecast.model_copy(update={"history_days": history})})


def _text(file: Path) -> str:
    """Raises ValueError for what is no file or too large: a pipe would be waited for, and a device has no end."""
    if file.exists() and not file.is_dir() and not (file.is_file() and file.stat().st_size <= MOST_BYTES):
        raise ValueError(f"it is no file of {MOST_BYTES:,} bytes at most")
    return file.read_text(encoding="utf-8")


def _first_fault(invalid: ValidationError) -> str:
    """The key, what was expected and what was found, of the first fault; and how many more there are."""
    faults = sorted(invalid.errors(), key=lambda fault: fault["type"] != "extra_forbidden")  # a slip in a name makes two
    first, others = faults[0], len(faults) - 1
    key = ".".join(str(p)[:100] for p in first["loc"] if p != "[key]")
    said = _FAULTS.get(first["type"], first["msg"].removeprefix("Value error, "))
    value = reprlib.repr(first["input"]) if isinstance(first["input"], dict) else repr(first["input"])
    found = (
        f" (found {value})"
        if key and not isinstance(first["input"], dict) and not (isinstance(first["input"], str) and value in said)
        else ""
    )
    more = f", and {others} more" if others else ""
    return f"{f'{key}: ' if key else ''}{said[:1].lower()}{said[1:]}{found}{more}"


def _resolved(settings: Settings, folder: Path) -> Settings:
    weather, base, edition = settings.meteorology.path, settings.base_forecast.path, settings.warnings.edition
    own_edition, backtest = str(folder / edition) if edition.endswith(OWN_EDITION) else edition, settings.warnings.backtest
    return settings.model_copy(
        update={
            "meteorology": settings.meteorology.model_copy(update={"path": weather and folder / weather}),
            "observations": settings.observations.model_copy(update={"path": folder / settings.observations.path}),
            "emissions": EmissionSettings(**{key: path and folder / path for key, path in settings.emissions}),
            "base_forecast": settings.base_forecast.model_copy(update={"path": base and folder / base}),
            "backup": rooted(settings.backup, folder),
            "desk": rooted(settings.desk, folder),
            "signing": rooted(settings.signing, folder),
            "warnings": settings.warnings.model_copy(update={"edition": own_edition, "backtest": backtest and folder / backtest}),
            "output": rooted(settings.output, folder),
            "areas": tuple(rooted(area, folder) for area in settings.areas),
            "sources": tuple(rooted(source, folder) for source in settings.sources),
            "channels": {name: rooted(channel, folder) for name, channel in settings.channels.items()},
        }
    )
