"""Settings as a TOML file with a comment beside every line, taken from the settings' own descriptions."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from hazecast.config import Settings

HEADING = "# Settings of hazecast, written by `hazecast init` after a look at the data. Paths are relative to this file.\n"


def settings_text(settings: Settings, folder: Path, findings: Sequence[str] = ()) -> str:
    """The file's content, headed by what was found; paths become relative to `folder`, where the file will stand."""
    lines = [HEADING, *(f"#   {printable(line)}\n" for line in findings)]
    for name in type(settings).model_fields:
        section = getattr(settings, name)
        if isinstance(section, BaseModel):
            lines += _section(section, name, folder)
    for name, channel in settings.channels.items():
        lines += _section(channel, f"channels.{_toml_key(name)}", folder)
    for name in ("recipients", "sources", "areas", "stations"):
        for i, item in enumerate(getattr(settings, name)):
            heading = f"# {_first_line(item)}\n" if i == 0 else ""
            lines += [f"\n{heading}[[{name}]]\n", *_lines(item, folder, commented=i == 0), *_inner(item, name, folder)]
    return "".join(lines)


def _section(section: BaseModel, name: str, folder: Path) -> Iterator[str]:
    """A section, and after it those inside it; optional ones that are not there are left out."""
    yield f"\n# {_first_line(section)}\n[{name}]\n"
    yield from _lines(section, folder)
    yield from _inner(section, name, folder)


def _inner(section: BaseModel, name: str, folder: Path) -> Iterator[str]:
    for key, inner in section:
        if isinstance(inner, BaseModel):
            yield from _section(inner, f"{name}.{key}", folder)


def _first_line(section: BaseModel) -> str:
    return (type(section).__doc__ or "").strip().splitlines()[0]


def _lines(section: BaseModel, folder: Path, commented: bool = True) -> Iterator[str]:
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        comment = f"  # {field.description}" if commented and field.description else ""
        if value is None and commented and Path in get_args(field.annotation):
            yield f'# {key} = "…"{comment}\n'
        if value is None or isinstance(value, BaseModel):
            continue
        yield f"{key} = {_toml(value, folder)}{comment}\n"


def _toml(value: Any, folder: Path) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Path):
        return _toml(_relative(value, folder), folder)
    if isinstance(value, BaseModel):
        return _toml({key: inner for key, inner in value if inner is not None}, folder)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(k)} = {_toml(v, folder)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(v, folder) for v in value) + "]"
    return quoted(str(value))


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def quoted(text: str) -> str:
    """A basic string: TOML's escapes are JSON's, but TOML also wants DEL escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def printable(line: str) -> str:
    """`line` without what would break it or move a terminal's cursor; in a comment, the rest would be read as settings."""
    return "".join(c if c.isprintable() else " " for c in line)


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
