"""Plain text in columns, where a Chinese or Japanese character is as wide as two Latin ones."""

import unicodedata
from collections.abc import Iterator, Sequence

LINE_WIDTH = 76
_NOT_FIRST = "，。、；：！？）》」』】％,.;:!?)%"
_NOT_LAST = "（《「『【([{"
_WIDE = ("W", "F")


def plain(name: str) -> str:
    """A name that stays on one line and cannot steer a terminal: control characters become spaces."""
    visible = (" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in name)
    return " ".join("".join(visible).split())


def width(text: str) -> int:
    """Columns that `text` takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def padded(text: str, columns: int) -> str:
    """`text` with spaces up to `columns`."""
    return text + " " * (columns - width(text))


def _pieces(text: str) -> Iterator[str]:
    """What must stay together on a line: words, and wide characters with their punctuation, each with the spaces behind it."""
    piece = ""
    for character in text:
        if piece and _may_break(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(before: str, character: str) -> bool:
    if character == " " or character in _NOT_FIRST or before[-1] in _NOT_LAST:
        return False
    return before[-1] == " " or any(unicodedata.east_asian_width(c) in _WIDE for c in (before[-1], character))


def wrapped(text: str, indent: str = "", hanging: str | None = None, columns: int = LINE_WIDTH) -> str:
    """`text` broken into lines of at most `columns`; the first begins with `indent`, the others with `hanging`."""
    hanging = " " * width(indent) if hanging is None else hanging
    lines: list[str] = []
    line, begun = indent, False
    for piece in _pieces(text):
        if begun and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = hanging
        line, begun = line + piece, True
    return "\n".join([*lines, line.rstrip()])


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], columns: int = LINE_WIDTH) -> list[str]:
    """Headings and rows in aligned columns, one string each; if they are too wide, the first cell gets a line of its own."""
    widths = [max(width(row[i]) for row in (headings, *rows)) for i in range(len(headings))]
    if sum(widths) + 2 * (len(widths) - 1) <= columns:
        return [_line(row, widths) for row in (headings, *rows)]
    return [f"{row[0]}\n  {_line(row[1:], widths[1:])}" for row in (headings, *rows)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(padded(cell, columns) for cell, columns in zip(cells, widths, strict=True)).rstrip()


def bulleted(sentences: Sequence[str], columns: int = LINE_WIDTH) -> str:
    """Sentences one below the other, each behind a dash."""
    return "\n".join(wrapped(sentence, "- ", columns=columns) for sentence in sentences)
