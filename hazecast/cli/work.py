"""`hazecast work`: what `hazecast serve` starts for each cycle and job, and nobody else."""

import sys
from typing import TYPE_CHECKING

from hazecast.cli.app import ConfigOption, app

if TYPE_CHECKING:
    from hazecast.cli.progress import Progress

LEFT_ALONE_STATUS = 76


@app.command(hidden=True)
def work(config: ConfigOption) -> None:
    """Do the task that standard input tells, and say on standard output how it gets on."""
    from hazecast.cli.serve_logs import log_as_json
    from hazecast.serving.tasks_as_text import task_of

    task = task_of(sys.stdin.readline())
    log_as_json(task.name)
    _end_with_the_parent()
    from hazecast.cli.working import do_task
    from hazecast.config import load_settings

    do_task(task, load_settings(config), _sign_of_life())


def _end_with_the_parent() -> None:
    """Whoever started this process keeps its standard input open for as long as he lives."""
    import os
    import threading

    def wait() -> None:
        sys.stdin.read()
        os._exit(LEFT_ALONE_STATUS)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _sign_of_life() -> "Progress":
    """A progress that writes a line, once a second at most."""
    import time

    told = float("-inf")

    def progress(stage: str, done: float) -> None:
        nonlocal told
        if time.monotonic() - told >= 1.0:
            told = time.monotonic()
            print(f"{stage} {done:.3f}", flush=True)

    return progress
