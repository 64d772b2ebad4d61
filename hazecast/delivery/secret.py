"""Secrets: read when they are needed, from where the settings say they are kept, and struck from whatever is written down."""

import os
import re
import stat
from pathlib import Path

from hazecast.config.delivery import SecretSettings
from hazecast.errors import SettingsError

MOST_BYTES = 65536
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def read_secret(secret: SecretSettings) -> str:
    """The secret itself.

    Raises SettingsError when the variable is not set, or the file is not there, is empty, or is open to others than its owner.
    """
    if secret.env is not None:
        value = os.environ.get(secret.env, "")
        if not value:
            raise SettingsError(f"The variable {secret.env} holds no secret.", "Set it where hazecast is started.")
        return value
    assert secret.file is not None
    return _first_line(secret.file)


def require_private(file: Path) -> None:
    """Raise SettingsError unless `file` is a plain file that nobody but its owner may read, and the owner is we or root."""
    try:
        status = file.stat()
    except OSError as absent:
        raise SettingsError(f"The secret {file} cannot be read: {absent.strerror}.", "Put it there, with mode 0600.") from absent
    _require_private(file, status)


def _require_private(file: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
        raise SettingsError(f"The secret {file} is no plain file of {MOST_BYTES:,} bytes at most.", "Name another file.")
    if status.st_mode & 0o077 or status.st_uid not in (0, os.geteuid()):
        raise SettingsError(
            f"The secret {file} has mode {stat.S_IMODE(status.st_mode):04o} and owner {status.st_uid}; others could read or change it.",
            f"Protect it with: chmod 600 {file}, and see that it belongs to the user that hazecast runs as.",
        )


def read_private(file: Path) -> bytes:
    """The whole content of a secret file; raises SettingsError as `require_private`."""
    require_private(file)  # before it is opened: a pipe would be waited for
    with file.open("rb") as opened:
        _require_private(file, os.fstat(opened.fileno()))  # and what was opened is what was looked at
        return opened.read(MOST_BYTES)


def _first_line(file: Path) -> str:
    line = read_private(file).decode("utf-8").partition("\n")[0].rstrip("\r")
    if not line:
        raise SettingsError(f"The secret {file} is empty.", "Write the secret into its first line.")
    return line


def struck(text: str, secrets: tuple[str, ...]) -> str:
    """`text`, of whatever origin, without the secrets, without control characters, in one line of 500 characters at most."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join(_CONTROL.sub(" ", text).split())[:500]
