"""Editions of the warning standards: data in TOML files beside this module or wherever the settings say, checked when they are read."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from hazecast.errors import SettingsError
from hazecast.warnings.day_editions import HoursOfDayEdition, IndexEdition
from hazecast.warnings.hourly_edition import HourlyEdition

Edition = HourlyEdition | IndexEdition | HoursOfDayEdition
_edition: TypeAdapter[Edition] = TypeAdapter(Annotated[Edition, Field(discriminator="kind")])


def known_editions() -> tuple[str, ...]:
    """Names of the editions that come with hazecast."""
    files = (resources.files("hazecast.warnings") / "editions").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def load_edition(name: str) -> Edition:
    """The edition of that name, or in the file of that path if it ends in .toml.

    Raises SettingsError for a name that is not known, a file that cannot be read, or an edition that is not right.
    """
    if name.endswith(".toml"):
        return _from_file(Path(name))
    return _of_the_house(name)


def load_hourly_edition(name: str) -> HourlyEdition:
    """The same, for what counts hours; raises SettingsError for an edition that decides on days."""
    edition = load_edition(name)
    if not isinstance(edition, HourlyEdition):
        raise SettingsError(
            f"The edition {edition.name!r} decides on days, not on hours: its levels cannot be counted hour by hour.",
            "Set warnings.edition to an hourly one, such as cma-haze-2013, to verify levels.",
        )
    return edition


def read_edition(name: str, text: str) -> Edition:
    """An edition from its TOML text; raises SettingsError unless it is whole, monotone and called `name`."""
    try:
        content = tomllib.loads(text)
        edition = _edition.validate_python({"kind": "hourly"} | content)
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        reason = _told(wrong.errors()[0]) if isinstance(wrong, ValidationError) else str(wrong)
        raise SettingsError(f"The edition {name!r} of the warning standards is not right: {reason}.", "Mend its file.") from wrong
    if edition.name != name:
        raise SettingsError(f"The edition in the file {name}.toml calls itself {edition.name!r}.", "Give both one name.")
    return edition


@cache
def _of_the_house(name: str) -> Edition:
    if name not in known_editions():
        raise SettingsError(
            f"There is no edition {name!r} of the warning standards.",
            f"Choose one of: {', '.join(known_editions())}; or give the path of a .toml file.",
        )
    return read_edition(name, (resources.files("hazecast.warnings") / "editions" / f"{name}.toml").read_text(encoding="utf-8"))


def _from_file(file: Path) -> Edition:
    if file.stem in known_editions():
        raise SettingsError(f"{file} has the name of an edition that comes with hazecast.", "Give your own another name.")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SettingsError(f"The edition {file} cannot be read: {unreadable}.", "Correct warnings.edition.") from unreadable
    return read_edition(file.stem, text)


def _told(error: object) -> str:
    """Where and what, without pydantic's own names for kinds of editions."""
    where = [str(part) for part in error["loc"] if part not in ("hourly", "index", "hours-of-day")]  # type: ignore[index]
    return f"{'.'.join(where)}: {error['msg']}" if where else str(error["msg"])  # type: ignore[index]
