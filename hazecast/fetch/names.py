"""Parts of file names, made of what is not ours."""

import re


def name_part(text: str) -> str:
    """`text` as a part of a file name: what is neither letter nor digit of ASCII becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60]
