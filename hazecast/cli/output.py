"""What commands print and write."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from hazecast.errors import SettingsError


def make_folder(folder: Path) -> None:
    """Make `folder` if it is not there; raises SettingsError when that is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise SettingsError(f"The folder {folder} cannot be made: {refused.strerror}.", "Choose another with --out.") from refused


def write_whole(file: Path, content: str | bytes) -> None:
    """Write `file` in one step: it is whole or as before; raises SettingsError when that is refused."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content if isinstance(content, bytes) else content.encode())
        partial.replace(file)
    except (OSError, UnicodeEncodeError) as refused:
        with suppress(OSError):
            partial.unlink()
        raise SettingsError(f"{file} cannot be written: {refused}.", "Choose a folder that may be written to.") from refused


def print_result(as_json: bool, facts: dict[str, Any], lines: list[str]) -> None:
    """Print `facts` as one JSON object for a program, or else `lines` for a person."""
    print(json.dumps(facts, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
