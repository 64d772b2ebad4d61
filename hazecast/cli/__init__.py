"""The commands, one a file. Arguments, progress bars and what is printed live here and nowhere else.

What a command needs is imported when it runs, so that `hazecast --help` answers at once.
"""

import sys
from io import TextIOWrapper

from hazecast.cli import (
    atlas,
    backtest,
    demo,
    drill,
    fetch,
    ingest,
    init,
    inputs,
    outbox,
    partners,
    qc,
    run,
    scorecard,
    serve,
    status,
    trace,
    train,
    trajectories,
    user,
    warmup,
    work,
)
from hazecast.cli.app import app
from hazecast.errors import HazecastError

COMMANDS = (
    init,
    fetch,
    qc,
    ingest,
    run,
    inputs,
    outbox,
    partners,
    trajectories,
    train,
    serve,
    status,
    trace,
    backtest,
    scorecard,
    atlas,
    demo,
    drill,
    user,
    warmup,
    work,
)


def main() -> None:
    """Run a command; what a user can mend ends in one message and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without µ is no reason to stop
    try:
        app(prog_name="hazecast")
    except HazecastError as error:
        problem, remedy = (" ".join(part.split()) for part in (error.problem, error.remedy))
        print(f"hazecast: {problem}\n          {remedy}", file=sys.stderr)
        sys.exit(2)
