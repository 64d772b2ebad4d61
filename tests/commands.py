"""Runs the command line inside the test's own process: arguments in, exit status and both streams out."""

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from hazecast.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended. Whatever escaped it but SystemExit escapes here too: a user would see its traceback."""

    status: int
    out: str
    err: str


def hazecast(*arguments: object, cwd: Path) -> Done:
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(cwd),
        mock.patch.object(sys, "argv", ["hazecast", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Done(status, out.getvalue(), err.getvalue())


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it, hidden ones too."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
