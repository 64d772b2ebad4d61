"""Files of one's own that settings name: what is in them makes a forecast as the settings themselves do, wherever they lie."""

import hashlib
from pathlib import Path

OWN_EDITION = ".toml"  # an edition whose name ends so is a file


def content_sha256(file: Path) -> str:
    """Of the bytes of a file; empty where it cannot be read, which whoever needs it says."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
