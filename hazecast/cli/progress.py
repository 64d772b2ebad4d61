"""Progress bars."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, float], None]
PACE_OVER_SECONDS = 3600.0
WHOLE = 10_000


@contextmanager
def progress_bars(quiet: bool, *, time_left: bool = False) -> Iterator[Progress]:
    """A bar a stage on a terminal, with the time that it took or the `time_left`; nothing where the output is read by a program."""
    if quiet or not sys.stderr.isatty():
        yield lambda _stage, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()) if time_left else (TimeElapsedColumn(),)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), *times)
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=PACE_OVER_SECONDS) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=WHOLE, completed=round(WHOLE * done))  # what was done before is no pace
            bars.update(tasks[stage], completed=WHOLE * done)

        yield report
