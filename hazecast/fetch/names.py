"""File names: ours, or checked as if they were an enemy's."""

import re

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,150}")
_RESERVED = ("manifest.json",)


def require_plain_name(name: str) -> None:
    """Raise ValueError unless `name` is a short one of letters, digits and `._=+-` that stays inside its folder and is not hidden."""
    if not _PLAIN.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"A fetched file cannot be named {name[:80]!r}.")


def name_part(text: str) -> str:
    """`text` as a part of a file name: what is neither letter nor digit of ASCII becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60]
