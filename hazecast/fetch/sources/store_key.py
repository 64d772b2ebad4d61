"""The key of the Copernicus data stores (Climate and Atmosphere): one token for both, found where their own client looks for it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from hazecast.errors import FetchError, SettingsError

KEY_VARIABLES = ("ECMWF_DATASTORES_KEY", "CDSAPI_KEY")
FILE_VARIABLES = ("ECMWF_DATASTORES_RC_FILE", "CDSAPI_RC")
USUAL_FILES = (".ecmwfdatastoresrc", ".cdsapirc", ".adsapirc")
MOST_FILE_BYTES = 2**16
WHERE = "Your token is on your profile page in the store; put the line `key: TOKEN` into ~/.cdsapirc, or name another file with --key-file."


def store_key(file: Path | None, environment: Mapping[str, str] | None = None, home: Path | None = None) -> str:
    """The token: of `file`, or of the environment, or of a file that the environment names, or of the usual ones.

    Raises FetchError where there is none, SettingsError for a file that holds none. Neither repeats what was found.
    """
    environment = os.environ if environment is None else environment
    if file is not None:
        return key_in(file)
    for name in KEY_VARIABLES:
        if environment.get(name, "").strip():
            return _checked(environment[name].strip(), name)
    home = home or Path.home()
    named = [Path(environment[name]).expanduser() for name in FILE_VARIABLES if environment.get(name)]
    for candidate in (*named, *(home / name for name in USUAL_FILES)):
        if candidate.is_file():
            return key_in(candidate)
    raise FetchError("The data store needs a key, and there is none in the environment or in ~/.cdsapirc.", WHERE)


def key_in(file: Path) -> str:
    """The key that a file holds, after `key:` or as its only word; raises SettingsError."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MOST_FILE_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as refused:
        reason = refused.strerror if isinstance(refused, OSError) else "it is no text"
        raise SettingsError(f"The key cannot be read from {file}: {reason}.", WHERE) from None
    lines = re.findall(r"^\s*key\s*:(.*)$", text, re.MULTILINE)
    key = lines[-1] if lines else text
    return _checked(key.strip().strip("'\""), str(file))


def _checked(key: str, place: str) -> str:
    if re.fullmatch(r"\d+:[0-9a-f-]{36}", key):
        raise SettingsError(f"The key in {place} is one of the old store, of the form UID:KEY, which no longer opens anything.", WHERE)
    if not re.fullmatch(r"[\x21-\x7e]{8,400}", key):
        raise SettingsError(f"{place} holds no key: expected one word of 8 to 400 characters.", WHERE)
    return key
